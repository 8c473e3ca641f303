//! The types behind the `data:` lines of the stream and the bodies of the shim's answers.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// The names of the fields that the client reads, without serde.
pub mod field {
    /// [`super::Hello::id`]
    pub const ID: &str = "id";
    /// [`super::Hello::id_age_ms`]
    pub const ID_AGE_MS: &str = "id_age_ms";
    /// [`super::Hello::revision`] and [`super::Change::revision`]
    pub const REVISION: &str = "revision";
    /// [`super::Hello::phase`] and [`super::PhaseChange::phase`]
    pub const PHASE: &str = "phase";
    /// [`super::Hello::pid`] and [`super::PhaseChange::pid`]
    pub const PID: &str = "pid";
    /// [`super::Hello::heartbeat_ms`]
    pub const HEARTBEAT_MS: &str = "heartbeat_ms";
    /// [`super::PhaseChange::service`] and [`super::Problem::service`]
    pub const SERVICE: &str = "service";
    /// [`super::PhaseChange::reason`]
    pub const REASON: &str = "reason";
    /// [`super::PhaseChange::op_id`]
    pub const OP_ID: &str = "op_id";
    /// [`super::Change::kind`]
    pub const KIND: &str = "kind";
    /// [`super::Change::paths`]
    pub const PATHS: &str = "paths";
    /// [`super::Problem::title`]
    pub const TITLE: &str = "title";
    /// [`super::Problem::output`] and [`super::Operation::output`]
    pub const OUTPUT: &str = "output";
    /// [`super::Problem::looks`]
    pub const LOOKS: &str = "looks";
    /// [`super::Hello::restart`]
    pub const RESTART: &str = "restart";
    /// [`super::Hello::token`]
    pub const TOKEN: &str = "token";
    /// [`super::Hello::restart_refused`]
    pub const RESTART_REFUSED: &str = "restart_refused";
    /// [`super::Accepted::plan`] and [`super::Operation::plan`]
    pub const PLAN: &str = "plan";
    /// [`super::Accepted::events_url`]
    pub const EVENTS_URL: &str = "events_url";
    /// [`super::Accepted::status_url`]
    pub const STATUS_URL: &str = "status_url";
    /// [`super::Operation::status`]
    pub const STATUS: &str = "status";
    /// [`super::Operation::pid_before`]
    pub const PID_BEFORE: &str = "pid_before";
    /// [`super::Operation::pid_after`]
    pub const PID_AFTER: &str = "pid_after";
    /// [`super::Operation::took_ms`]
    pub const TOOK_MS: &str = "took_ms";
    /// [`super::Operation::record`]
    pub const RECORD: &str = "record";
    /// [`super::OperationPhase::name`]
    pub const NAME: &str = "name";
    /// [`super::Operation::phases`]
    pub const PHASES: &str = "phases";
    /// [`super::Operation::services`]
    pub const SERVICES: &str = "services";
    /// [`super::Operation::id_after`]
    pub const ID_AFTER: &str = "id_after";
    /// [`super::OperationPhase::at`]
    pub const AT: &str = "at";
    /// [`super::OperationPhase::ms`]
    pub const MS: &str = "ms";
}

/// An enum whose variants stand in JSON as one word each.
macro_rules! words {
    ($(#[$attribute:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one that stands so in JSON.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }
    };
}

mod operation;
pub use operation::{
    Accepted, Operation, OperationCause, OperationPhase, OperationStatus, RestartRequest,
};

words! {
    /// What a service is doing.
    Phase {
        /// Its process is being started.
        Starting = "starting",
        /// Its process runs and does not answer yet.
        WaitingUntilReady = "waiting_until_ready",
        /// It answers.
        Ready = "ready",
        /// A changed source is checked; the process of before goes on answering.
        Checking = "checking",
        /// Its process is being ended.
        Stopping = "stopping",
        /// Its process is gone, and somebody still listens on its port.
        WaitingForPort = "waiting_for_port",
        /// It could be started, and a service that it depends on is not ready.
        WaitingForService = "waiting_for_service",
        /// The check failed and the process of before goes on; or the new one never became ready.
        Failed = "failed",
        /// Its process has ended by itself, and waits for a change.
        Crashed = "crashed",
        /// Its process has ended by itself, and is started again after a pause.
        BackingOff = "backing_off",
    }
}

words! {
    /// What kind of file was changed.
    ChangeKind {
        /// Style sheets: they are swapped in the page.
        Style = "style",
        /// Anything else that a page is made of.
        Page = "page",
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
    /// What it has to send with that, in the header [`crate::TOKEN_HEADER`].
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub token: Option<String>,
    /// Why a page may not ask for a restart, and what would let it, for people.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub restart_refused: Option<String>,
}

/// Data of [`crate::event::PHASE`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct PhaseChange {
    /// Counts all that the stream tells, but for heartbeats; a gap means that a slow reader has missed something.
    pub seq: u64,
    /// The service's name.
    pub service: String,
    /// What it does now.
    pub phase: Phase,
    /// Its process, where one runs.
    pub pid: Option<u32>,
    /// Why, for people.
    pub reason: Option<String>,
    /// The operation that it is part of.
    pub op_id: Option<String>,
}

/// Data of [`crate::event::CHANGE`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Change {
    /// What kind of file; where both were changed, [`ChangeKind::Page`].
    pub kind: ChangeKind,
    /// The changed files, as the page would request them (`/css/app.css`); files outside the served
    /// folder by their path from the watched one. Percent-encoded.
    pub paths: Vec<String>,
    /// The new [`Hello::revision`], where it is known.
    pub revision: Option<String>,
}

/// Data of [`crate::event::PROBLEM`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Problem {
    /// The service's name.
    pub service: String,
    /// What is wrong, in one line.
    pub title: String,
    /// The end of the output, of which at most [`crate::MAX_PROBLEM_OUTPUT`] bytes are read; without escapes.
    pub output: String,
    /// How it looks, from its beginning on; what comes after the last has no look.
    pub looks: Vec<Look>,
}

/// How a part of [`Problem::output`] looks; in JSON the two in an array.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "(usize, String)", into = "(usize, String)")
)]
pub struct Look {
    /// How long the part is, in UTF-16 code units, as JavaScript counts.
    pub length: usize,
    /// Declarations of CSS, such as `color:var(--c1);font-weight:700`, where `--c0` to `--c15` are the colors of
    /// terminals, `--text` is what has none of them and `--screen` what is behind it. Empty for no look.
    pub css: String,
}

impl From<(usize, String)> for Look {
    fn from((length, css): (usize, String)) -> Self {
        Self { length, css }
    }
}

impl From<Look> for (usize, String) {
    fn from(look: Look) -> Self {
        (look.length, look.css)
    }
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
    pub started_at: Option<f64>,
    /// Seconds since then, monotonic.
    pub uptime: Option<f64>,
    /// The supervised services; empty where the shim only serves files.
    pub services: Vec<ServiceHealth>,
    /// Open event streams.
    pub streams: usize,
}

/// One service in [`Health`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ServiceHealth {
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub phase: Phase,
    /// Its process, where one runs.
    pub pid: Option<u32>,
    /// Whether pages depend on it.
    pub reload: bool,
    /// How often it was restarted since the shim was started.
    pub restarts: u64,
    /// How its last restart has ended.
    pub last_status: Option<OperationStatus>,
    /// When its process was started, in seconds since the Unix epoch.
    pub started_at: Option<f64>,
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    fn has(json: &serde_json::Value, names: &[&str]) {
        for name in names {
            assert!(json.get(name).is_some(), "no `{name}` in {json}");
        }
    }

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
            restart: true,
            token: Some(String::new()),
            restart_refused: Some(String::new()),
        })?;
        let phase = serde_json::to_value(PhaseChange {
            seq: 1,
            service: "app".to_owned(),
            phase: Phase::Ready,
            pid: None,
            reason: None,
            op_id: None,
        })?;
        let change = serde_json::to_value(Change {
            kind: ChangeKind::Style,
            paths: Vec::new(),
            revision: None,
        })?;
        let problem = serde_json::to_value(Problem {
            service: "app".to_owned(),
            title: String::new(),
            output: String::new(),
            looks: Vec::new(),
        })?;
        has(
            &hello,
            &[
                field::ID,
                field::ID_AGE_MS,
                field::REVISION,
                field::PHASE,
                field::PID,
                field::HEARTBEAT_MS,
                field::RESTART,
                field::TOKEN,
                field::RESTART_REFUSED,
            ],
        );
        has(
            &phase,
            &[
                field::SERVICE,
                field::PHASE,
                field::PID,
                field::REASON,
                field::OP_ID,
            ],
        );
        has(&change, &[field::KIND, field::PATHS, field::REVISION]);
        has(
            &problem,
            &[field::SERVICE, field::TITLE, field::OUTPUT, field::LOOKS],
        );
        Ok(())
    }

    #[test]
    fn words_are_spelled_one_way() -> serde_json::Result<()> {
        for phase in Phase::ALL {
            assert_eq!(serde_json::to_value(phase)?, phase.as_str());
            assert_eq!(Phase::from_word(phase.as_str()), Some(*phase));
        }
        for kind in ChangeKind::ALL {
            assert_eq!(serde_json::to_value(kind)?, kind.as_str());
            assert_eq!(ChangeKind::from_word(kind.as_str()), Some(*kind));
        }
        Ok(())
    }
}
