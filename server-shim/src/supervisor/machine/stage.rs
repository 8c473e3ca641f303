//! Where a service stands.

use server_reload_protocol::payload::Phase;

use super::input::{CheckNo, Run};

/// Where a service stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing runs, and nothing is under way.
    Down,
    /// Nothing runs until a pause is over.
    BackingOff,
    /// The check runs, beside the process of before where there is one.
    Checking(CheckNo),
    /// The check has passed; until files are settled.
    Passed,
    /// The group is being ended.
    Stopping,
    /// Until nobody listens on its port.
    AwaitingPort,
    /// The port is free; until files are settled.
    PortFree,
    /// Everything is ready for its start but a service that it needs.
    AwaitingService,
    /// The process is being started.
    Starting(Run),
    /// It runs and is not ready.
    WaitingUntilReady,
    /// The same, for longer than it may take.
    Late,
    /// It is ready.
    Ready,
    /// Everything is over.
    Over,
}

impl Stage {
    /// What pages are told; `failed` where the last check has failed.
    pub(super) const fn phase(self, failed: bool) -> Phase {
        match self {
            Self::Down | Self::Over => Phase::Crashed,
            Self::BackingOff => Phase::BackingOff,
            Self::Checking(_) | Self::Passed => Phase::Checking,
            Self::Stopping => Phase::Stopping,
            Self::AwaitingPort | Self::PortFree => Phase::WaitingForPort,
            Self::AwaitingService => Phase::WaitingForService,
            Self::Starting(_) => Phase::Starting,
            Self::WaitingUntilReady => Phase::WaitingUntilReady,
            Self::Late => Phase::Failed,
            Self::Ready if failed => Phase::Failed,
            Self::Ready => Phase::Ready,
        }
    }
}
