//! What to serve, to whom, and the time limits.

use std::path::PathBuf;
#[cfg(feature = "supervisor")]
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::clock::since_epoch;

#[cfg(feature = "supervisor")]
use crate::files::Edits;
use crate::guard::Policy;
#[cfg(feature = "supervisor")]
use crate::guard::Token;

/// The shortest heartbeat; a shorter one is raised to this.
pub const MIN_HEARTBEAT: Duration = Duration::from_millis(50);

/// The longest heartbeat; a longer one is lowered to this.
pub const MAX_HEARTBEAT: Duration = Duration::from_hours(1);

/// How long a stream's `hello` may wait for the walk through the folder.
pub(crate) const WALK_BUDGET: Duration = Duration::from_millis(20);

/// How long until the first walk is done: it fills the system's cache, and a page that is told no hash knows none to
/// compare with when its next stream tells one.
pub(crate) const FIRST_WALK_BUDGET: Duration = Duration::from_millis(200);

const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(10);
const DEFAULT_GRACE: Duration = Duration::from_secs(3);

/// Which process stands behind the server id, and since when.
#[derive(Clone, Debug)]
pub struct Identity {
    id: String,
    started: Instant,
    started_at: SystemTime,
    pid: Option<u32>,
}

impl Identity {
    /// This process, as if it were started now.
    ///
    /// The id is the time in seconds since the Unix epoch with microseconds, as text.
    #[must_use]
    pub fn now() -> Self {
        Self::at(SystemTime::now())
    }

    fn at(started_at: SystemTime) -> Self {
        let since_epoch = since_epoch(started_at);
        Self {
            id: format!(
                "{}.{:06}",
                since_epoch.as_secs(),
                since_epoch.subsec_micros()
            ),
            started: Instant::now(),
            started_at,
            pid: Some(std::process::id()),
        }
    }

    /// Another process, which has started now.
    #[cfg(feature = "supervisor")]
    #[must_use]
    pub(crate) fn with_pid(mut self, pid: Option<u32>) -> Self {
        self.pid = pid;
        self
    }

    /// A process that was started at this time by the wall clock, and has been running for `age`.
    #[cfg(feature = "supervisor")]
    pub(crate) fn since(started_at: SystemTime, age: Option<Duration>, pid: Option<u32>) -> Self {
        let age = age.unwrap_or_default();
        let now = Instant::now();
        Self {
            started: now.checked_sub(age).unwrap_or(now),
            pid,
            ..Self::at(started_at)
        }
    }

    /// The server id; opaque, compared for equality only.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The process's number, where it is known.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Monotonic time since the process was started.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// The start time by the wall clock, since the Unix epoch.
    #[must_use]
    pub fn started_at(&self) -> Duration {
        since_epoch(self.started_at)
    }
}

/// What to serve, to whom, and the time limits.
///
/// Make it as early as you can: with no service behind the shim, the moment of [`Config::new`] is the
/// server id that pages compare.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) policy: Policy,
    pub(crate) heartbeat: Duration,
    pub(crate) grace: Duration,
    pub(crate) identity: Identity,
    pub(crate) patience: Patience,
    #[cfg(feature = "supervisor")]
    pub(crate) restart: Restart,
    #[cfg(feature = "supervisor")]
    pub(crate) control: Option<Token>,
    #[cfg(feature = "supervisor")]
    pub(crate) edits: Option<Arc<Edits>>,
}

/// How long a stream of something that does not exist yet is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// What cannot say that it has come is looked for this often.
    pub retry_delay: Duration,
    /// Then it is not there.
    pub max_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retry_delay: Duration::from_millis(200),
            max_wait: Duration::from_secs(6),
        }
    }
}

/// Whether pages may restart what is run.
#[cfg(feature = "supervisor")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restart {
    /// While nobody but this machine can reach us.
    #[default]
    OnLoopback,
    /// Whoever can reach us.
    Everywhere,
}

impl Config {
    /// No folder, loopback clients only, heartbeat 10 s, grace 3 s.
    #[must_use]
    pub fn new() -> Self {
        Self {
            folder: None,
            policy: Policy::new(),
            heartbeat: DEFAULT_HEARTBEAT,
            grace: DEFAULT_GRACE,
            identity: Identity::now(),
            patience: Patience::default(),
            #[cfg(feature = "supervisor")]
            restart: Restart::default(),
            #[cfg(feature = "supervisor")]
            control: None,
            #[cfg(feature = "supervisor")]
            edits: None,
        }
    }

    /// Serve the files of this folder.
    #[must_use]
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Who may talk to us.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The interval of `ping` on every stream, from [`MIN_HEARTBEAT`] to [`MAX_HEARTBEAT`].
    #[must_use]
    pub fn with_heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat.clamp(MIN_HEARTBEAT, MAX_HEARTBEAT);
        self
    }

    /// How long requests in flight, other than streams, may go on after the shutdown has begun.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long a stream of something that does not exist yet is waited for.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Whether pages may restart what is run.
    #[cfg(feature = "supervisor")]
    #[must_use]
    pub fn with_restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// What lets its holder, on this machine, restart and stop us. It is never told to a page.
    #[cfg(feature = "supervisor")]
    #[must_use]
    pub fn with_control_token(mut self, token: Token) -> Self {
        self.control = Some(token);
        self
    }

    /// Which files of the folder its own pages may write; none without it.
    #[cfg(feature = "supervisor")]
    #[must_use]
    pub fn with_edits(mut self, edits: Edits) -> Self {
        self.edits = Some(Arc::new(edits));
        self
    }

    /// The process behind the server id.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_seconds_with_six_decimals() {
        let identity = Identity::now();
        let id = identity.id();
        let (seconds, micros) = id.split_once('.').unwrap_or_default();
        assert_eq!(micros.len(), 6, "{id}");
        assert_eq!(
            seconds.parse().ok(),
            Some(identity.started_at().as_secs()),
            "{id}"
        );
    }

    #[test]
    fn a_heartbeat_out_of_bounds_is_moved_inside() {
        for (given, taken) in [
            (Duration::ZERO, MIN_HEARTBEAT),
            (Duration::MAX, MAX_HEARTBEAT),
        ] {
            assert_eq!(Config::new().with_heartbeat(given).heartbeat, taken);
        }
    }
}
