//! What is seen of a backend that somebody else runs.

use std::time::{Duration, SystemTime};

use super::look::age;

/// Something to act upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is ready: for the first time, or it is the same process that was away.
    Up(Server),
    /// Another process serves now, and is ready.
    Restarted {
        /// It.
        server: Server,
        /// The process of before, where it was known.
        before: Option<u32>,
    },
    /// It does not answer: it is gone, not there yet, or being replaced.
    Gone,
    /// Something else accepts the connections, such as a container's port: who listens says nothing
    /// about the backend, and a URL to ask is needed.
    Forwarded {
        /// Its program, where it is known.
        name: Option<String>,
    },
}

/// A backend that is ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Server {
    /// All owners of its port where the system tells, smallest first.
    pub(crate) pids: Vec<u32>,
    /// The process that stands for it: the one that its JSON names, else the oldest that serves.
    pub(crate) pid: Option<u32>,
    /// When that process was started, in whole microseconds: what the server id is made of.
    ///
    /// The same for the same process, whenever and by whomever it is asked, as long as nobody sets
    /// the clock; after a restart always another than before. By `/proc` (a process of this machine)
    /// it is up to a second early; elsewhere whole seconds, or what the backend's JSON says.
    pub(crate) started: Option<SystemTime>,
}

impl Server {
    /// For how long it has been running: more exact than [`Server::started`] where the system tells.
    pub(crate) fn age(&self) -> Option<Duration> {
        let here = self.pid.filter(|pid| self.pids.contains(pid));
        here.and_then(age).or_else(|| self.started?.elapsed().ok())
    }
}
