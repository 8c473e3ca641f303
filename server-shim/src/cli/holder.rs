//! Who holds a port that we want.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The process that listens on a port.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) pid: u32,
    pub(super) name: String,
}

impl Holder {
    /// `None` where the system does not tell: a process of another user, or in a container.
    ///
    /// Our own listeners are not meant, nor is a connection that happens to have the port.
    pub(super) fn of(wanted: SocketAddr) -> Option<Self> {
        let others = listeners::get_all().unwrap_or_default();
        let others = others.into_iter().filter(|listener| {
            listener.socket.port() == wanted.port()
                && listener.protocol == listeners::Protocol::TCP
                && listener.state == listeners::SocketState::Listen
                && listener.process.pid != std::process::id()
        });
        // Nearest to what is wanted first: the address itself, then a wildcard.
        let distance = |address: IpAddr| match address.to_canonical() {
            same if same == wanted.ip().to_canonical() => 0,
            wildcard if wildcard.is_unspecified() => 1,
            _ => 2,
        };
        let holder = others.min_by_key(|other| (distance(other.socket.ip()), other.process.pid))?;
        Some(Self {
            pid: holder.process.pid,
            name: holder.process.name,
        })
    }

    /// The line that tells how to stop it.
    pub(super) fn cure(&self) -> String {
        cure(self.pid)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&named(&self.name, self.pid))
    }
}

/// The line that tells how to stop a process.
pub(super) fn cure(pid: u32) -> String {
    let command = if cfg!(windows) {
        "taskkill /PID"
    } else {
        "kill"
    };
    format!("stop it: {command} {pid}\n")
}

/// A process, for people.
pub(super) fn named(name: &str, pid: u32) -> String {
    if name.trim_end_matches(".exe") == "server-reload" {
        format!("another server-reload (pid {pid})")
    } else {
        format!("`{name}` (pid {pid})")
    }
}

/// Where the system does not tell which process it is.
pub(super) fn nobody() -> String {
    "a process that the system does not name".to_owned()
}
