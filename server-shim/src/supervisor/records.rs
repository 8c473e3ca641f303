//! What this run would leave behind if it were killed, and what earlier runs have left.
//!
//! The guardian ends the groups of a run that is killed. These records are for what it cannot do: it was killed, too,
//! or the run before had none. A process id alone says nothing after a while, so that a group is only taken for ours
//! where a process of it has the same start, or the server id that we gave it in its environment.

mod entry;
mod reclaim;

pub(crate) use entry::{is_same, start_of};
pub(crate) use reclaim::reclaim;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, fs, io};

use super::CommandLine;
use super::process::Group;
use entry::{Entry, Run};

/// The record of this run: a file while groups run, removed on drop.
#[derive(Debug)]
pub(crate) struct Records {
    file: PathBuf,
    run: Mutex<Run>,
}

impl Records {
    /// In this folder, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let pid = std::process::id();
        let run = Run {
            pid,
            started_at: start_of(pid).unwrap_or_default(),
            cwd: env::current_dir().unwrap_or_default(),
            groups: Vec::new(),
        };
        Ok(Self {
            file: folder.join(run.file_name()),
            run: Mutex::new(run),
        })
    }

    /// A group was started with this id (`SERVER_RELOAD_ID`). Writes the file, like the others.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn started(&self, group: &Group, id: &str, command: &CommandLine) -> io::Result<()> {
        let entry = Entry::new(group.pid(), id, command);
        self.change(|groups| groups.push(entry))
    }

    /// The group with this leader listens on these ports.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn listens(&self, leader: u32, ports: &BTreeSet<u16>) -> io::Result<()> {
        self.change(|groups| {
            let its = groups.iter_mut().filter(|group| group.pid == leader);
            its.for_each(|group| group.ports.clone_from(ports));
        })
    }

    /// The group with this leader is gone. Without any group there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn ended(&self, leader: u32) -> io::Result<()> {
        self.change(|groups| groups.retain(|group| group.pid != leader))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Entry>)) -> io::Result<()> {
        let mut run = self.run();
        change(&mut run.groups);
        run.save(&self.file)
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        // It may never have been written.
        let _ = fs::remove_file(&self.file);
    }
}

#[cfg(all(test, unix))]
mod tests;
