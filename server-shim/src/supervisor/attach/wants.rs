//! What is to be looked at next, and when.

use std::time::Duration;

/// How often a backend that serves is looked at.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(1);

/// What the machine wants to know. Times count from the beginning of the observation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    /// Who listens.
    pub(super) look: Option<Look>,
    /// What it answers. One that is under way and is no longer wanted so is given up.
    pub(super) probe: Option<(Probe, Duration)>,
}

/// A look at who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// When.
    pub(super) at: Duration,
    /// Whether "nothing has changed" is no answer.
    pub(super) full: bool,
}

/// A way of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Probe {
    /// Connect to the port, and close.
    Connect,
    /// Connect, and see whether the other side closes at once.
    Knock,
    /// One HTTP `HEAD /`: any answer counts.
    Head,
    /// The URL of `--ready`.
    Url,
    /// The addresses of `--ready tcp:`.
    Tcp,
}

/// Growing intervals: a part of the time that has been waited already, within bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ladder {
    /// The interval is the time waited divided by this.
    pub(super) part: u32,
    /// The least.
    pub(super) least: Duration,
    /// The most.
    pub(super) most: Duration,
}

impl Ladder {
    /// Connects to a port where nobody listened: refused in microseconds.
    pub(super) const CONNECT: Self = Self::new(50, 5, 250);
    /// Requests to somebody who listens already.
    pub(super) const ASK: Self = Self::new(10, 20, 1000);
    /// Looks for a new worker beside a master that listens on.
    pub(super) const WORKER: Self = Self::new(10, 20, 500);

    const fn new(part: u32, least: u64, most: u64) -> Self {
        Self {
            part,
            least: Duration::from_millis(least),
            most: Duration::from_millis(most),
        }
    }

    /// When the next try is.
    pub(super) fn next(self, since: Duration, now: Duration) -> Duration {
        let waited = now.saturating_sub(since);
        now + (waited / self.part).clamp(self.least, self.most)
    }
}
