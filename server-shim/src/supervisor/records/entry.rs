//! One run, as it stands in its file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use sysinfo::ProcessRefreshKind;

use super::super::CommandLine;
use super::super::process::Table;

/// A run of ours and its groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) pid: u32,
    /// In seconds since the Unix epoch, as all of these.
    pub(super) started_at: u64,
    pub(super) cwd: PathBuf,
    pub(super) groups: Vec<Entry>,
}

/// A group of processes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its leader's, which is the group's, too.
    pub(super) pid: u32,
    pub(super) started_at: u64,
    /// What it was given as `SERVER_RELOAD_ID`.
    pub(super) id: String,
    pub(super) ports: BTreeSet<u16>,
    /// For people who open the file.
    pub(super) command: String,
}

impl Entry {
    pub(super) fn new(pid: u32, id: &str, command: &CommandLine) -> Self {
        let command = match command {
            CommandLine::Words(words) => words.join(&OsString::from(" ")).to_string_lossy().into(),
            CommandLine::Shell(line) => line.clone(),
        };
        Self {
            pid,
            started_at: start_of(pid).unwrap_or_default(),
            id: id.to_owned(),
            ports: BTreeSet::new(),
            command,
        }
    }
}

impl Run {
    /// One that is never watched, wherever the folder is.
    pub(super) fn file_name(&self) -> String {
        format!(".server-reload-{}-{}.json", self.pid, self.started_at)
    }

    /// `None` for what is no record.
    pub(super) fn read(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// At once or not at all; without groups the file is removed.
    pub(super) fn save(&self, file: &Path) -> io::Result<()> {
        if self.groups.is_empty() {
            return match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let new = file.with_extension("new");
        fs::write(&new, serde_json::to_vec_pretty(self)?)?;
        fs::rename(new, file)
    }
}

/// When a living process was started. `None`: there is none.
pub(crate) fn start_of(pid: u32) -> Option<u64> {
    let table = Table::some(&[pid], ProcessRefreshKind::nothing());
    Some(table.get(pid)?.start_time())
}

/// Whether both are the start of one process: the system works it out anew from a clock that may be set.
pub(crate) fn is_same(start: u64, other: u64) -> bool {
    start.abs_diff(other) <= 1
}
