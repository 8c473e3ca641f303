//! Which workers answer for what was loaded at one time.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

/// Changes this far apart do not belong together: single workers were replaced, not all of them.
const SAME_RELOAD: Duration = Duration::from_mins(1);

/// Who has the sockets open, and who of them only because their children shall.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owners {
    all: BTreeSet<u32>,
    /// Those with no descendant among them.
    workers: BTreeSet<u32>,
}

impl Owners {
    pub(super) fn new(all: BTreeSet<u32>, parent_of: impl Fn(u32) -> Option<u32>) -> Self {
        let ancestors = |pid: &u32| {
            let up = std::iter::successors(parent_of(*pid), |pid| parent_of(*pid));
            up.take(64).collect::<Vec<_>>()
        };
        let parents: BTreeSet<u32> = all.iter().flat_map(ancestors).collect();
        let workers = all.difference(&parents).copied().collect();
        Self { all, workers }
    }
}

/// What a look says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Same,
    /// The workers are gone, and there is no new one yet.
    Awaited,
    HandedOver,
}

/// The workers that answer for what was loaded at one time.
#[derive(Debug)]
pub(super) struct Generation {
    workers: BTreeSet<u32>,
    /// Everyone who had the sockets open when it began.
    seen: BTreeSet<u32>,
    last: Owners,
    last_change: Instant,
}

impl Generation {
    pub(super) fn new(owners: Owners, at: Instant) -> Self {
        Self {
            workers: owners.workers.clone(),
            seen: owners.all.clone(),
            last: owners,
            last_change: at,
        }
    }

    pub(super) fn step(&mut self, now: &Owners, at: Instant) -> Step {
        if *now != self.last {
            let some_stayed = !self.last.workers.is_disjoint(&self.workers);
            if some_stayed && at.duration_since(self.last_change) > SAME_RELOAD {
                *self = Self::new(self.last.clone(), at);
            }
            self.last = now.clone();
            self.last_change = at;
        }
        if self.workers.is_empty() && !now.workers.is_empty() {
            *self = Self::new(now.clone(), at);
        }
        if self.workers.is_empty() || !now.workers.is_disjoint(&self.workers) {
            return Step::Same;
        }
        let fresh = now.workers.difference(&self.seen).next().is_some();
        let old = self.workers.intersection(&now.all).next().is_some();
        match (fresh, old) {
            (true, false) => Step::HandedOver,
            // It has just got its first worker.
            (true, true) => {
                *self = Self::new(now.clone(), at);
                Step::Same
            }
            (false, _) => Step::Awaited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All owners but the workers are parents.
    fn owners(all: &[u32], workers: &[u32]) -> Owners {
        Owners {
            all: all.iter().copied().collect(),
            workers: workers.iter().copied().collect(),
        }
    }

    #[test]
    fn workers_are_those_without_descendants() {
        // 1 → 2 → 3 and 1 → 4; 2 has no socket.
        let parent = |pid| match pid {
            2 | 4 => Some(1),
            3 => Some(2),
            _ => None,
        };
        let told = |all: &[u32]| Owners::new(all.iter().copied().collect(), parent);
        assert_eq!(told(&[1, 3, 4]), owners(&[1, 3, 4], &[3, 4]));
        assert_eq!(told(&[1]), owners(&[1], &[1]));
        assert_eq!(told(&[]), owners(&[], &[]));
        let circle = Owners::new(BTreeSet::from([7]), |_| Some(8));
        assert_eq!(circle, owners(&[7], &[7]));
    }

    /// Seconds, all owners, workers, and what that says.
    type Looks<'a> = &'a [(u64, &'a [u32], &'a [u32], Step)];

    #[test]
    fn only_a_whole_new_generation_is_a_reload() {
        use Step::{Awaited, HandedOver, Same};
        let start = Instant::now();
        let cases: [(&str, Looks); 8] = [
            (
                "uvicorn --reload",
                &[
                    (0, &[1, 2], &[2], Same),
                    (1, &[1], &[1], Awaited),
                    (2, &[1, 3], &[3], HandedOver),
                ],
            ),
            (
                "flask --debug: its first worker comes after the port",
                &[
                    (0, &[1], &[1], Same),
                    (1, &[1, 2], &[2], Same),
                    (2, &[1, 3], &[3], HandedOver),
                ],
            ),
            (
                "nodemon",
                &[
                    (0, &[2], &[2], Same),
                    (1, &[], &[], Awaited),
                    (200, &[3], &[3], HandedOver),
                ],
            ),
            (
                "gunicorn after HUP: the new workers come first",
                &[
                    (0, &[1, 2, 3], &[2, 3], Same),
                    (1, &[1, 2, 3, 4, 5], &[2, 3, 4, 5], Same),
                    (1, &[1, 3, 4, 5], &[3, 4, 5], Same),
                    (2, &[1, 4, 5], &[4, 5], HandedOver),
                ],
            ),
            (
                "gunicorn: a worker more or less, or replaced now and then",
                &[
                    (0, &[1, 2, 3], &[2, 3], Same),
                    (1, &[1, 2], &[2], Same),
                    (2, &[1, 2, 4], &[2, 4], Same),
                    (300, &[1, 4, 5], &[4, 5], Same),
                    (600, &[1, 5, 6], &[5, 6], Same),
                ],
            ),
            (
                "one process that stays",
                &[(0, &[1], &[1], Same), (9, &[1], &[1], Same)],
            ),
            ("gone", &[(0, &[1], &[1], Same), (1, &[], &[], Awaited)]),
            (
                "it listens only later, or the system does not tell",
                &[
                    (0, &[], &[], Same),
                    (9, &[], &[], Same),
                    (10, &[1], &[1], Same),
                ],
            ),
        ];
        for (name, looks) in cases {
            let first = owners(looks[0].1, looks[0].2);
            let mut generation = Generation::new(first, start);
            for (at, all, workers, expected) in looks {
                let at = start + Duration::from_secs(*at);
                let step = generation.step(&owners(all, workers), at);
                assert_eq!(step, *expected, "{name}: {all:?}");
            }
        }
    }
}
