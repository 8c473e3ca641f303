//! What was there when we last looked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::content::{self, Stamp, UNREAD};
use super::rules::below;
use crate::supervisor::machine::Digest;

/// So many bytes at most are read before anything has changed; what is beyond counts as changed at its first save.
const MOST_READ: u64 = 256 * 1024 * 1024;

/// All files that count.
#[derive(Debug, Default)]
pub(super) struct Index(Mutex<BTreeMap<PathBuf, Entry>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// `None` where it was not looked at.
    stamp: Option<Stamp>,
    digest: Digest,
    by: By,
}

/// Who has looked at it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nobody,
    /// The first reading of all files.
    Fill,
    /// It has been written to during that: what it found may be of before or after.
    Doubt,
    /// Somebody who asked what has changed.
    Update,
}

/// A file's content before and now; `None` where it did or does not exist.
pub(super) type Difference = (Option<Digest>, Option<Digest>);

const UNREAD_ENTRY: Entry = Entry {
    stamp: None,
    digest: UNREAD,
    by: By::Nobody,
};

impl Entry {
    fn new(stamp: Stamp, digest: Digest, by: By) -> Self {
        Self {
            stamp: Some(stamp),
            digest,
            by,
        }
    }

    /// Whether what was found may be of before or after a change since then.
    fn is_doubtful(&self, since: SystemTime) -> bool {
        match self.by {
            By::Nobody | By::Doubt => true,
            By::Fill => self.stamp.is_none_or(|stamp| stamp.is_after(since)),
            By::Update => false,
        }
    }
}

impl Index {
    /// These files are there, whatever they hold.
    pub(super) fn note(&self, files: impl IntoIterator<Item = PathBuf>) {
        let mut entries = self.lock();
        for file in files {
            entries.entry(file).or_insert(UNREAD_ENTRY);
        }
    }

    pub(super) fn has(&self, path: &Path) -> bool {
        self.lock().contains_key(path)
    }

    /// It has been written to while [`Index::fill`] was at work, which began at `since`.
    pub(super) fn doubt(&self, path: &Path, since: SystemTime) {
        if let Some(entry) = self.lock().get_mut(path)
            && entry.is_doubtful(since)
        {
            *entry = Entry {
                by: By::Doubt,
                ..UNREAD_ENTRY
            };
        }
    }

    /// Forgets a folder, and returns the files that were in it.
    pub(super) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        below(&self.lock(), folder)
    }

    /// As [`Index::doubt`], for all below a folder that may have been written to.
    pub(super) fn doubt_since(&self, folder: &Path, since: SystemTime) {
        for path in self.below(folder) {
            self.doubt(&path, since);
        }
    }

    pub(super) fn remove(&self, path: &Path) {
        self.lock().remove(path);
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.lock().keys().cloned().collect()
    }

    pub(super) fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.lock().get(path).and_then(|entry| entry.stamp)
    }

    /// Reads what was not read, until `stop` says so.
    pub(super) fn fill(&self, stop: impl Fn() -> bool) {
        let mut left = MOST_READ;
        for path in self.unread() {
            if stop() {
                return;
            }
            let Some(stamp) = content::stamp(&path) else {
                continue;
            };
            let cost = if stamp.len > content::LARGEST {
                0
            } else {
                stamp.len
            };
            let Some(rest) = left.checked_sub(cost) else {
                self.settle(&path, stamp, UNREAD);
                continue;
            };
            left = rest;
            match content::read(&path) {
                Some((before, digest)) if content::stamp(&path) == Some(before) => {
                    self.settle(&path, before, digest);
                }
                // It is being written.
                _ => self.doubt(&path, SystemTime::UNIX_EPOCH),
            }
        }
    }

    fn unread(&self) -> Vec<PathBuf> {
        let entries = self.lock();
        let unread = entries.iter().filter(|(_, entry)| entry.by == By::Nobody);
        unread.map(|(path, _)| path.clone()).collect()
    }

    /// Unless somebody else has read or changed it meanwhile.
    fn settle(&self, path: &Path, stamp: Stamp, digest: Digest) {
        if let Some(entry) = self.lock().get_mut(path)
            && entry.by == By::Nobody
        {
            *entry = Entry::new(stamp, digest, By::Fill);
        }
    }

    /// Reads a file again. `None` where it is as before.
    pub(super) fn update(&self, path: &Path) -> Option<Difference> {
        let now = content::read(path);
        let mut entries = self.lock();
        let before = entries.get(path).copied();
        match now {
            Some((stamp, digest)) => {
                let entry = Entry::new(stamp, digest, By::Update);
                entries.insert(path.to_path_buf(), entry);
            }
            None => drop(entries.remove(path)),
        }
        let same_unread = before.is_some_and(|before| {
            before.digest == UNREAD
                && before.stamp.is_some()
                && before.stamp == now.map(|(stamp, _)| stamp)
        });
        let difference = (
            before.map(|entry| entry.digest),
            now.map(|(_, digest)| digest),
        );
        (difference.0 != difference.1 && !same_unread).then_some(difference)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
