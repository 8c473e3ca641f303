//! Real backends, run from outside.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long anything may take that the tests wait for.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

const SCRIPT: &str = include_str!("backend.py");

/// A process of `backend.py`; killed on drop.
pub(super) struct Backend {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(super) port: u16,
}

impl Backend {
    /// Runs one until it listens; port 0 for any.
    pub(super) async fn start(kind: &str, port: u16) -> Self {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT, kind, &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 runs");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut backend = Self { child, lines, port };
        backend.port = backend.hear("port").await.parse().expect("a port");
        backend
    }

    /// Waits for a line of this word, and returns its other one.
    pub(super) async fn hear(&mut self, word: &str) -> String {
        let heard = timeout(DEADLINE, async {
            loop {
                let line = self.lines.next_line().await.expect("its output");
                let line = line.unwrap_or_else(|| panic!("it ended before it said `{word}`"));
                if let Some(rest) = line.strip_prefix(word) {
                    return rest.trim().to_owned();
                }
            }
        });
        heard
            .await
            .unwrap_or_else(|_| panic!("it did not say `{word}`"))
    }

    /// The worker that answers next.
    pub(super) async fn serving(&mut self) -> u32 {
        self.hear("serving").await.parse().expect("a pid")
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), signal).expect("it runs");
    }

    /// Kills it, and returns all that it has said since.
    pub(super) async fn kill(mut self) -> Vec<String> {
        self.child.start_kill().expect("it runs");
        let mut rest = Vec::new();
        while let Ok(Some(line)) = self.lines.next_line().await {
            rest.push(line);
        }
        self.child.wait().await.expect("it has ended");
        rest
    }
}
