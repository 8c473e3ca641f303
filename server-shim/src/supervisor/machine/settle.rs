//! When are files settled?
//!
//! One file that its writer has closed is settled at once. Everything else waits for quiet: a file
//! that is still open as long as the system's ways ask for; several files, and saves in quick succession, for four times the
//! greatest gap between them, at most 500 ms; a tree in which git works until git has finished, or
//! nothing has happened for 500 ms.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::input::FileEvent;

/// The least wait for several files.
const QUIET: Duration = Duration::from_millis(10);

/// The longest wait after the last event.
const LONGEST: Duration = Duration::from_millis(500);

/// The longest wait after the first event, where files never come to rest, as a log does not.
const LONGEST_OF_ALL: Duration = Duration::from_secs(5);

/// A gap that is longer ends a series.
const GAP: Duration = Duration::from_millis(125);

/// Events of one and the same save come closer together than this.
const SAME: Duration = Duration::from_millis(2);

/// From how many in quick succession on it is no person who saves.
const MANY: u32 = 3;

/// Files that have changed and are not read yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Settle {
    /// What a writer that keeps its file open is given between two writes.
    open_quiet: Duration,
    waiting: BTreeSet<PathBuf>,
    open: BTreeSet<PathBuf>,
    /// Those that were still open when they were read.
    read_open: BTreeSet<PathBuf>,
    locked: bool,
    /// When the first of those that wait has come.
    first: Duration,
    /// When something was heard last.
    last: Duration,
    series: Option<Series>,
    /// What was read last, alone.
    taken: Option<PathBuf>,
}

/// Files that were saved in quick succession.
#[derive(Clone, Copy, Debug)]
struct Series {
    last: Duration,
    greatest_gap: Duration,
    count: u32,
}

impl Settle {
    pub(super) fn new(open_quiet: Duration) -> Self {
        Self {
            open_quiet,
            ..Self::default()
        }
    }

    pub(super) fn hear(&mut self, now: Duration, event: FileEvent) {
        match event {
            FileEvent::Touched(path) => {
                self.wait_for(now, path.clone());
                let is_new = self.open.insert(path);
                self.lengthen(now, is_new);
            }
            FileEvent::Whole(path) => {
                let was_open = self.open.remove(&path) || self.read_open.remove(&path);
                self.wait_for(now, path);
                self.lengthen(now, !was_open);
            }
            FileEvent::Lock { held } => {
                self.locked = held;
                self.last = now;
            }
        }
    }

    fn wait_for(&mut self, now: Duration, path: PathBuf) {
        if self.waiting.is_empty() {
            self.first = now;
        }
        self.last = now;
        self.waiting.insert(path);
    }

    /// `is_new`: a save of its own, not one more event of a save.
    fn lengthen(&mut self, now: Duration, is_new: bool) {
        let gap = |series: &Series| now.saturating_sub(series.last);
        let ends = |series: &Series| if series.count < MANY { GAP } else { LONGEST };
        self.series = match self.series {
            Some(mut series) if gap(&series) <= ends(&series) => {
                if is_new {
                    series.greatest_gap = series.greatest_gap.max(gap(&series));
                    series.count += u32::from(gap(&series) >= SAME);
                }
                series.last = now;
                Some(series)
            }
            _ => {
                self.taken = None;
                Some(Series {
                    last: now,
                    greatest_gap: Duration::ZERO,
                    count: 1,
                })
            }
        };
    }

    /// Whether something is waiting.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// When the first of those that wait was heard of.
    pub(super) fn began(&self) -> Duration {
        self.first
    }

    /// When those that wait are settled, if nothing more happens.
    pub(super) fn due(&self) -> Option<Duration> {
        if self.waiting.is_empty() {
            return None;
        }
        let quiet = if self.locked {
            LONGEST
        } else if !self.open.is_empty() {
            self.open_quiet.max(self.stretch())
        } else if self.is_one_save() {
            return Some(self.last);
        } else {
            self.stretch()
        };
        Some((self.last + quiet).min(self.first + LONGEST_OF_ALL))
    }

    /// The first file in a while, or the same once more: a rename shows as several events.
    fn is_one_save(&self) -> bool {
        let mut waiting = self.waiting.iter();
        let one = waiting.next().filter(|_| waiting.next().is_none());
        let alone = self.series.is_none_or(|series| series.count == 1);
        alone && one.is_some() && (self.taken.is_none() || self.taken.as_ref() == one)
    }

    fn stretch(&self) -> Duration {
        let gap = self
            .series
            .map_or(Duration::ZERO, |series| series.greatest_gap);
        (gap * 4).clamp(QUIET, LONGEST)
    }

    /// What was read was as before, so it is no sign that there will be more: often the temporary file
    /// of an editor that then renames it.
    pub(super) fn nothing_read(&mut self) {
        self.taken = None;
    }

    /// Those that wait, which do so no longer.
    pub(super) fn take(&mut self) -> Vec<PathBuf> {
        self.read_open = std::mem::take(&mut self.open);
        let taken: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
        self.taken = taken.first().filter(|_| taken.len() == 1).cloned();
        taken
    }
}
