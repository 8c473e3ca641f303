//! Who writes a record.

use serde::{Deserialize, Serialize};

use super::is_id;
use crate::supervisor::{is_same, start_of};

/// One of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Writer {
    pub(super) pid: u32,
    /// In seconds since the Unix epoch.
    pub(super) started_at: u64,
}

impl Writer {
    pub(super) fn ourselves() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            started_at: start_of(pid).unwrap_or_default(),
        }
    }

    /// Whether it still runs. In containers the one of before may have had our id.
    pub(super) fn lives(self) -> bool {
        start_of(self.pid).is_some_and(|start| is_same(start, self.started_at))
    }

    /// How the name of a file begins that it has not finished yet.
    pub(super) fn prefix(self, op_id: &str) -> String {
        format!(".{op_id}.{}.{}.", self.pid, self.started_at)
    }

    /// Who was to finish the file of this name, without its end.
    pub(super) fn of(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix('.')?.rsplitn(4, '.');
        parts.next().filter(|random| !random.is_empty())?;
        let started_at = parts.next()?.parse().ok()?;
        let pid = parts.next()?.parse().ok()?;
        parts.next().filter(|op_id| is_id(op_id))?;
        Some(Self { pid, started_at })
    }
}
