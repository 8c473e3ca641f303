//! A measured program.

use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use server_reload_e2e::place;
use server_reload_e2e::process::Process;

/// How long it may take to end what it has started itself.
const GRACE: Duration = Duration::from_secs(5);

/// A running program, which ends with this guard: asked first, so that it ends its own children in
/// groups of their own, then its group killed.
#[derive(Debug)]
pub(crate) struct Tool(Process);

impl Tool {
    /// Starts `command`.
    pub(crate) fn start(name: &str, command: &mut Command) -> Self {
        Self(Process::start(name, command))
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| self.0.runs()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + GRACE;
        while self.0.runs() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Python with the peers' packages: `SERVER_RELOAD_PEERS_PYTHON`, else the one in the target folder.
pub(crate) fn peers_python() -> Command {
    let default = || place::target().join("venv-peers/bin/python");
    let path = std::env::var_os("SERVER_RELOAD_PEERS_PYTHON").map_or_else(default, Into::into);
    assert!(
        path.exists(),
        "no `{}`\nto make it: tests/bench",
        path.display()
    );
    quiet(Command::new(path))
}

/// Python with the backends' packages alone.
pub(crate) fn python() -> Command {
    quiet(Command::new(place::python()))
}

/// It writes what it says at once, and no files that a watcher would see.
fn quiet(mut python: Command) -> Command {
    python
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// A port that the system has just given; for programs that can't ask for one and tell it.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address").port()
}
