//! What a document leaves for the next one in the same tab.

use super::effect::Cause;
use crate::notice::Receipt;

/// How many left ids are remembered; several workers are rarely more.
const MOST_LEFT: usize = 16;

/// Kept in `sessionStorage`, as lines of `key value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// When the newest acts took place; wall clock, oldest first.
    pub(super) acts: Vec<u64>,
    /// Those of them that the loop guard counts.
    pub(super) counted: Vec<u64>,
    /// The loop guard has let one act through to see whether the loop goes on.
    pub(super) trial: bool,
    /// Ids that documents of this tab went with when they acted; none of them is news again.
    pub(super) left: Vec<String>,
    /// The last act.
    pub(super) last: Option<Act>,
}

/// A reload, or an event in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    /// When, by the wall clock.
    pub(super) at: u64,
    /// The id that it led to.
    pub(super) id: String,
    /// The revision that it led to.
    pub(super) revision: Option<String>,
    /// What the toast of the next document needs; taken when it has been shown.
    pub(super) promise: Option<Promise>,
}

/// What is known of a reload before it has taken place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// Why.
    pub(super) cause: Cause,
    /// When the connection was lost, by the wall clock.
    pub(super) lost_at: Option<u64>,
    /// The old and the new process.
    pub(super) pids: Option<(u32, u32)>,
    /// How long the restart has taken that this page had asked for, in milliseconds.
    pub(super) took: Option<u64>,
}

/// What is known of a restart that the page had asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// How long it has taken, in milliseconds.
    pub(super) took: u64,
    /// The old and the new process.
    pub(super) pids: Option<(u32, u32)>,
    /// Its id.
    pub(super) op_id: String,
}

/// A promise older than this, in milliseconds, was not kept by the document that finds it: its
/// person has gone elsewhere instead.
const STALE_PROMISE: u64 = 60_000;

impl Promise {
    /// The receipt at the time `now`, by the wall clock.
    #[must_use]
    pub(super) fn receipt(&self, now: u64) -> Receipt {
        Receipt {
            cause: self.cause,
            pids: self.pids,
            took: self.took.or(self.lost_at.map(|at| now.saturating_sub(at))),
            asked: self.took.is_some(),
        }
    }
}

impl Memory {
    /// Takes note that pages are no longer of the server with this id.
    pub(super) fn leave(&mut self, id: &str) {
        if !self.left.iter().any(|left| left == id) {
            self.left.push(id.to_owned());
        }
        if self.left.len() > MOST_LEFT {
            self.left.remove(0);
        }
    }

    /// The id that the last act led to, where a document that began at `born` (wall clock) was asked
    /// for after it: then its server is no older than that one.
    #[must_use]
    pub(super) fn vouched(&self, born: u64) -> Option<&str> {
        let act = self.last.as_ref().filter(|act| act.at <= born)?;
        Some(&act.id)
    }

    /// What the toast of a new document tells of the reload that led to it.
    pub(super) fn take_receipt(&mut self, now: u64) -> Option<Receipt> {
        let act = self.last.as_mut()?;
        let promise = act.promise.take()?;
        (now.saturating_sub(act.at) < STALE_PROMISE).then(|| promise.receipt(now))
    }

    /// As text for the storage.
    #[must_use]
    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| {
            text.extend([key, " ", value, "\n"]);
        };
        for at in &self.acts {
            line("act", &at.to_string());
        }
        for at in &self.counted {
            line("counted", &at.to_string());
        }
        if self.trial {
            line("trial", "");
        }
        for id in &self.left {
            line("left", id);
        }
        if let Some(act) = &self.last {
            line("at", &act.at.to_string());
            line("id", &act.id);
            if let Some(revision) = &act.revision {
                line("revision", revision);
            }
            if let Some(promise) = &act.promise {
                line("cause", promise.cause.as_str());
                if let Some(at) = promise.lost_at {
                    line("lost", &at.to_string());
                }
                if let Some(took) = promise.took {
                    line("took", &took.to_string());
                }
                if let Some((old, new)) = promise.pids {
                    line("from", &old.to_string());
                    line("to", &new.to_string());
                }
            }
        }
        text
    }

    /// Reads what [`Self::write`] wrote. What makes no sense is left out: it may come from another
    /// version.
    #[must_use]
    pub(super) fn read(text: &str) -> Self {
        let all = |key: &'static str| {
            text.lines()
                .filter_map(|line| line.split_once(' '))
                .filter(move |(name, _)| *name == key)
                .map(|(_, value)| value)
        };
        let one = |key| all(key).next();
        let number = |key| one(key).and_then(|value| value.parse().ok());
        let pid = |key| one(key).and_then(|value| value.parse().ok());
        let cause = one("cause").map(|cause| {
            if cause == Cause::Change.as_str() {
                Cause::Change
            } else {
                Cause::Restart
            }
        });
        Self {
            acts: all("act").filter_map(|at| at.parse().ok()).collect(),
            counted: all("counted").filter_map(|at| at.parse().ok()).collect(),
            trial: one("trial").is_some(),
            left: all("left").map(str::to_owned).collect(),
            last: number("at").zip(one("id")).map(|(at, id)| Act {
                at,
                id: id.to_owned(),
                revision: one("revision").map(str::to_owned),
                promise: cause.map(|cause| Promise {
                    cause,
                    lost_at: number("lost"),
                    pids: pid("from").zip(pid("to")),
                    took: number("took"),
                }),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Memory {
        Memory {
            acts: vec![1_766_082_209_000],
            counted: vec![1_766_082_209_512, 1_766_082_209_900],
            trial: true,
            left: vec![
                "1766082209.512345".to_owned(),
                "an id with blanks".to_owned(),
            ],
            last: Some(Act {
                at: 1_766_082_210_000,
                id: "1766082210.1".to_owned(),
                revision: Some("77aa".to_owned()),
                promise: Some(Promise {
                    cause: Cause::Restart,
                    lost_at: Some(1_766_082_209_000),
                    pids: Some((4711, 4722)),
                    took: Some(812),
                }),
            }),
        }
    }

    #[test]
    fn survives_the_storage() {
        for memory in [full(), Memory::default()] {
            assert_eq!(Memory::read(&memory.write()), memory);
        }
    }

    #[test]
    fn nonsense_is_left_out() {
        assert_eq!(
            Memory::read("{\"json\": 1}\ncounted soon\n\nid only\n"),
            Memory::default()
        );
    }

    #[test]
    fn only_a_reload_before_the_document_vouches_for_its_server() {
        let memory = full();
        assert_eq!(memory.vouched(1_766_082_210_000), Some("1766082210.1"));
        assert_eq!(memory.vouched(1_766_082_209_999), None);
    }

    #[test]
    fn left_ids_are_bounded_and_unique() {
        let mut memory = Memory::default();
        for number in 0..40 {
            memory.leave(&(number / 2).to_string());
        }
        assert_eq!(memory.left.len(), MOST_LEFT);
        assert_eq!(memory.left.last().map(String::as_str), Some("19"));
    }
}
