//! Restarts, as who asks for one and who follows it is told of them.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::Phase;

words! {
    /// How far an operation is, or how it has ended.
    OperationStatus {
        /// It has not ended.
        Running = "running",
        /// The new process is ready.
        Restarted = "restarted",
        /// The port is still answered by the old process.
        PidUnchanged = "pid_unchanged",
        /// The check has failed, and the old process goes on.
        CheckFailed = "check_failed",
        /// Somebody else listens on the port.
        PortStillInUse = "port_still_in_use",
        /// The new process runs, and was not ready in time.
        StartedButUnhealthy = "started_but_unhealthy",
        /// The new process has ended, or could not be started.
        Exited = "exited",
        /// Something newer has taken its place, what it was for was put back, or everything ends.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why a service is restarted.
    OperationCause {
        /// Files were changed.
        Files = "files",
        /// A key at the terminal that the shim runs in.
        Key = "key",
        /// A page.
        Page = "page",
        /// A command at another terminal, or a script, by the HTTP interface.
        Api = "api",
        /// Its process had ended by itself.
        Crash = "crash",
        /// A service that it depends on is restarted.
        Dependency = "dependency",
    }
}

/// The body of a `POST` to [`crate::path::RESTART`]; `{}` restarts all services that pages depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct RestartRequest {
    /// Only this service, and those that are restarted with it.
    pub service: Option<String>,
    /// The operation's id; see [`crate::MAX_OPERATION_ID`]. One is made where there is none.
    pub op_id: Option<String>,
}

/// The answer (202) to a [`RestartRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Accepted {
    /// The operation; that which runs already, where one does.
    pub op_id: String,
    /// The phases to come, in their order.
    pub plan: Vec<Phase>,
    /// Where its [`Operation`] is, as a path.
    pub status_url: String,
    /// Where its stream is, as a path.
    pub events_url: String,
}

/// A restart: what is known of it so far, or its receipt.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Operation {
    /// Its id.
    pub op_id: String,
    /// The service, where it is only one.
    pub service: Option<String>,
    /// All services that are restarted by it.
    pub services: Vec<String>,
    /// Why.
    pub cause: OperationCause,
    /// How far it is.
    pub status: OperationStatus,
    /// The phase that it has come to.
    pub phase: Option<Phase>,
    /// The phases that it goes through if all goes well, in their order.
    pub plan: Vec<Phase>,
    /// The process of before; of the first service, where there are several.
    pub pid_before: Option<u32>,
    /// The process that runs now.
    pub pid_after: Option<u32>,
    /// The server id of before.
    pub id_before: Option<String>,
    /// The server id now, where it has moved.
    pub id_after: Option<String>,
    /// The phases that it has gone through.
    pub phases: Vec<OperationPhase>,
    /// When it has begun, in seconds since the Unix epoch.
    pub started_at: f64,
    /// How long it has taken, in milliseconds; `None` while it runs.
    pub took_ms: Option<u64>,
    /// Why it was begun, or has ended so, for people.
    pub reason: Option<String>,
    /// The end of what the process, or the check, has written, where it has failed.
    pub output: Option<String>,
    /// The file with this record, for people.
    pub record: Option<String>,
}

/// One phase of an [`Operation`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct OperationPhase {
    /// Of which service.
    pub service: String,
    /// Which.
    pub name: Phase,
    /// Its process, where one runs.
    pub pid: Option<u32>,
    /// When it has begun, in seconds since the Unix epoch.
    pub at: f64,
    /// How long it has lasted, in milliseconds; `None` while it lasts.
    pub ms: Option<u64>,
}
