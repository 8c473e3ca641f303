//! Restarts as those who ask for them see them: each has parts, one for every service, and one end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Effects;
use super::effect::{Effect, Op, Status};
use super::input::ServiceNo;

/// How a service's part, or the whole, has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    /// Why, for people.
    pub(crate) reason: Option<String>,
    /// The end of what was written, where it has failed.
    pub(crate) output: Option<String>,
    /// The process of before that has stayed where it was.
    pub(crate) stayed: Option<u32>,
    /// The operation that has taken its place.
    pub(crate) successor: Option<Op>,
}

/// Where a service's part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It is restarted if one that it depends on really is.
    Waiting,
    Running,
    Over,
}

/// Those that have not ended.
#[derive(Clone, Debug)]
pub(super) struct Operations {
    /// The latest that was given out.
    pub(super) last: Op,
    /// The time of this step.
    pub(super) now: Duration,
    open: Vec<Operation>,
    /// For each service, those with which it is restarted.
    pulled_by: Vec<Vec<ServiceNo>>,
}

#[derive(Clone, Debug)]
struct Operation {
    op: Op,
    parts: BTreeMap<ServiceNo, Part>,
    /// Somebody has asked for it, and not only files were changed.
    asked_for: bool,
    /// The first part that has failed.
    failure: Option<(ServiceNo, Outcome)>,
}

impl Outcome {
    pub(super) const fn restarted() -> Self {
        Self {
            status: Status::Restarted,
            reason: None,
            output: None,
            stayed: None,
            successor: None,
        }
    }

    /// Without output.
    pub(super) fn because(status: Status, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: Some(reason.into()),
            ..Self::restarted()
        }
    }

    pub(super) fn with_output(self, output: &str) -> Self {
        let output = Some(output.to_owned()).filter(|output| !output.is_empty());
        Self { output, ..self }
    }
}

impl Operations {
    /// `pulled_by`: for each service, those with which it is restarted.
    pub(super) fn new(pulled_by: Vec<Vec<ServiceNo>>) -> Self {
        Self {
            last: 0,
            now: Duration::ZERO,
            open: Vec::new(),
            pulled_by,
        }
    }

    /// These, and all that are restarted with them.
    pub(super) fn with_followers(&self, roots: &[ServiceNo]) -> Vec<ServiceNo> {
        let mut all = roots.to_vec();
        let mut next = 0;
        while let Some(no) = all.get(next).copied() {
            let followers = self.followers(no);
            let fresh: Vec<_> = followers.filter(|it| !all.contains(it)).collect();
            all.extend(fresh);
            next += 1;
        }
        all
    }

    /// Those that are restarted whenever this one really is.
    pub(super) fn followers(&self, no: ServiceNo) -> impl Iterator<Item = ServiceNo> {
        let pulled = self.pulled_by.iter().enumerate();
        pulled.filter_map(move |(follower, by)| by.contains(&no).then_some(follower))
    }

    /// A new one; no part of it runs yet.
    pub(super) fn open(&mut self, services: &[ServiceNo]) -> Op {
        self.last += 1;
        self.open.push(Operation {
            op: self.last,
            parts: services.iter().map(|no| (*no, Part::Waiting)).collect(),
            asked_for: false,
            failure: None,
        });
        self.last
    }

    /// The latest of which all these are parts, where one of them has not ended; rather one for which none of them
    /// has still to wait.
    pub(super) fn running(&self, services: &[ServiceNo]) -> Option<Op> {
        let all = |it: &&Operation| services.iter().all(|no| it.parts.contains_key(no));
        let any = |it: &Operation, part| services.iter().any(|no| it.parts.get(no) == Some(&part));
        let mut of_all = self.open.iter().rev().filter(all);
        let runs = |it: &&Operation| any(it, Part::Running) && !any(it, Part::Waiting);
        let found = of_all.clone().find(runs);
        let is_open = |it: &&Operation| any(it, Part::Running) || any(it, Part::Waiting);
        found.or_else(|| of_all.find(is_open)).map(|it| it.op)
    }

    /// Somebody has asked for it: it is no longer for changed files alone.
    pub(super) fn ask_for(&mut self, op: Op) {
        if let Some(operation) = self.open.iter_mut().find(|it| it.op == op) {
            operation.asked_for = true;
        }
    }

    pub(super) fn is_asked_for(&self, op: Op) -> bool {
        self.open.iter().any(|it| it.op == op && it.asked_for)
    }

    /// Whether this part of it waits for another.
    pub(super) fn has_waiting(&self, op: Op, no: ServiceNo) -> bool {
        let mut open = self.open.iter();
        open.any(|it| it.op == op && it.parts.get(&no) == Some(&Part::Waiting))
    }

    /// Whether this one is to be restarted if another really is.
    pub(super) fn is_waiting(&self, no: ServiceNo) -> bool {
        let part = |operation: &Operation| operation.parts.get(&no).copied();
        self.open.iter().any(|it| part(it) == Some(Part::Waiting))
    }

    /// A service's part begins; `false` where it is none of an operation that has not ended.
    pub(super) fn begin(&mut self, op: Op, no: ServiceNo) -> bool {
        let part = self.open.iter_mut().find(|it| it.op == op);
        let part = part.and_then(|operation| operation.parts.get_mut(&no));
        part.map(|part| *part = Part::Running).is_some()
    }

    /// A service's part has ended, and with the last one the operation.
    pub(super) fn end(&mut self, op: Op, no: ServiceNo, outcome: &Outcome, out: &mut Effects) {
        let Some(at) = self.open.iter().position(|it| it.op == op) else {
            return;
        };
        let operation = &mut self.open[at];
        operation.parts.insert(no, Part::Over);
        if outcome.status != Status::Restarted && operation.failure.is_none() {
            operation.failure = Some((no, outcome.clone()));
        }
        operation.give_up_waiting(&self.pulled_by);
        if operation.parts.values().all(|part| *part == Part::Over) {
            let operation = self.open.remove(at);
            out.push(operation.ended());
        }
    }
}

impl Operation {
    /// Who waits for nobody any more is not restarted.
    fn give_up_waiting(&mut self, pulled_by: &[Vec<ServiceNo>]) {
        loop {
            let pending = |no: &ServiceNo| self.parts.get(no).is_some_and(|it| *it != Part::Over);
            let is_idle = |(no, part): &(&ServiceNo, &Part)| {
                **part == Part::Waiting && !pulled_by[**no].iter().any(pending)
            };
            let idle = self.parts.iter().find(is_idle).map(|(no, _)| *no);
            let Some(idle) = idle else { return };
            self.parts.insert(idle, Part::Over);
        }
    }

    fn ended(self) -> Effect {
        let (service, outcome) = match self.failure {
            Some((service, outcome)) => (Some(service), outcome),
            None => (None, Outcome::restarted()),
        };
        Effect::Ended {
            op: self.op,
            service,
            outcome,
        }
    }
}
