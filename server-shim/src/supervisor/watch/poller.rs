//! Looking at all files again and again, where the system sends no events.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::content::{Stamp, stamp};
use super::index::Index;
use super::rules::Rules;
use super::walk::Found;

/// A file system may tell times in steps as large as this: within it, a file may change without a trace.
const COARSE: Duration = Duration::from_secs(2);

/// A look takes at most this part of the time.
const SHARE: u32 = 10;

/// Which roots are looked at, and what was there at the last look.
#[derive(Debug)]
pub(super) struct Poller {
    pub(super) roots: BTreeSet<PathBuf>,
    /// Those at which it has not looked yet.
    new: Vec<PathBuf>,
    every: Duration,
    seen: BTreeMap<PathBuf, Stamp>,
    due: Instant,
    began: SystemTime,
}

/// What a look has found.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// Files that are different, or gone.
    pub(super) touched: Vec<PathBuf>,
    /// A file that says what is ignored is among those that are different.
    pub(super) rules: bool,
}

impl Poller {
    /// `began`: when the watch did.
    pub(super) fn new(every: Duration, began: SystemTime) -> Self {
        Self {
            roots: BTreeSet::new(),
            new: Vec::new(),
            every,
            seen: BTreeMap::new(),
            due: Instant::now(),
            began,
        }
    }

    /// When to look; `None` where nothing is polled.
    pub(super) fn due(&self) -> Option<Instant> {
        (!self.roots.is_empty()).then_some(self.due)
    }

    /// Looks at this root as well, from now on.
    pub(super) fn add(&mut self, root: &Path) {
        if self.roots.insert(root.to_path_buf()) {
            self.new.push(root.to_path_buf());
            self.due = Instant::now();
        }
    }

    /// No longer looks at this root.
    pub(super) fn remove(&mut self, root: &Path) {
        self.roots.remove(root);
        self.seen.retain(|path, _| !path.starts_with(root));
    }

    /// Compares what is there with the last look, the first time with the index. Finds nothing where `stop`
    /// says that all ends.
    pub(super) fn look(&mut self, rules: &Rules, index: &Index, stop: impl Fn() -> bool) -> Look {
        let began = Instant::now();
        let now = SystemTime::now();
        let Ok(found) = self.list(rules, stop) else {
            return Look::default();
        };
        for root in std::mem::take(&mut self.new) {
            // No event has told of what was changed since, and the first reading may have come later.
            index.doubt_since(&root, self.began);
            let known = index.below(&root).into_iter();
            let stamped = known.filter_map(|path| index.stamp(&path).map(|stamp| (path, stamp)));
            self.seen.extend(stamped);
            let rules = found
                .ignore_files
                .iter()
                .filter(|path| path.starts_with(&root));
            let rules = rules.filter_map(|path| stamp(path).map(|stamp| (path.clone(), stamp)));
            self.seen.extend(rules);
        }
        let ignore_files: BTreeSet<_> = found.ignore_files.iter().cloned().collect();
        let mut seen = BTreeMap::new();
        let mut look = Look::default();
        for path in found.files.into_iter().chain(found.ignore_files) {
            let Some(stamp) = stamp(&path) else {
                continue;
            };
            let same = self.seen.remove(&path) == Some(stamp);
            if ignore_files.contains(&path) {
                look.rules |= !same;
            } else if !same || is_fresh(&stamp, now) {
                look.touched.push(path.clone());
            }
            seen.insert(path, stamp);
        }
        let gone = std::mem::replace(&mut self.seen, seen);
        look.touched.extend(gone.into_keys());
        self.due = Instant::now() + self.every.max(began.elapsed() * SHARE);
        look
    }

    fn list(&self, rules: &Rules, stop: impl Fn() -> bool) -> Result<Found, Stopped> {
        let mut found = Found::default();
        for root in &self.roots {
            if rules.roots.files.contains(root) {
                found.files.push(root.clone());
            } else {
                found.walk(rules, root, |_| if stop() { Err(Stopped) } else { Ok(()) })?;
            }
        }
        Ok(found)
    }
}

/// The watch is being dropped.
#[derive(Debug)]
struct Stopped;

/// Changed so lately that a further change might not show.
fn is_fresh(stamp: &Stamp, now: SystemTime) -> bool {
    let age = stamp.modified.map(|modified| now.duration_since(modified));
    matches!(age, Some(Ok(age)) if age < COARSE)
}
