//! Decisions about owners who are known.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Asked, Machine, Owners, Phase, Probe, Proc, Sight};
use crate::supervisor::attach::answer::Token;
use crate::supervisor::attach::forwarder::is_forwarder;

/// A master that is left alone for so long is asked whether it serves by itself.
const ALONE: Duration = Duration::from_secs(3);

/// A child that has helped with one request is gone after so long.
const HELPER: Duration = Duration::from_millis(150);

/// Whether what is seen forwards to somebody else; and its name, if it is known.
pub(super) fn forwarder(sight: &Sight) -> (bool, Option<String>) {
    let name = match sight {
        Sight::Known(owners) => {
            let mut names = owners.names().into_iter();
            names.find(|name| is_forwarder(name)).map(str::to_owned)
        }
        Sight::Hidden { forwarder, .. } => forwarder.clone(),
        Sight::Nobody | Sight::Untold | Sight::Unseen => None,
    };
    (name.is_some() || *sight == Sight::Unseen, name)
}

impl Machine {
    pub(super) fn known(&mut self, owners: Owners) {
        let there = owners.procs();
        let waited_for = !self.candidates.is_disjoint(&there);
        if matches!(self.phase, Phase::Serving) && self.goes_on(&owners) {
            self.sight = Sight::Known(owners);
        } else if waited_for && matches!(self.phase, Phase::Confirming { .. }) {
            self.confirm(owners);
        } else if !(waited_for && matches!(self.phase, Phase::Waiting { .. })) {
            // Else the sight stays the one before the probe, whose own connection may add an owner.
            self.look_for_worker(owners);
        }
    }

    fn goes_on(&mut self, owners: &Owners) -> bool {
        let now = self.now;
        let known = matches!(self.sight, Sight::Known(_));
        let goes_on = match &mut self.last {
            Some(last) => known && last.generation.goes_on(now, owners),
            None => false,
        };
        if goes_on {
            self.look_later();
        }
        goes_on
    }

    fn look_for_worker(&mut self, owners: Owners) {
        match self.next(&owners) {
            Some(candidates) => self.appear(Sight::Known(owners), candidates),
            None => self.leave_alone(owners),
        }
    }

    fn next(&self, owners: &Owners) -> Option<BTreeSet<Proc>> {
        match &self.last {
            Some(last) => last.generation.next(self.now, owners),
            None => Some(owners.workers()),
        }
    }

    fn leave_alone(&mut self, owners: Owners) {
        self.sight = Sight::Known(owners);
        if !matches!(self.phase, Phase::Alone { .. }) {
            self.phase = Phase::Alone { since: self.now };
            let probe = if self.asked == Asked::Url {
                Probe::Url
            } else {
                Probe::Head
            };
            self.wants.probe = Some((probe, self.now + ALONE));
            self.candidates = self.procs();
            self.tell_gone();
        }
        self.look_later();
    }

    /// It has answered. With the same owners as before, it has answered by itself; with one more, that
    /// may be a worker that has just come, or the helper that the answer came from.
    fn confirm(&mut self, owners: Owners) {
        let Phase::Confirming {
            token,
            proven,
            again,
        } = &mut self.phase
        else {
            return;
        };
        let (token, proven) = (token.clone(), *proven);
        if self.sight == Sight::Known(owners.clone()) {
            return self.settle(token, proven);
        }
        if !std::mem::replace(again, true) {
            return self.look_in(HELPER, true);
        }
        match self.next(&owners) {
            Some(candidates) => {
                self.sight = Sight::Known(owners);
                self.candidates = candidates;
                self.settle(token, false);
            }
            None => self.leave_alone(owners),
        }
    }

    /// Looks once more at who has answered, where a process alone might turn out to be a master.
    pub(super) fn ready(&mut self, token: Token, proven: bool) {
        let alone = match &self.sight {
            Sight::Known(owners) => owners.masters().is_empty(),
            _ => false,
        };
        if alone && !self.forwarded {
            self.phase = Phase::Confirming {
                token,
                proven,
                again: false,
            };
            self.wants.probe = None;
            self.look_in(Duration::ZERO, true);
        } else {
            self.settle(token, false);
        }
    }

    /// Whether it serves as soon as it listens: programs of these names did so.
    pub(super) fn is_trusted(&self) -> bool {
        let Sight::Known(owners) = &self.sight else {
            return false;
        };
        let fresh = owners.masters().is_empty();
        let mut names = owners.names().into_iter();
        self.asked == Asked::Listens
            && !self.forwarded
            && fresh
            && names.all(|name| self.trusted.contains(name))
    }

    /// This program serves as soon as it listens.
    pub(super) fn trust(&mut self) {
        if let Sight::Known(owners) = &self.sight {
            self.trusted
                .extend(owners.names().into_iter().map(str::to_owned));
        }
    }
}
