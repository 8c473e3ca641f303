//! A backend that the binary runs or observes.

use std::fs;
use std::net::TcpListener;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::Value;
use server_reload_protocol::path;
use server_reload_protocol::payload::{Health, Phase};
use tempfile::TempDir;

use crate::page::Page;
use crate::process::Process;
use crate::{GLANCE, PATIENCE, fetch, place};

/// The name of the program in its folder.
const PROGRAM: &str = "app.py";

/// The line of a program that its page's text is in.
const TEXT: &str = "TEXT = ";

/// A program in a folder of its own, and the shim, which has that folder for its working folder.
///
/// Both have ports that were free a moment ago, because a page keeps its address over restarts.
#[derive(Debug)]
pub struct Supervised {
    folder: TempDir,
    /// What nobody watches: the gate, and the shim's records.
    aside: TempDir,
    port: u16,
    shim: u16,
    page: String,
    arguments: Vec<String>,
    command: Vec<String>,
    process: Option<Process>,
}

impl Supervised {
    /// `backends/plain.py`, run by Python.
    #[must_use]
    pub fn plain(page: &Page) -> Self {
        Self::new("plain", page).command(&["{python}", PROGRAM, "{port}"])
    }

    /// `backends/page.py`, run by uvicorn.
    #[must_use]
    pub fn fastapi(page: &Page) -> Self {
        let uvicorn = ["-m", "uvicorn", "app:app", "--port", "{port}"];
        let mut words = vec!["{python}"];
        words.extend(uvicorn);
        Self::new("page", page).command(&words)
    }

    /// Nothing of its own: it observes what somebody else runs on `port`.
    #[must_use]
    pub fn attached(port: u16) -> Self {
        let mut attached = Self::new("plain", &Page::new(crate::page::Runtime::Wasm));
        attached.port = port;
        attached.with(&["--attach", "{port}"])
    }

    /// What a `server-reload.toml` says, in which `{port}`, `{python}` and `{check}` are filled in; the
    /// program is `backends/plain.py`.
    #[must_use]
    pub fn configured(page: &Page, file: &str) -> Self {
        let configured = Self::new("plain", page);
        let file = configured.filled(file);
        configured.with_file("server-reload.toml", &file)
    }

    fn new(program: &str, page: &Page) -> Self {
        let shim = free_port();
        let new = Self {
            folder: place::folder(),
            aside: place::folder(),
            port: free_port(),
            shim,
            page: page.clone().script(&script(shim)).html(),
            arguments: Vec::new(),
            command: Vec::new(),
            process: None,
        };
        new.save(&source(program));
        new
    }

    fn command(mut self, words: &[&str]) -> Self {
        self.command = words.iter().map(ToString::to_string).collect();
        self
    }

    /// With more arguments, in which `{port}` is the backend's, `{python}` is Python and `{check}`
    /// is `backends/check.py`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    /// With more words at the end of the backend's command.
    #[must_use]
    pub fn with_words(mut self, words: &[&str]) -> Self {
        self.command.extend(words.iter().map(ToString::to_string));
        self
    }

    /// With a file in the folder.
    #[must_use]
    pub fn with_file(self, name: &str, content: &str) -> Self {
        self.write(name, content);
        self
    }

    /// Starts the shim and waits until the backend is ready.
    pub async fn ready(self) -> Self {
        let started = self.start().await;
        started.wait_for_phase(Phase::Ready).await;
        started
    }

    /// Starts the shim and waits until it answers.
    pub async fn start(mut self) -> Self {
        let mut process = Process::start("shim", &mut self.shim_command());
        let deadline = Instant::now() + PATIENCE;
        while fetch::get(self.shim, path::HEALTH).await.is_err() {
            assert!(process.runs(), "server-reload has ended");
            assert!(
                Instant::now() < deadline,
                "server-reload does not answer on its port"
            );
            tokio::time::sleep(GLANCE).await;
        }
        self.process = Some(process);
        self
    }

    /// Ends the shim without a word, and its records with it.
    pub fn kill(&mut self) {
        drop(self.process.take());
        let records = self.folder.path().join(".server-reload");
        fs::remove_dir_all(records).expect("records");
    }

    /// Stops the shim by SIGTERM, and with it the backend; it can be started again.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end();
        }
    }

    fn shim_command(&self) -> Command {
        let mut command = crate::shim::clean_command();
        command.current_dir(self.folder.path());
        command
            .args(["--port", &self.shim.to_string()])
            .args(self.arguments.iter().map(|word| self.filled(word)));
        if !self.command.is_empty() {
            command.arg("--");
            command.args(self.command.iter().map(|word| self.filled(word)));
        }
        command
            .env("PAGE", &self.page)
            .env("GATE", self.gate())
            .env("XDG_STATE_HOME", self.aside.path())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    fn filled(&self, word: &str) -> String {
        let check = backend("check");
        word.replace("{port}", &self.port.to_string())
            .replace("{python}", &place::python().to_string_lossy())
            .replace("{check}", &check.to_string_lossy())
    }

    fn gate(&self) -> PathBuf {
        self.aside.path().join("gate")
    }

    /// Lets the backend be healthy or not, from now on.
    pub fn set_healthy(&self, healthy: bool) {
        let changed = if healthy {
            fs::remove_file(self.gate())
        } else {
            fs::write(self.gate(), "")
        };
        changed.expect("a changed gate");
    }

    /// The program as it was saved last.
    #[must_use]
    pub fn program(&self) -> String {
        fs::read_to_string(self.folder.path().join(PROGRAM)).expect("a program")
    }

    /// Saves the program.
    pub fn save(&self, source: &str) {
        self.write(PROGRAM, source);
    }

    /// Saves the program with another text for its page.
    pub fn say(&self, text: &str) {
        let program = self.program();
        let lines = program.lines().map(|line| match line.strip_prefix(TEXT) {
            Some(_) => format!("{TEXT}\"{text}\"\n"),
            None => format!("{line}\n"),
        });
        self.save(&lines.collect::<String>());
    }

    /// Saves a file of the folder.
    pub fn write(&self, name: &str, content: &str) {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a file's folder")).expect("a folder");
        fs::write(file, content).expect("a saved file");
    }

    /// The backend's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The shim's port.
    #[must_use]
    pub fn shim_port(&self) -> u16 {
        self.shim
    }

    /// The address of a path of the backend under the name `localhost`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// The address of a path of the shim.
    #[must_use]
    pub fn shim_url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.shim)
    }

    /// The address of the client.
    #[must_use]
    pub fn script(&self) -> String {
        script(self.shim)
    }

    /// The shim.
    #[must_use]
    pub fn shim(&self) -> &Process {
        self.process.as_ref().expect("a running shim")
    }

    /// What the shim says of itself.
    pub async fn health(&self) -> Health {
        serde_json::from_value(self.get(path::HEALTH).await).expect("its health")
    }

    /// The JSON that the shim answers at a path.
    pub async fn get(&self, path: &str) -> Value {
        let answer = fetch::get(self.shim, path).await;
        let body = answer.expect("an answer of the shim").body;
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"))
    }

    /// The process behind the id.
    pub async fn pid(&self) -> u32 {
        self.health().await.pid.expect("a process")
    }

    /// Waits until the shim says that this is what the backend does.
    pub async fn wait_for_phase(&self, wanted: Phase) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let health = self.health().await;
            if health.status == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "not {wanted:?} but {health:?}");
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Drop for Supervised {
    /// A shim that ends in good order ends its backend. One that is killed has a guardian for that.
    fn drop(&mut self) {
        if let Some(process) = self.process.as_mut().filter(|_| !thread::panicking()) {
            process.end();
        }
    }
}

fn script(shim: u16) -> String {
    format!("http://localhost:{shim}{}", path::CLIENT)
}

fn source(program: &str) -> String {
    fs::read_to_string(backend(program)).expect("a backend")
}

fn backend(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("backends");
    folder.join(name).with_extension("py")
}

/// A port that was free a moment ago, and that nobody else is given.
///
/// It is below those that the system gives to whoever connects, or asks for any: browsers open so
/// many connections that one of them would have it before a backend is there.
#[must_use]
pub fn free_port() -> u16 {
    const PORTS: Range<u16> = 12_000..32_000;
    static NEXT: LazyLock<Mutex<u16>> = LazyLock::new(|| Mutex::new(fastrand::u16(PORTS)));
    let mut next = NEXT.lock().expect("an unpoisoned lock");
    for _ in PORTS {
        *next = if *next + 1 < PORTS.end {
            *next + 1
        } else {
            PORTS.start
        };
        if TcpListener::bind(("127.0.0.1", *next)).is_ok() {
            return *next;
        }
    }
    panic!("no port is free");
}
