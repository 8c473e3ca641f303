//! The types behind the `data:` lines of the stream and the bodies of the shim's answers.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// The names of [`Hello`]'s fields that the client reads, without serde.
pub mod field {
    /// [`super::Hello::id`]
    pub const ID: &str = "id";
    /// [`super::Hello::id_age_ms`]
    pub const ID_AGE_MS: &str = "id_age_ms";
    /// [`super::Hello::revision`]
    pub const REVISION: &str = "revision";
    /// [`super::Hello::phase`]
    pub const PHASE: &str = "phase";
    /// [`super::Hello::pid`]
    pub const PID: &str = "pid";
    /// [`super::Hello::heartbeat_ms`]
    pub const HEARTBEAT_MS: &str = "heartbeat_ms";
}

/// What a service is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Phase {
    /// Its process runs and is not ready yet.
    Starting,
    /// It answers.
    Ready,
}

impl Phase {
    /// The phase as it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
        }
    }
}

/// The first event on every stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Hello {
    /// [`crate::VERSION`].
    pub protocol: u32,
    /// The server id, or `None` while the backend is not ready.
    pub id: Option<String>,
    /// Monotonic milliseconds since the process behind the id was started.
    pub id_age_ms: Option<u64>,
    /// Opaque; differs when page files have changed.
    pub revision: Option<String>,
    /// What the backend is doing.
    pub phase: Phase,
    /// The process behind the id.
    pub pid: Option<u32>,
    /// The interval of [`crate::event::PING`] in milliseconds.
    pub heartbeat_ms: u64,
    /// Whether a page may ask for a restart.
    pub restart: bool,
}

/// Data of [`crate::event::SHUTDOWN`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Shutdown {
    /// Why, for people.
    pub reason: String,
    /// When a plain client may ask again, in milliseconds; at least [`crate::MIN_RETRY_MS`].
    pub retry_ms: u64,
}

/// The body of [`crate::path::HEALTH`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Health {
    /// What pages are waiting for: the same as [`Hello::phase`].
    pub status: Phase,
    /// The server id.
    pub id: Option<String>,
    /// The process behind the id.
    pub pid: Option<u32>,
    /// When that process was started, in seconds since the Unix epoch.
    pub started_at: f64,
    /// Seconds since then, monotonic.
    pub uptime: f64,
    /// The supervised services; empty where the shim only serves files.
    pub services: Vec<ServiceHealth>,
    /// Open event streams.
    pub streams: usize,
}

/// One service in [`Health`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ServiceHealth {
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub phase: Phase,
    /// Its process, where one runs.
    pub pid: Option<u32>,
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    #[test]
    fn field_names_are_those_of_the_json() -> serde_json::Result<()> {
        let hello = serde_json::to_value(Hello {
            protocol: crate::VERSION,
            id: None,
            id_age_ms: None,
            revision: None,
            phase: Phase::Ready,
            pid: None,
            heartbeat_ms: 10_000,
            restart: false,
        })?;
        for name in [
            field::ID,
            field::ID_AGE_MS,
            field::REVISION,
            field::PHASE,
            field::PID,
            field::HEARTBEAT_MS,
        ] {
            assert!(hello.get(name).is_some(), "no `{name}` in {hello}");
        }
        Ok(())
    }

    #[test]
    fn phases_are_spelled_one_way() -> serde_json::Result<()> {
        for phase in [Phase::Starting, Phase::Ready] {
            assert_eq!(serde_json::to_value(phase)?, phase.as_str());
        }
        Ok(())
    }
}
