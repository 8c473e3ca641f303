//! What is known of a restart that this page follows.

use server_reload_protocol::payload::OperationStatus;

use super::bar::Why;
use crate::name::Name;

/// A restart, as far as it has come; the browser side has its phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id.
    pub op_id: Name,
    /// How many phases it has come to.
    pub passed: u32,
    /// How it has ended; `None` while it runs.
    pub ended: Option<OperationStatus>,
    /// The server id that it has led to.
    pub id_after: Option<Name>,
    /// How long it has taken, in milliseconds.
    pub took: Option<u64>,
    /// The process of before.
    pub pid_before: Option<u32>,
    /// The process that runs now.
    pub pid_after: Option<u32>,
}

/// What the server has answered to [`super::Effect::Look`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operated {
    /// How far it is, or how it has ended.
    Known(Operation),
    /// The server knows nothing of it, for this reason.
    Untold(Why),
    /// There was no answer.
    Lost,
}

impl Operation {
    /// One that nothing is known of but its id.
    pub(super) const fn new(op_id: Name) -> Self {
        Self {
            op_id,
            passed: 0,
            ended: None,
            id_after: None,
            took: None,
            pid_before: None,
            pid_after: None,
        }
    }

    /// The old and the new process.
    pub(super) fn pids(&self) -> Option<(u32, u32)> {
        self.pid_before.zip(self.pid_after)
    }
}
