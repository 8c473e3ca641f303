//! From a change to ready.

use std::path::PathBuf;
use std::time::Duration;

use super::effect::{Effect, Op, Status, Timer};
use super::input::{Change, CheckNo, CheckOutcome, PortState, Run, ServiceNo};
use super::loops::Verdict;
use super::operations::Outcome;
use super::service::{Again, Process, Service};
use super::stage::Stage;
use super::{Book, Effects, Ending, Machine};
use crate::supervisor::{Cause, News};

/// A port that somebody holds is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Machine {
    /// For which files this service is to be restarted, if it is.
    pub(super) fn wants_restart(
        &mut self,
        now: Duration,
        no: ServiceNo,
        changes: &[Change],
        out: &mut Effects,
    ) -> Option<Vec<PathBuf>> {
        let heard = self.heard;
        let service = &mut self.services[no];
        let code: Vec<_> = changes
            .iter()
            .filter(|change| change.services.contains(&no))
            .collect();
        // One that somebody else runs is restarted by them; its pages follow that.
        if code.is_empty() || service.rules.attached {
            return None;
        }
        let ready = service.process.and_then(|process| process.ready);
        let is_starting = ready.is_none_or(|ready| heard <= ready);
        for change in &code {
            service.differs.note(change, is_starting);
        }
        if service.is_put_back() {
            service.put_back(now, &mut self.book, out);
            return None;
        }
        let paths: Vec<PathBuf> = code.iter().map(|change| change.path.clone()).collect();
        if !service.is_no_loop(heard, &paths, out) {
            return None;
        }
        service.crashes = 0;
        Some(paths)
    }

    pub(super) fn checked(
        &mut self,
        no: ServiceNo,
        check: CheckNo,
        outcome: CheckOutcome,
        took: Duration,
        out: &mut Effects,
    ) {
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        if service.stage != Stage::Checking(check) {
            return;
        }
        match outcome {
            CheckOutcome::Passed => service.stage = Stage::Passed,
            CheckOutcome::Failed { reason, output } => {
                service.check_failed(reason, output, took, &mut self.book, out);
            }
        }
    }

    pub(super) fn port(&mut self, no: ServiceNo, state: PortState, out: &mut Effects) {
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        if service.stage != Stage::AwaitingPort {
            return;
        }
        match state {
            PortState::Free => {
                service.held = false;
                service.stage = Stage::PortFree;
            }
            PortState::Held { holder, ours } => {
                let title = holder.title(ours);
                let (status, advice) = (holder.status(), holder.advice());
                let stayed = holder.stayed();
                if !std::mem::replace(&mut service.held, true) {
                    service.news(News::PortHeld { holder, ours }, out);
                    service.trouble(title.clone(), advice, out);
                }
                let outcome = Outcome::because(status, title);
                let outcome = Outcome { stayed, ..outcome };
                service.end(&outcome, &mut self.book.operations, out);
                out.push(Effect::Arm(Timer::Pause(no), LOOK_AGAIN));
            }
        }
    }

    pub(super) fn spawned(
        &mut self,
        now: Duration,
        no: ServiceNo,
        run: Run,
        pid: u32,
        out: &mut Effects,
    ) {
        let ending = self.ending;
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        if service.stage != Stage::Starting(run) {
            return;
        }
        service.process = Some(Process::new(run, Some(pid), None));
        service.turned = Some(now);
        if ending != Ending::Not {
            service.stop(out);
            if ending == Ending::AtOnce {
                out.push(Effect::Kill(no));
            }
            return;
        }
        service.go(Stage::WaitingUntilReady, out);
        out.push(Effect::Probe(no, run));
        let timeout = service.rules.ready_timeout;
        out.push(Effect::Arm(Timer::Ready(no), timeout));
        if let Some(Again { cause, ops }) = service.again.take() {
            self.begin(now, no, cause, &ops, out);
        }
    }

    pub(super) fn spawn_failed(
        &mut self,
        now: Duration,
        no: ServiceNo,
        run: Run,
        reason: String,
        out: &mut Effects,
    ) {
        let quitting = self.is_quitting();
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        if service.stage != Stage::Starting(run) {
            return;
        }
        if quitting {
            service.stage = Stage::Over;
            return;
        }
        service.go(Stage::Down, out);
        let title = format!("cannot be started: {reason}");
        service.trouble(title.clone(), String::new(), out);
        service.news(News::CannotStart { reason }, out);
        let outcome = Outcome::because(Status::Exited, title);
        service.end(&outcome, &mut self.book.operations, out);
        if let Some(Again { cause, ops }) = service.again.take() {
            self.begin(now, no, cause, &ops, out);
        }
    }

    pub(super) fn ready(&mut self, now: Duration, no: ServiceNo, run: Run, out: &mut Effects) {
        let Some(service) = self.with_run(no, run) else {
            return;
        };
        let Some(process) = &mut service.process else {
            return;
        };
        process.ready.get_or_insert(now);
        service.turned = Some(now);
        if matches!(service.stage, Stage::WaitingUntilReady | Stage::Late) {
            out.push(Effect::Disarm(Timer::Ready(no)));
            service.go(Stage::Ready, out);
        }
    }

    pub(super) fn ready_due(&mut self, no: ServiceNo, out: &mut Effects) {
        let Some(service) = self.service(no) else {
            return;
        };
        if let (Stage::WaitingUntilReady, Some(process)) = (service.stage, service.process) {
            out.push(Effect::AskProbe(no, process.run));
        }
    }

    pub(super) fn missing(
        &mut self,
        no: ServiceNo,
        run: Run,
        what: &str,
        output: String,
        out: &mut Effects,
    ) {
        let Some(service) = self.services.get_mut(no).filter(|it| it.has(run)) else {
            return;
        };
        if service.stage != Stage::WaitingUntilReady {
            return;
        }
        let took = service.rules.ready_timeout;
        service.go(Stage::Late, out);
        let seconds = took.as_secs_f64();
        let title = format!("not ready after {seconds} s: {what}");
        let outcome = Outcome::because(Status::StartedButUnhealthy, title.clone());
        let outcome = outcome.with_output(&output);
        service.trouble(title, output, out);
        service.news(
            News::NeverReady {
                reason: what.to_owned(),
                took,
            },
            out,
        );
        service.end(&outcome, &mut self.book.operations, out);
    }
}

impl Service {
    /// Whether all files are again what a process that is ready was started with, while that matters.
    fn is_put_back(&self) -> bool {
        let ready = self.process.is_some_and(|process| process.ready.is_some());
        let undecided = self.failed || matches!(self.stage, Stage::Checking(_) | Stage::Passed);
        ready && undecided && self.differs.is_nothing()
    }

    fn put_back(&mut self, now: Duration, book: &mut Book, out: &mut Effects) {
        let mut ops = self.ops.iter();
        let asked_for = ops.any(|op| book.operations.is_asked_for(*op));
        if let (true, Some(cause)) = (asked_for, self.cause.clone()) {
            // Who has asked wants it whatever the files are; they are to be checked as they are.
            return self.begin(now, cause, &self.ops.clone(), book, out);
        }
        if let Stage::Checking(_) = self.stage {
            out.push(Effect::StopCheck(self.no));
        }
        self.failed = false;
        self.solve(out);
        self.go(Stage::Ready, out);
        self.news(News::PutBack, out);
        let outcome = Outcome::because(Status::Cancelled, "what had changed was put back");
        self.end(&outcome, &mut book.operations, out);
    }

    /// Whether the change is not one of a backend that restarts itself by writing.
    /// It may also write when it ends, and so while it waits to be started again.
    fn is_no_loop(&mut self, heard: Duration, paths: &[PathBuf], out: &mut Effects) -> bool {
        if self.is_under_way() {
            self.loops.join(paths);
            return true;
        }
        let Some(turned) = self.turned else {
            return true;
        };
        match self.loops.judge(paths, heard.saturating_sub(turned)) {
            Verdict::Restart => true,
            Verdict::Ignore => false,
            Verdict::Found(path) => {
                self.news(News::Loop { path }, out);
                false
            }
        }
    }

    /// Begins anew, as part of these operations and no others.
    pub(super) fn begin(
        &mut self,
        now: Duration,
        cause: Cause,
        ops: &[Op],
        book: &mut Book,
        out: &mut Effects,
    ) {
        if let Stage::Checking(_) = self.stage {
            out.push(Effect::StopCheck(self.no));
        }
        let newer = Outcome {
            successor: ops.last().copied(),
            ..Outcome::because(Status::Cancelled, "it was begun anew, for something newer")
        };
        let kept: Vec<Op> = self.again.take().map_or_else(Vec::new, |again| again.ops);
        self.ops.extend(kept.iter().filter(|op| !ops.contains(op)));
        self.leave(ops, &newer, &mut book.operations, out);
        self.join(ops, &mut book.operations);
        self.disarm(out);
        self.since = now;
        self.cause = Some(cause.clone());
        if self.rules.check && cause != Cause::Crash {
            book.check += 1;
            self.news(News::Checking { cause }, out);
            self.go(Stage::Checking(book.check), out);
            out.push(Effect::Check(self.no, book.check));
        } else {
            self.news(News::Starting { cause: Some(cause) }, out);
            self.stop_or_start(book, out);
        }
    }

    /// The check has passed, and its files are settled.
    pub(super) fn passed(&mut self, book: &mut Book, out: &mut Effects) {
        let cause = self.cause.clone();
        self.news(News::Starting { cause }, out);
        self.stop_or_start(book, out);
    }

    /// The way is free: ends the process of before, where there is one.
    fn stop_or_start(&mut self, book: &mut Book, out: &mut Effects) {
        book.turning.push(self.no);
        if self.process.is_some() {
            self.stop(out);
        } else {
            self.await_port(out);
        }
    }

    pub(super) fn stop(&mut self, out: &mut Effects) {
        self.withdraw(out);
        self.go(Stage::Stopping, out);
        out.push(Effect::Disarm(Timer::Ready(self.no)));
        out.push(Effect::Stop(self.no));
        out.push(Effect::Arm(Timer::Stop(self.no), self.rules.stop_timeout));
    }

    fn check_failed(
        &mut self,
        reason: String,
        output: String,
        took: Duration,
        book: &mut Book,
        out: &mut Effects,
    ) {
        let title = format!("check failed: {reason}");
        let outcome = Outcome::because(Status::CheckFailed, title.clone()).with_output(&output);
        self.trouble(title, output.clone(), out);
        self.failed = self.process.is_some();
        let stage = match self.process {
            Some(process) if process.ready.is_some() => Stage::Ready,
            Some(_) => {
                out.push(Effect::Arm(Timer::Ready(self.no), self.rules.ready_timeout));
                Stage::WaitingUntilReady
            }
            None => Stage::Down,
        };
        self.go(stage, out);
        self.news(
            News::CheckFailed {
                reason,
                output,
                took,
            },
            out,
        );
        self.end(&outcome, &mut book.operations, out);
    }
}
