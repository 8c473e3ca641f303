//! Which files are not what the process was started with?

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::input::{Change, Digest};

/// What has changed since the process was started.
#[derive(Clone, Debug, Default)]
pub(super) struct Differs {
    /// Files that differ, and what they were at the start.
    files: BTreeMap<PathBuf, Option<Digest>>,
    /// Files have changed when it may or may not have read them: nobody knows what it was started with.
    unsure: bool,
}

impl Differs {
    /// A process is started, with the files as they are; `unread`: some have changed, and nobody has
    /// looked how.
    pub(super) fn start(&mut self, unread: bool) {
        self.files.clear();
        self.unsure = unread;
    }

    /// This has changed; `is_starting`: while a process was reading its files.
    pub(super) fn note(&mut self, change: &Change, is_starting: bool) {
        self.unsure |= is_starting;
        let files = &mut self.files;
        let at_start = files.entry(change.path.clone()).or_insert(change.before);
        if *at_start == change.after {
            files.remove(&change.path);
        }
    }

    /// Whether all is again what it was at the start.
    pub(super) fn is_nothing(&self) -> bool {
        !self.unsure && self.files.is_empty()
    }
}
