//! `--detach`: in the background.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Pid, Signal, getsid, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::{Said, said, terminal};
use crate::backend;
use crate::http::Connection;
use crate::processes::{await_gone, eventually, is_alive, within};
use crate::shim::{DEADLINE, Shim};

/// One in the background, ended when it goes out of scope.
pub(super) struct Detached {
    pub(super) pid: u32,
    pub(super) port: u16,
}

impl Detached {
    /// By what the file of another one in the same folder does not say.
    pub(super) fn new(other: &Shim, said: &Said) -> Self {
        assert_eq!(said.code, Some(0), "{said:?}");
        let port = said.out.trim().trim_end_matches('/').rsplit(':').next();
        let port: u16 = port.unwrap().parse().unwrap();
        let status = other.at_another_terminal(&["status", "--json", "--port", &port.to_string()]);
        let pid = status.json()["pid"].as_u64().unwrap();
        Self {
            pid: u32::try_from(pid).unwrap(),
            port,
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid).unwrap()).unwrap();
        let _ = kill_process(pid, signal);
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        if is_alive(self.pid) {
            self.signal(Signal::TERM);
            if !within(DEADLINE, || !is_alive(self.pid)) {
                self.signal(Signal::KILL);
            }
        }
    }
}

/// A folder, and what is kept beside it.
struct Place {
    folder: TempDir,
    aside: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            aside: TempDir::new().unwrap(),
        }
    }

    fn state(&self) -> PathBuf {
        self.aside.path().join("state")
    }

    fn terminal(&self) -> Command {
        terminal(self.folder.path(), &self.state())
    }

    fn says(&self, words: &[&str]) -> Said {
        said(self.terminal().args(words))
    }

    /// Runs the test backend in the background.
    fn detach(&self, options: &[&str], words: &str) -> Said {
        let mut command = self.terminal();
        command
            .env("BACKEND", words)
            .env("ASIDE", self.aside.path());
        command.arg("--detach").args(options);
        said(command.arg("--").args(backend::command()))
    }

    fn status(&self) -> Value {
        self.says(&["status", "--json"]).json()
    }

    fn running(&self, said: &Said) -> Detached {
        assert_eq!(said.code, Some(0), "{said:?}");
        let status = self.status();
        let number = |name: &str| status[name].as_u64().unwrap();
        Detached {
            pid: u32::try_from(number("pid")).unwrap(),
            port: u16::try_from(number("port")).unwrap(),
        }
    }
}

#[test]
fn it_runs_on_without_a_terminal_until_it_is_stopped() {
    let place = Place::new();
    let log = place.folder.path().join("out.txt");
    let options = ["--port", "0", "--log-file", "out.txt", "--name", "app"];
    // That this returns shows that nobody holds its output any more.
    let said = place.detach(&options, "port=0 says=hello");
    let shim = place.running(&said);
    let first = format!("server-reload runs in the background (pid {})", shim.pid);
    assert_eq!(said.line("server-reload runs"), first);
    let tag = format!("http://localhost:{}/reload.js", shim.port);
    assert!(said.line("script").contains(&tag), "{said:?}");
    let canonical = log.canonicalize().unwrap();
    assert_eq!(said.line("log"), format!("log     {}", canonical.display()));
    assert!(said.out.contains("server-reload stop ends it"), "{said:?}");

    let pid = Pid::from_raw(i32::try_from(shim.pid).unwrap()).unwrap();
    assert_eq!(getsid(Some(pid)).unwrap(), pid, "a session of its own");
    let written = || fs::read_to_string(&log).unwrap();
    eventually("its output", || written().contains("app | hello\n"));
    assert!(
        written().contains("\nserver-reload stop ends it\n"),
        "{}",
        written()
    );
    eventually("ready", || place.status()["ready"] == true);
    let status = place.status();
    assert_eq!(status["log_file"], canonical.to_str().unwrap());
    let service = &status["health"]["services"][0];
    // The file is in the watched folder, and was written to all the while.
    assert_eq!(service["restarts"], 0, "{status}");
    let backend = u32::try_from(service["pid"].as_u64().unwrap()).unwrap();

    assert_eq!(place.says(&["restart", "--wait"]).code, Some(0));
    await_gone(backend);
    let backend = place.status()["health"]["services"][0]["pid"].as_u64();
    let backend = u32::try_from(backend.unwrap()).unwrap();
    let stopped = place.says(&["stop"]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(!is_alive(shim.pid) && !is_alive(backend));
    assert!(
        written().contains("stopped by server-reload stop"),
        "{}",
        written()
    );
}

#[test]
fn without_a_name_its_file_is_the_users_alone() {
    let place = Place::new();
    let said = place.detach(&["--port", "0"], "port=0");
    let _shim = place.running(&said);
    let log = PathBuf::from(said.line("log").strip_prefix("log     ").unwrap());
    let logs = place
        .state()
        .canonicalize()
        .unwrap()
        .join("server-reload/logs");
    assert_eq!(log.parent(), Some(logs.as_path()));
    let mode = fs::metadata(&logs).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    assert!(fs::read_to_string(&log).unwrap().contains("reload.js"));
}

#[test]
fn who_can_reach_it_is_said_at_the_terminal() {
    let place = Place::new();
    let said = place.detach(&["--port", "0", "--host", "0.0.0.0"], "port=0");
    let shim = place.running(&said);
    let warning = "warning: everybody on the network can read what the backend writes";
    assert!(said.err.starts_with(warning), "{said:?}");
    // Where the machine has any.
    if let Some((_, others)) = said.out.split_once("from another machine\n") {
        let port = format!(":{}/reload.js", shim.port);
        assert!(others.lines().next().unwrap().contains(&port), "{said:?}");
    }
}

#[test]
fn a_second_one_at_the_same_port_is_told_of_the_first() {
    let place = Place::new();
    let said = place.detach(&["--port", "0"], "port=0");
    let shim = place.running(&said);
    let port = shim.port.to_string();
    let again = place.detach(&["--port", &port], "port=0");
    assert_eq!((again.code, again.out.as_str()), (Some(3), ""), "{again:?}");
    let expected = format!("error: server-reload (pid {}) runs here already", shim.pid);
    assert!(again.err.starts_with(&expected), "{again:?}");
    let cure = format!("stop it: server-reload stop --port {port}\n");
    assert!(again.err.contains(&cure), "{again:?}");
}

#[test]
fn what_it_cannot_do_is_said_at_the_terminal() {
    let place = Place::new();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let taken = place.detach(&["--port", &port], "port=0");
    assert_eq!((taken.code, taken.out.as_str()), (Some(3), ""), "{taken:?}");
    let expected = format!("error: port `{port}` is taken by ");
    assert!(taken.err.starts_with(&expected), "{taken:?}");
    assert_eq!(taken.err.matches("error:").count(), 1, "{taken:?}");

    let usage = place.detach(&["--port", "0", "--style", "["], "port=0");
    assert_eq!(usage.code, Some(2), "{usage:?}");
    let log = ["--port", "0", "--log-file", "no/such/dev.log"];
    let no_log = place.detach(&log, "port=0");
    assert_eq!(no_log.code, Some(2), "{no_log:?}");
    assert!(
        no_log.err.contains("such as `--log-file dev.log`"),
        "{no_log:?}"
    );
    assert_eq!(place.says(&["status"]).code, Some(4));
}

#[test]
fn a_signal_ends_it_with_its_backends_as_well() {
    let place = Place::new();
    let said = place.detach(&["--port", "0"], "port=0");
    let shim = place.running(&said);
    Connection::to(shim.port).send("GET / HTTP/1.1\r\n");
    eventually("ready", || place.status()["ready"] == true);
    let backend = place.status()["health"]["services"][0]["pid"].as_u64();
    shim.signal(Signal::TERM);
    await_gone(shim.pid);
    await_gone(u32::try_from(backend.unwrap()).unwrap());
    assert_eq!(place.says(&["status"]).code, Some(4));
}
