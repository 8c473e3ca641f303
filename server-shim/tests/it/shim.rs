//! A running shim, ended when it goes out of scope.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::backend;

/// Long enough for a loaded machine; no test waits for it to pass.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// The binary with nothing of our own environment that could change what it does.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server-reload"));
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"SERVER_RELOAD_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
}

/// A child that is ended when it goes out of scope; where it leads a group, with its group.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Waits for it to end by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait(&mut self.0).expect("still running")
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            let pid = rustix::process::Pid::from_child(&self.0);
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `None` where it goes on too long.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    None
}

/// How to start a shim: a temporary folder, port 0.
#[must_use = "a builder does nothing until it is started"]
pub(crate) struct Builder {
    folder: TempDir,
    /// What is neither watched nor served: the shim's records, and what the backend tells the test.
    aside: TempDir,
    /// Where another than the temporary one is served.
    served: Option<PathBuf>,
    port: u16,
    command: Command,
    /// What it runs; it then works in the temporary folder, and serves none.
    backend: Option<Vec<OsString>>,
}

/// A running shim.
#[must_use = "the shim ends when it is dropped"]
pub(crate) struct Shim {
    child: Child,
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    aside: TempDir,
    output: Arc<Mutex<String>>,
    /// One message for each line of the output.
    more: Receiver<()>,
}

impl Shim {
    pub(crate) fn start() -> Self {
        Self::builder().start()
    }

    pub(crate) fn builder() -> Builder {
        Builder {
            folder: TempDir::new().unwrap(),
            aside: TempDir::new().unwrap(),
            served: None,
            port: 0,
            command: binary(),
            backend: None,
        }
    }
}

impl Builder {
    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.served = Some(folder.to_owned());
        self
    }

    #[cfg(unix)]
    pub(crate) fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// With the folders of one that has ended.
    #[cfg(unix)]
    pub(crate) fn in_place_of(mut self, (folder, aside): (TempDir, TempDir)) -> Self {
        (self.folder, self.aside) = (folder, aside);
        self
    }

    /// Types to it by [`Shim::type_line`].
    pub(crate) fn typing(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }

    /// The temporary folder.
    #[cfg(unix)]
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in the served folder.
    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        write(self.folder.path(), name, content);
        self
    }

    /// Runs the test backend, which does what these words say.
    pub(crate) fn backend(mut self, words: &str) -> Self {
        self.command.env("BACKEND", words);
        self.runs(backend::command())
    }

    /// Runs this command.
    pub(crate) fn runs<T: Into<OsString>>(mut self, command: impl IntoIterator<Item = T>) -> Self {
        self.backend = Some(command.into_iter().map(Into::into).collect());
        self
    }

    /// Runs no command, works in the temporary folder, and serves none: for `--attach`.
    pub(crate) fn serves_nothing(mut self) -> Self {
        self.backend = Some(Vec::new());
        self
    }

    /// Runs the binary by a shell, after this has been typed.
    #[cfg(unix)]
    pub(crate) fn after(mut self, typed: &str) -> Self {
        self.command = Command::new("sh");
        clean(&mut self.command);
        let script = format!("{typed}; exec \"$0\" \"$@\"");
        let binary = env!("CARGO_BIN_EXE_server-reload");
        self.command.args(["-c", &script, binary]);
        self
    }

    pub(crate) fn start(self) -> Shim {
        let mut shim = self.spawn();
        let url = shim.line("http://");
        shim.port = port_of(&url);
        shim
    }

    /// Runs it, and does not look whether it starts.
    pub(crate) fn spawn(mut self) -> Shim {
        self.command.args(["--port", &self.port.to_string()]);
        match &self.backend {
            None => {
                self.command
                    .arg(self.served.as_deref().unwrap_or(self.folder.path()));
            }
            Some(command) => {
                self.command.current_dir(self.folder.path());
                if !command.is_empty() {
                    self.command.arg("--").args(command);
                }
            }
        }
        // Nothing of a test is kept in the home folder.
        self.command
            .env("XDG_STATE_HOME", self.aside.path().join("state"));
        self.command.env(backend::ASIDE, self.aside.path());
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let output = Arc::default();
        let (sender, more) = channel();
        for (name, pipe) in pipes(&mut child) {
            let (output, sender) = (Arc::clone(&output), sender.clone());
            thread::spawn(move || {
                keep(name, pipe, &output, || {
                    // Nobody waits any more once the shim is dropped.
                    let _ = sender.send(());
                });
            });
        }
        Shim {
            child,
            port: self.port,
            folder: self.folder,
            aside: self.aside,
            output,
            more,
        }
    }
}

type Pipe = Box<dyn Read + Send>;

fn pipes(child: &mut Child) -> [(&'static str, Pipe); 2] {
    [
        ("out", Box::new(child.stdout.take().unwrap())),
        ("err", Box::new(child.stderr.take().unwrap())),
    ]
}

fn keep(name: &str, pipe: Pipe, output: &Mutex<String>, tell: impl Fn()) {
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        writeln!(output.lock().unwrap(), "{name}: {line}").unwrap();
        tell();
    }
}

fn port_of(line: &str) -> u16 {
    let url = line.split("http://").nth(1).unwrap();
    let digits = url.rsplit_once(':').unwrap().1;
    digits.split('/').next().unwrap().parse().unwrap()
}

impl Shim {
    /// A line that has this in it, among those that it has said or says soon.
    pub(crate) fn line(&self, part: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let output = self.output();
            if let Some(line) = output.lines().find(|line| line.contains(part)) {
                return line.to_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let more = self.more.recv_timeout(left);
            assert!(more.is_ok(), "no line with `{part}` in:\n{output}");
        }
    }

    /// What `/_reload/health` says.
    pub(crate) fn health(&self) -> serde_json::Value {
        serde_json::from_slice(&self.get("/_reload/health").body).unwrap()
    }

    /// All that it has said so far.
    pub(crate) fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        write(self.folder.path(), name, content);
    }

    /// A path that is neither watched nor served.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.aside.path().join(name)
    }

    /// What the backend waits for.
    pub(crate) fn open_gate(&self, name: &str) {
        write(self.aside.path(), name, "");
    }

    /// The processes of its backends so far, in the order of their start; `role` is that of the test backend.
    pub(crate) fn started(&self, role: &str) -> Vec<u32> {
        let started = std::fs::read_to_string(self.aside("started")).unwrap_or_default();
        let its = started
            .lines()
            .filter_map(|line| line.strip_prefix(role)?.strip_prefix(' '));
        its.map(|pid| pid.parse().unwrap()).collect()
    }

    pub(crate) fn type_line(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
    }

    /// Kills it as nothing can be caught, and leaves its folders.
    #[cfg(unix)]
    pub(crate) fn kill(mut self) -> (TempDir, TempDir) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let folder = std::mem::replace(&mut self.folder, TempDir::new().unwrap());
        let aside = std::mem::replace(&mut self.aside, TempDir::new().unwrap());
        (folder, aside)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for it to end by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = wait(&mut self.child);
        status.unwrap_or_else(|| panic!("still running:\n{}", self.output()))
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the shim said:\n{}", self.output());
        } else {
            assert!(!self.aside("overlap").exists(), "two backends at once");
        }
    }
}

fn write(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}
