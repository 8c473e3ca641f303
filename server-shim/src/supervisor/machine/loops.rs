//! Does a backend change the very files that it is restarted for?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A change that comes so soon after a start, or an end, is suspected.
const SOON: Duration = Duration::from_secs(1);

/// So many suspected restarts in a row are a loop.
const MOST: u32 = 5;

/// Which files were changed at least so often belong to it.
const OFTEN: u32 = 3;

/// Counts the restarts in a row that the same files cause so soon.
#[derive(Clone, Debug, Default)]
pub(super) struct Loops {
    times: u32,
    /// What was changed the last time.
    last: BTreeSet<PathBuf>,
    /// In how many of these times each was changed.
    seen: BTreeMap<PathBuf, u32>,
}

/// What to make of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An ordinary one.
    Restart,
    /// The change that shows the loop.
    Found(PathBuf),
    /// One more of the same.
    Ignore,
}

impl Loops {
    /// These files have changed, `since` the last start or end.
    pub(super) fn judge(&mut self, paths: &[PathBuf], since: Duration) -> Verdict {
        if paths.iter().all(|path| self.ignores(path)) {
            return Verdict::Ignore;
        }
        let again = paths.iter().any(|path| self.last.contains(path));
        if since >= SOON || self.is_paused() || !again {
            self.forget();
        }
        if since >= SOON {
            return Verdict::Restart;
        }
        self.times += 1;
        self.last.clear();
        self.join(paths);
        match self.most_seen() {
            Some(path) if self.is_paused() => Verdict::Found(path.clone()),
            _ => Verdict::Restart,
        }
    }

    /// These have changed as well, while that restart is under way.
    pub(super) fn join(&mut self, paths: &[PathBuf]) {
        if self.times == 0 {
            return;
        }
        for path in paths {
            if self.last.insert(path.clone()) {
                *self.seen.entry(path.clone()).or_default() += 1;
            }
        }
    }

    /// Whether a change of this file says nothing, however long after the start it comes.
    pub(super) fn ignores(&self, path: &Path) -> bool {
        self.is_paused() && self.seen.get(path).is_some_and(|times| *times >= OFTEN)
    }

    fn most_seen(&self) -> Option<&PathBuf> {
        let most = self.seen.iter().rev().max_by_key(|(_, times)| **times);
        most.map(|(path, _)| path)
    }

    fn is_paused(&self) -> bool {
        self.times >= MOST
    }

    /// The person has asked for a restart: all is forgotten.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
