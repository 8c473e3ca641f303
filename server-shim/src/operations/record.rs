//! The record of an operation: a JSON file that can be read when we are gone.
//!
//! Several of us may keep theirs in one folder. So each says who writes it, and nobody touches those of
//! another one that runs.

mod writer;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use server_reload_protocol::payload::{Operation, OperationStatus};
use tempfile::Builder;

use super::is_id;
use writer::Writer;

/// The folder that is all ours, wherever it is.
const OURS: &str = ".server-reload";

const EXTENSION: &str = "json";

/// What is written to before it takes the place of a record.
const UNFINISHED: &str = ".tmp";

/// What is said of a restart whose end nobody has seen.
const CUT_OFF: &str = "server-reload was ended before the restart had an end";

/// The folder of the records.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    writer: Writer,
}

/// As it stands in the file.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    operation: &'a Operation,
    writer: Writer,
}

impl Folder {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            path: folder.to_owned(),
            writer: Writer::ourselves(),
        }
    }

    pub(super) fn path_of(&self, op_id: &str) -> PathBuf {
        self.path.join(op_id).with_added_extension(EXTENSION)
    }

    /// In one step: who reads it, whenever, reads the old or the new. Only this user may.
    pub(super) fn write(&self, operation: &Operation) -> io::Result<()> {
        self.prepare()?;
        let record = Record {
            operation,
            writer: self.writer,
        };
        let mut json = serde_json::to_vec_pretty(&record)?;
        json.push(b'\n');
        let start = self.writer.prefix(&operation.op_id);
        let mut unfinished = Builder::new();
        let unfinished = unfinished.prefix(&start).suffix(UNFINISHED);
        let mut unfinished = unfinished.tempfile_in(&self.path)?;
        unfinished.write_all(&json)?;
        unfinished.persist(self.path_of(&operation.op_id))?;
        Ok(())
    }

    pub(super) fn remove(&self, op_id: &str) -> io::Result<()> {
        self.no_link()?;
        match fs::remove_file(self.path_of(op_id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The newest of those that are there, the oldest first. Those that were under way are ended, older
    /// ones removed, and files that were left unfinished too. What is under way for another one of us
    /// that runs is left alone, and left out.
    pub(super) fn read(&self, most: usize) -> Vec<Operation> {
        if let Err(error) = self.no_link() {
            note(Err(error), "be read");
            return Vec::new();
        }
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        for path in paths.iter().filter(|path| is_left(path)) {
            note(fs::remove_file(path), "be removed");
        }
        let read = paths.iter().filter_map(|path| read(path));
        let theirs = |(operation, writer): &(Operation, Option<Writer>)| {
            operation.status == OperationStatus::Running && writer.is_some_and(Writer::lives)
        };
        let ours = read
            .filter(|it| !theirs(it))
            .map(|(operation, _)| operation);
        let mut operations: Vec<Operation> = ours.collect();
        operations.sort_by(|one, other| one.started_at.total_cmp(&other.started_at));
        let newest = operations.split_off(operations.len().saturating_sub(most));
        for operation in operations {
            note(self.remove(&operation.op_id), "be removed");
        }
        newest.into_iter().map(|it| self.ended(it)).collect()
    }

    fn ended(&self, mut operation: Operation) -> Operation {
        operation.record = Some(self.path_of(&operation.op_id).display().to_string());
        if operation.status == OperationStatus::Running {
            operation.status = OperationStatus::Cancelled;
            operation.reason = Some(CUT_OFF.to_owned());
            note(self.write(&operation), "be written");
        }
        operation
    }

    /// Its folder, which nobody is to commit, and whose files are no changes to who watches. One that has
    /// something in it is its owner's to say so of.
    fn prepare(&self) -> io::Result<()> {
        self.no_link()?;
        if fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Ok(());
        }
        fs::create_dir_all(&self.path)?;
        let ignored = self.ours().unwrap_or(&self.path).join(".gitignore");
        match File::create_new(ignored) {
            Ok(mut file) => file.write_all(b"*\n"),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A link in place of our own folder comes with what was checked out or unpacked here, and would have us
    /// write and remove elsewhere. One that leads to a folder that was named is the user's.
    fn no_link(&self) -> io::Result<()> {
        let Some(ours) = self.ours() else {
            return Ok(());
        };
        let mut parts = self.path.ancestors();
        let is_link = |part: &&Path| part.starts_with(ours) && part.is_symlink();
        match parts.find(is_link) {
            Some(link) => Err(io::Error::other(format!(
                "`{}` is a link\n\nremove it, or name a folder: --records FOLDER",
                link.display()
            ))),
            None => Ok(()),
        }
    }

    fn ours(&self) -> Option<&Path> {
        let mut above = self.path.ancestors();
        above.find(|folder| folder.file_name().is_some_and(|name| name == OURS))
    }
}

/// Whether it was left unfinished by one of us that is gone.
fn is_left(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.strip_suffix(UNFINISHED));
    name.and_then(Writer::of).is_some_and(|it| !it.lives())
}

/// `None` where it is none of ours.
fn read(path: &Path) -> Option<(Operation, Option<Writer>)> {
    #[derive(serde::Deserialize)]
    struct Written {
        writer: Option<Writer>,
    }

    let name = path.file_stem()?.to_str()?;
    let is_file = fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    if path.extension()? != EXTENSION || !is_id(name) || !is_file {
        return None;
    }
    let read = fs::read(path).and_then(|json| {
        let operation: Operation = serde_json::from_slice(&json)?;
        let written: Written = serde_json::from_slice(&json)?;
        Ok((operation, written.writer))
    });
    let read = read
        .inspect_err(|error| tracing::warn!("`{}` is no record: {error}", path.display()))
        .ok()?;
    (read.0.op_id == name).then_some(read)
}

pub(super) fn note(done: io::Result<()>, what: &str) {
    if let Err(error) = done {
        tracing::warn!("a record of a restart could not {what}: {error}");
    }
}

#[cfg(test)]
mod tests;
