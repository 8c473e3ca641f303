//! The processes of one start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::members;
use crate::supervisor::StopSignal;

/// The processes that were started together; a handle, cheap to clone.
///
/// On Windows, what [`Group::kill`] asks for is done by the one who waits in [`super::Running::gone`].
#[derive(Clone, Debug)]
pub(crate) struct Group(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pid: u32,
    /// From then on the id may be another group's.
    gone: AtomicBool,
    #[cfg(not(unix))]
    killed: tokio::sync::Notify,
}

impl Group {
    pub(super) fn new(pid: u32) -> Self {
        Self(Arc::new(Inner {
            pid,
            gone: AtomicBool::new(false),
            #[cfg(not(unix))]
            killed: tokio::sync::Notify::new(),
        }))
    }

    /// The leader's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.0.pid
    }

    /// Asks all of them to end. Windows has no such signal: they are ended.
    #[cfg(unix)]
    pub(crate) fn stop(&self, signal: StopSignal) {
        self.signal(signal.into());
        // One that was suspended would only hear it when it goes on.
        self.signal(rustix::process::Signal::CONT);
    }

    /// Asks all of them to end. Windows has no such signal: they are ended.
    #[cfg(not(unix))]
    pub(crate) fn stop(&self, _signal: StopSignal) {
        self.kill();
    }

    /// Ends all of them.
    #[cfg(unix)]
    pub(crate) fn kill(&self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// Ends all of them.
    #[cfg(not(unix))]
    pub(crate) fn kill(&self) {
        self.0.killed.notify_one();
    }

    #[cfg(not(unix))]
    pub(super) async fn killed(&self) {
        self.0.killed.notified().await;
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        if let Some(pid) = members::pid_of(self.pid()).filter(|_| !self.is_gone()) {
            // An error means that nobody is left.
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }

    /// Those that are alive; zombies are not. Blocks (`/proc`: 3 ms for 500 processes).
    pub(crate) fn members(&self) -> Vec<u32> {
        if self.is_gone() {
            return Vec::new();
        }
        members::of_group(self.pid())
    }

    pub(super) fn is_gone(&self) -> bool {
        self.0.gone.load(Ordering::Acquire)
    }

    pub(super) fn mark_gone(&self) {
        self.0.gone.store(true, Ordering::Release);
    }
}

#[cfg(unix)]
impl From<StopSignal> for rustix::process::Signal {
    fn from(signal: StopSignal) -> Self {
        match signal {
            StopSignal::Term => Self::TERM,
            StopSignal::Int => Self::INT,
            StopSignal::Quit => Self::QUIT,
            StopSignal::Hup => Self::HUP,
            StopSignal::Usr1 => Self::USR1,
            StopSignal::Usr2 => Self::USR2,
            StopSignal::Kill => Self::KILL,
        }
    }
}
