//! What a document leaves for the next one in the same tab.

use super::effect::Cause;
use super::notice::Receipt;
use super::number;
use crate::name::{self, Name};

/// How many left ids are remembered; several workers are rarely more.
const MOST_LEFT: usize = 16;

/// What the numbers that a document leaves are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Act,
    Counted,
    Trial,
    Left,
    At,
    Id,
    Revision,
    Cause,
    Lost,
    Took,
    From,
    To,
}

impl Key {
    /// All of them, in the order of their declaration.
    pub(crate) const ALL: &[Self] = &[
        Self::Act,
        Self::Counted,
        Self::Trial,
        Self::Left,
        Self::At,
        Self::Id,
        Self::Revision,
        Self::Cause,
        Self::Lost,
        Self::Took,
        Self::From,
        Self::To,
    ];

    fn of(number: f64) -> Option<Self> {
        number::one_of(Self::ALL, number)
    }
}

/// Kept in `sessionStorage`, as pairs of a [`Key`] and a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// When the newest acts took place; wall clock, oldest first.
    pub(super) acts: Vec<u64>,
    /// Those of them that the loop guard counts.
    pub(super) counted: Vec<u64>,
    /// The loop guard has let one act through to see whether the loop goes on.
    pub(super) trial: bool,
    /// Ids that documents of this tab went with when they acted; none of them is news again.
    pub(super) left: Vec<Name>,
    /// The last act.
    pub(super) last: Option<Act>,
}

/// A reload, or an event in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Act {
    /// When, by the wall clock.
    pub(super) at: u64,
    /// The id that it led to.
    pub(super) id: Name,
    /// The revision that it led to.
    pub(super) revision: Option<Name>,
    /// What the toast of the next document needs; taken when it has been shown.
    pub(super) promise: Option<Promise>,
}

/// What is known of a reload before it has taken place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// How long it has taken, in milliseconds.
    pub(super) took: u64,
    /// The old and the new process.
    pub(super) pids: Option<(u32, u32)>,
    /// Its id.
    pub(super) op_id: Name,
}

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
    pub(super) fn leave(&mut self, id: Name) {
        name::add(&mut self.left, &[id]);
        if self.left.len() > MOST_LEFT {
            let all = std::mem::take(&mut self.left);
            name::add(&mut self.left, all.get(1..).unwrap_or_default());
        }
    }

    /// The id that the last act led to, where a document that began at `born` (wall clock) was asked
    /// for after it: then its server is no older than that one.
    #[must_use]
    pub(super) fn vouched(&self, born: u64) -> Option<Name> {
        let act = self.last.filter(|act| act.at <= born)?;
        Some(act.id)
    }

    /// What the toast of a new document tells of the reload that led to it, unless it is older than
    /// `stale` milliseconds.
    pub(super) fn take_receipt(&mut self, now: u64, stale: u64) -> Option<Receipt> {
        let act = self.last.as_mut()?;
        let promise = act.promise.take()?;
        (now.saturating_sub(act.at) < stale).then(|| promise.receipt(now))
    }

    /// As pairs of a [`Key`] and a number.
    #[must_use]
    pub(super) fn write(&self) -> Vec<f64> {
        let mut pairs = Pairs(Vec::new());
        for at in &self.acts {
            pairs.time(Key::Act, *at);
        }
        for at in &self.counted {
            pairs.time(Key::Counted, *at);
        }
        if self.trial {
            pairs.time(Key::Trial, 1);
        }
        for id in &self.left {
            pairs.name(Key::Left, Some(*id));
        }
        if let Some(act) = &self.last {
            pairs.time(Key::At, act.at);
            pairs.name(Key::Id, Some(act.id));
            pairs.name(Key::Revision, act.revision);
            if let Some(promise) = &act.promise {
                pairs.time(Key::Cause, promise.cause as u64);
                pairs.maybe(Key::Lost, promise.lost_at);
                pairs.maybe(Key::Took, promise.took);
                let (from, to) = promise.pids.unzip();
                pairs.maybe(Key::From, from.map(u64::from));
                pairs.maybe(Key::To, to.map(u64::from));
            }
        }
        pairs.0
    }

    /// Reads what [`Self::write`] wrote. What makes no sense is left out: it may come from another
    /// version.
    #[must_use]
    pub(super) fn read(pairs: &[f64]) -> Self {
        let mut memory = Self::default();
        let mut one = [f64::NAN; Key::ALL.len()];
        for pair in pairs.chunks_exact(2) {
            let &[key, value] = pair else { continue };
            let (Some(key), Some(at)) = (Key::of(key), number::time(value)) else {
                continue;
            };
            match key {
                Key::Act => memory.acts.push(at),
                Key::Counted => memory.counted.push(at),
                Key::Trial => memory.trial = true,
                Key::Left => memory.left.extend(number::name(value)),
                _ => {
                    if let Some(slot) = one.get_mut(key as usize) {
                        *slot = value;
                    }
                }
            }
        }
        memory.last = Act::read(&one);
        memory
    }
}

impl Act {
    fn read(one: &[f64; Key::ALL.len()]) -> Option<Self> {
        let get = |key: Key| one.get(key as usize).copied().unwrap_or(f64::NAN);
        let time = |key| number::time(get(key));
        let pid = |key| number::whole(get(key));
        let cause = number::one_of(Cause::ALL, get(Key::Cause));
        Some(Self {
            at: time(Key::At)?,
            id: number::name(get(Key::Id))?,
            revision: number::name(get(Key::Revision)),
            promise: cause.map(|cause| Promise {
                cause,
                lost_at: time(Key::Lost),
                pids: pid(Key::From).zip(pid(Key::To)),
                took: time(Key::Took),
            }),
        })
    }
}

/// Pairs that are being written.
struct Pairs(Vec<f64>);

impl Pairs {
    fn time(&mut self, key: Key, value: u64) {
        self.put(key, number::from_time(value));
    }

    fn maybe(&mut self, key: Key, value: Option<u64>) {
        if let Some(value) = value {
            self.time(key, value);
        }
    }

    fn name(&mut self, key: Key, value: Option<Name>) {
        if value.is_some() {
            self.put(key, number::from_name(value));
        }
    }

    fn put(&mut self, key: Key, value: f64) {
        self.0.push(f64::from(key as u32));
        self.0.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u32) -> Name {
        Name::new(number).unwrap_or_else(|| panic!("0 is no name"))
    }

    fn full() -> Memory {
        Memory {
            acts: vec![1_766_082_209_000],
            counted: vec![1_766_082_209_512, 1_766_082_209_900],
            trial: true,
            left: vec![name(3), name(1)],
            last: Some(Act {
                at: 1_766_082_210_000,
                id: name(2),
                revision: Name::new(4),
                promise: Some(Promise {
                    cause: Cause::Change,
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
        let nonsense = [99.0, 1.0, f64::NAN, 7.0, 0.0, f64::NAN, 5.0, 3.0, 1.0];
        assert_eq!(Memory::read(&nonsense), Memory::default());
    }

    #[test]
    fn only_a_reload_before_the_document_vouches_for_its_server() {
        let memory = full();
        assert_eq!(memory.vouched(1_766_082_210_000), Some(name(2)));
        assert_eq!(memory.vouched(1_766_082_209_999), None);
    }

    #[test]
    fn left_ids_are_bounded_and_unique() {
        let mut memory = Memory::default();
        for number in 2..42 {
            memory.leave(name(number / 2));
        }
        assert_eq!(memory.left.len(), MOST_LEFT);
        assert_eq!(memory.left.last(), Some(&name(20)));
    }
}
