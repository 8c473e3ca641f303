//! A restart is wanted: which operation is that, and does it begin, join what is under way, or follow it?

use std::path::PathBuf;
use std::time::Duration;

use server_reload_protocol::payload::Phase;

use super::effect::{Effect, Op};
use super::input::{Change, ServiceNo};
use super::operations::Operations;
use super::service::{Again, Service};
use super::stage::Stage;
use super::{Effects, Machine, Need};
use crate::supervisor::Cause;

/// The phases of a restart, in their order.
const PLAN: [Phase; 7] = [
    Phase::Checking,
    Phase::Stopping,
    Phase::WaitingForPort,
    Phase::WaitingForService,
    Phase::Starting,
    Phase::WaitingUntilReady,
    Phase::Ready,
];

/// What becomes of a wish for a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Nobody is there to be restarted.
    Nowhere,
    /// What is under way does what is wanted.
    Join,
    /// It begins when the process is there, or gone.
    Again,
    Begin,
}

impl Machine {
    /// Somebody asks; the answer is what runs already, where that restarts all of these.
    pub(super) fn asked(
        &mut self,
        now: Duration,
        services: &[ServiceNo],
        cause: &Cause,
        out: &mut Effects,
    ) {
        let is_ours = |no: &&ServiceNo| {
            let service = self.services.get(**no);
            service.is_some_and(|service| !service.rules.attached)
        };
        let asked: Vec<_> = services.iter().filter(is_ours).copied().collect();
        if self.is_quitting() || asked.is_empty() {
            return;
        }
        for no in &asked {
            self.services[*no].loops.forget();
            self.services[*no].crashes = 0;
        }
        let op = match self.book.operations.running(&asked) {
            Some(op) => self.hasten(now, op, &asked, cause, out),
            None => self.restart(now, &asked, cause, out),
        };
        self.book.operations.ask_for(op);
        out.push(Effect::Accepted { op });
    }

    /// What would be restarted only if another is, is restarted now.
    fn hasten(
        &mut self,
        now: Duration,
        op: Op,
        asked: &[ServiceNo],
        cause: &Cause,
        out: &mut Effects,
    ) -> Op {
        for no in asked {
            if self.book.operations.has_waiting(op, *no) {
                self.take_part(now, *no, cause, op, out);
            }
        }
        op
    }

    /// A new operation. What is under way is part of it as it is.
    fn restart(
        &mut self,
        now: Duration,
        asked: &[ServiceNo],
        cause: &Cause,
        out: &mut Effects,
    ) -> Op {
        let op = self.open(asked, cause, out);
        for no in self.book.operations.with_followers(asked) {
            if !self.services[no].ops.is_empty() || asked.contains(&no) {
                self.take_part(now, no, cause, op, out);
            }
        }
        op
    }

    /// What is under way becomes part of it as it is; else it begins.
    fn take_part(
        &mut self,
        now: Duration,
        no: ServiceNo,
        cause: &Cause,
        op: Op,
        out: &mut Effects,
    ) {
        let service = &mut self.services[no];
        if service.ops.is_empty() {
            self.accept(now, no, cause.clone(), &[op], out);
        } else {
            service.join_midway(&[op], &mut self.book.operations, out);
        }
    }

    /// What was changed is code of these services.
    pub(super) fn code_changed(&mut self, now: Duration, changes: &[Change], out: &mut Effects) {
        let mut wanted = Vec::new();
        for no in 0..self.services.len() {
            if let Some(paths) = self.wants_restart(now, no, changes, out) {
                wanted.push((no, paths));
            }
        }
        let begins = |(no, paths): &&(ServiceNo, Vec<PathBuf>)| {
            self.services[*no].way(&Cause::Files(paths.clone())) == Way::Begin
        };
        let begin: Vec<_> = wanted.iter().filter(begins).collect();
        let roots: Vec<_> = begin.iter().map(|(no, _)| *no).collect();
        let mut all: Vec<PathBuf> = Vec::new();
        for path in begin.iter().flat_map(|(_, paths)| paths) {
            if !all.contains(path) {
                all.push(path.clone());
            }
        }
        // What was changed at once is restarted by one operation.
        let op = (!roots.is_empty()).then(|| self.open(&roots, &Cause::Files(all), out));
        for (no, paths) in wanted {
            let op = op.filter(|_| roots.contains(&no));
            self.accept(now, no, Cause::Files(paths), op.as_slice(), out);
        }
    }

    /// The operation over these, and those that are restarted with them, is known from now on.
    pub(super) fn open(&mut self, roots: &[ServiceNo], cause: &Cause, out: &mut Effects) -> Op {
        let services = self.book.operations.with_followers(roots);
        let op = self.book.operations.open(&services);
        out.push(Effect::Opened {
            op,
            plan: self.plan(&services, cause),
            services,
            cause: cause.clone(),
        });
        op
    }

    /// The phases that these go through if all goes well, each once.
    fn plan(&self, services: &[ServiceNo], cause: &Cause) -> Vec<Phase> {
        let is_one = |phase: &&Phase| {
            let mut all = services.iter();
            all.any(|no| self.goes_through(*no, **phase, services, cause))
        };
        PLAN.iter().filter(is_one).copied().collect()
    }

    /// `with` these.
    fn goes_through(&self, no: ServiceNo, phase: Phase, with: &[ServiceNo], cause: &Cause) -> bool {
        let service = &self.services[no];
        let is_awaited = |need: &Need| {
            let needed = self.services.get(need.service);
            with.contains(&need.service) || !needed.is_some_and(Service::is_settled)
        };
        !service.has_passed(phase, cause)
            && match phase {
                Phase::Checking => service.rules.check && *cause != Cause::Crash,
                Phase::Stopping => service.process.is_some(),
                Phase::WaitingForService => service.rules.needs.iter().any(is_awaited),
                _ => true,
            }
    }

    /// A restart of this service is wanted, as part of these operations; of a new one, where it begins one.
    pub(super) fn accept(
        &mut self,
        now: Duration,
        no: ServiceNo,
        cause: Cause,
        ops: &[Op],
        out: &mut Effects,
    ) {
        let service = &mut self.services[no];
        match service.way(&cause) {
            Way::Nowhere => {}
            Way::Join => {
                if !ops.is_empty() {
                    service.cause.get_or_insert(cause);
                }
                service.join_midway(ops, &mut self.book.operations, out);
            }
            Way::Again => service.want_again(cause, ops, &mut self.book.operations),
            Way::Begin => self.begin(now, no, cause, ops, out),
        }
    }

    /// Begins now, whatever is under way.
    pub(super) fn begin(
        &mut self,
        now: Duration,
        no: ServiceNo,
        cause: Cause,
        ops: &[Op],
        out: &mut Effects,
    ) {
        let new = ops.is_empty().then(|| self.open(&[no], &cause, out));
        let ops = new.as_ref().map_or(ops, std::slice::from_ref);
        self.services[no].begin(now, cause, ops, &mut self.book, out);
    }
}

impl Service {
    /// Once more when the process is there, or gone.
    fn want_again(&mut self, cause: Cause, ops: &[Op], operations: &mut Operations) {
        let mut all = self.again.take().map_or_else(Vec::new, |again| again.ops);
        for op in ops {
            if !all.contains(op) && operations.begin(*op, self.no) {
                all.push(*op);
            }
        }
        self.again = Some(Again { cause, ops: all });
    }

    pub(super) fn way(&self, cause: &Cause) -> Way {
        if self.rules.attached {
            return Way::Nowhere;
        }
        // The old process is on its way out. What comes next reads the files as they are then, which
        // somebody may have to check.
        let is_checked = self.rules.check && matches!(cause, Cause::Files(_));
        match self.stage {
            Stage::Over => Way::Nowhere,
            // Somebody holds the port: it is looked at again at once.
            Stage::AwaitingPort if self.held => Way::Begin,
            Stage::Stopping | Stage::AwaitingPort | Stage::PortFree | Stage::AwaitingService
                if !is_checked =>
            {
                Way::Join
            }
            Stage::Starting(_) if is_asked_for(cause) => Way::Join,
            Stage::Starting(_) | Stage::Stopping => Way::Again,
            Stage::Checking(_) | Stage::Passed if *cause == Cause::Dependency => Way::Join,
            _ => Way::Begin,
        }
    }

    /// Whether a restart for this reason would join what is under way after this phase.
    fn has_passed(&self, phase: Phase, cause: &Cause) -> bool {
        let begins = matches!(cause, Cause::Files(_)) || self.ops.is_empty();
        if begins && self.way(cause) == Way::Begin {
            return false;
        }
        let place = |phase| PLAN.iter().position(|it| *it == phase);
        place(phase) < place(self.stage.phase(self.failed))
    }

    /// It is part of these, too. Returns those that it was no part of before.
    pub(super) fn join(&mut self, ops: &[Op], operations: &mut Operations) -> Vec<Op> {
        let (no, fresh) = (self.no, ops.iter().copied());
        let fresh: Vec<_> = fresh
            .filter(|op| !self.ops.contains(op) && operations.begin(*op, no))
            .collect();
        self.ops.extend(&fresh);
        fresh
    }

    /// What is under way is part of these, too; they have to be told where it stands by now.
    fn join_midway(&mut self, ops: &[Op], operations: &mut Operations, out: &mut Effects) {
        let fresh = self.join(ops, operations);
        self.stands(fresh, out);
    }
}

fn is_asked_for(cause: &Cause) -> bool {
    matches!(cause, Cause::Key | Cause::Page | Cause::Api)
}
