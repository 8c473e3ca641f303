//! The processes that serve together, from one restart to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::owner::{Owners, Proc};
use super::wants::HEARTBEAT;

/// A worker that has served beside the others for so long belongs to them. gunicorn gives the workers
/// that it replaces 30 s.
const JOINED_AFTER: Duration = Duration::from_secs(45);

/// A child that has shared the socket of its parent for so long is a worker, not one request's helper.
const WORKER_AFTER: Duration = Duration::from_secs(5);

/// Who serves. A worker more or less is none: it is over when all of them are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Generation {
    members: BTreeSet<Proc>,
    /// Those who only keep the socket.
    masters: BTreeSet<Proc>,
    /// Workers that came later, and when.
    young: BTreeMap<Proc, Duration>,
    /// The only member was seen to answer by itself, with no child beside it.
    by_itself: bool,
}

impl Generation {
    /// `members` of these owners serve.
    pub(super) fn new(members: BTreeSet<Proc>, owners: &Owners, by_itself: bool) -> Self {
        let masters = owners.masters();
        Self {
            masters: masters.difference(&members).copied().collect(),
            members,
            young: BTreeMap::new(),
            by_itself,
        }
    }

    /// Compares with those who listen now. `false`: all members are gone.
    pub(super) fn goes_on(&mut self, now: Duration, owners: &Owners) -> bool {
        let there = owners.procs();
        let mut members: BTreeSet<Proc> = self.members.intersection(&there).copied().collect();
        if members.is_empty() {
            return false;
        }
        let workers = owners.workers();
        self.young.retain(|proc, _| there.contains(proc));
        for worker in workers.difference(&self.members) {
            if !self.masters.contains(worker) {
                self.young.entry(*worker).or_insert(now);
            }
        }
        if self.was_a_master(now, &members, &workers) {
            self.masters.append(&mut members);
            self.members = std::mem::take(&mut self.young).into_keys().collect();
            return true;
        }
        let grown = |since: &Duration| now.saturating_sub(*since) >= JOINED_AFTER;
        members.extend(
            self.young
                .iter()
                .filter(|(_, it)| grown(it))
                .map(|(proc, _)| *proc),
        );
        self.young.retain(|_, since| !grown(since));
        self.members = members;
        true
    }

    /// The only member turns out to keep the socket for children: it was there before them
    /// (`flask --debug` listens before its worker runs).
    fn was_a_master(
        &self,
        now: Duration,
        members: &BTreeSet<Proc>,
        workers: &BTreeSet<Proc>,
    ) -> bool {
        let old = |since: &Duration| now.saturating_sub(*since) >= WORKER_AFTER;
        !self.by_itself
            && members.len() == 1
            && workers.is_disjoint(members)
            && !self.young.is_empty()
            && self.young.values().all(old)
    }

    /// Who serves among these owners, if this generation was the last: the rest of it, else those who
    /// have just come, else those who came later than its members; `None` where only its masters are
    /// left.
    pub(super) fn next(&self, now: Duration, owners: &Owners) -> Option<BTreeSet<Proc>> {
        let there = owners.procs();
        if !self.members.is_disjoint(&there) {
            return Some(self.members.intersection(&there).copied().collect());
        }
        let mut new = owners.workers();
        new.retain(|proc| !self.masters.contains(proc));
        let just_now = |since: &Duration| now.saturating_sub(*since) < HEARTBEAT;
        let fresh = |proc: &Proc| self.young.get(proc).is_none_or(just_now);
        if new.iter().any(fresh) {
            new.retain(fresh);
        }
        (!new.is_empty()).then_some(new)
    }

    /// Whether some process of this one serves, or has begun to serve by itself, in the later `other`.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let mut later = other.members.iter();
        later.any(|proc| self.members.contains(proc) || self.masters.contains(proc))
    }

    /// The oldest member.
    pub(super) fn first(&self) -> Option<Proc> {
        self.members.first().copied()
    }

    /// Whether members may change soon, so that it is worth looking each second.
    pub(super) fn is_changing(&self) -> bool {
        !self.young.is_empty()
    }
}
