//! Who holds a port that we want.

use std::fmt;

/// The process that listens on a port.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) pid: u32,
    pub(super) name: String,
}

impl Holder {
    /// `None` where the system does not tell: a process of another user, or in a container.
    pub(super) fn of(port: u16) -> Option<Self> {
        let process = listeners::get_process_by_port(port, listeners::Protocol::TCP);
        let process = process.ok()?;
        Some(Self {
            pid: process.pid,
            name: process.name,
        })
    }

    /// The line that tells how to stop it.
    pub(super) fn cure(&self) -> String {
        let command = if cfg!(windows) {
            "taskkill /PID"
        } else {
            "kill"
        };
        format!("stop it: {command} {}\n", self.pid)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, name } = self;
        if name.trim_end_matches(".exe") == "server-reload" {
            write!(f, "another server-reload (pid {pid})")
        } else {
            write!(f, "`{name}` (pid {pid})")
        }
    }
}
