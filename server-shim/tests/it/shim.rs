//! A running shim, ended when it goes out of scope.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

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

/// A child that is ended when it goes out of scope.
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
    /// Where another than the temporary one is served.
    served: Option<PathBuf>,
    port: u16,
    command: Command,
}

/// A running shim.
#[must_use = "the shim ends when it is dropped"]
pub(crate) struct Shim {
    child: Child,
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
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
            served: None,
            port: 0,
            command: binary(),
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

    /// A file in the served folder.
    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        write(self.folder.path(), name, content);
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
        self.command
            .args(["--port", &self.port.to_string()])
            .arg(self.served.as_deref().unwrap_or(self.folder.path()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
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
    let digits = url.rsplit(':').next().unwrap();
    digits.trim_end_matches('/').parse().unwrap()
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
        }
    }
}

fn write(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}
