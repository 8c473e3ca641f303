//! Services that need others: when they are started, and when they are restarted with them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::effect::{Op, Status};
use super::input::ServiceNo;
use super::operations::Outcome;
use super::stage::Stage;
use super::{Effects, Machine};
use crate::supervisor::Cause;

impl Machine {
    /// Restarts those that are to be restarted with a service that really is: its process of before
    /// is being ended, or it had none.
    pub(super) fn pull_along(&mut self, now: Duration, out: &mut Effects) {
        let mut done = BTreeSet::new();
        while !self.book.turning.is_empty() {
            let no = self.book.turning.remove(0);
            // Whoever depends on itself by others is restarted once.
            if !self.is_quitting() && done.insert(no) {
                let ops = self.services[no].ops.clone();
                self.pull(now, no, &ops, out);
            }
        }
    }

    /// Restarts those that are restarted with this one, as parts of these operations.
    fn pull(&mut self, now: Duration, no: ServiceNo, ops: &[Op], out: &mut Effects) {
        let followers: Vec<_> = self.book.operations.followers(no).collect();
        for follower in followers {
            self.accept(now, follower, Cause::Dependency, ops, out);
        }
    }

    /// One that somebody else runs was restarted by them.
    pub(super) fn moved_by_others(&mut self, now: Duration, no: ServiceNo, out: &mut Effects) {
        let followers: Vec<_> = self.book.operations.followers(no).collect();
        if !followers.is_empty() {
            let op = self.open(&followers, &Cause::Dependency, out);
            self.pull(now, no, &[op], out);
        }
    }

    /// Whether all that it needs is ready, or is only being checked beside a process that is.
    pub(super) fn has_what_it_needs(&self, no: ServiceNo) -> bool {
        let needs = self.services[no].rules.needs.iter();
        let mut needed = needs.filter_map(|need| self.services.get(need.service));
        needed.all(|needed| needed.is_settled() || needed.is_checked_beside())
    }

    /// Ends the parts of those that wait for a service which does not come.
    pub(super) fn give_up_waiting(&mut self, out: &mut Effects) {
        for no in 0..self.services.len() {
            if self.services[no].stage == Stage::AwaitingService
                && !self.services[no].ops.is_empty()
                && self.waits_in_vain(no, &mut BTreeSet::new())
            {
                let reason = "it could not be started: a service that it depends on is not ready";
                let outcome = Outcome::because(Status::Exited, reason);
                self.services[no].end(&outcome, &mut self.book.operations, out);
            }
        }
    }

    /// Whether one that it needs rests and is not ready, or waits in vain itself.
    fn waits_in_vain(&self, no: ServiceNo, seen: &mut BTreeSet<ServiceNo>) -> bool {
        if !seen.insert(no) {
            return true;
        }
        let needs = self.services[no].rules.needs.iter();
        let mut needed = needs.filter_map(|need| self.services.get(need.service));
        needed.any(|needed| {
            let waits = needed.stage == Stage::AwaitingService;
            needed.is_stuck() || waits && self.waits_in_vain(needed.no, seen)
        })
    }
}
