//! From a change to ready.

use std::path::PathBuf;
use std::time::Duration;

use super::effect::{Effect, Status, Timer};
use super::input::{Change, CheckNo, CheckOutcome, Class, PortState, Run, ServiceNo};
use super::loops::Verdict;
use super::service::{Process, Service};
use super::stage::Stage;
use super::{Counters, Effects, Ending, Machine};
use crate::supervisor::{Cause, News};

/// A port that somebody holds is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Machine {
    pub(super) fn code_changed(
        &mut self,
        now: Duration,
        no: ServiceNo,
        changes: &[Change],
        out: &mut Effects,
    ) {
        let (heard, count) = (self.heard, &mut self.count);
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        let code: Vec<_> = changes
            .iter()
            .filter(|change| change.class == Class::Code)
            .collect();
        let ready = service.process.and_then(|process| process.ready);
        let is_starting = ready.is_none_or(|ready| heard <= ready);
        for change in &code {
            service.differs.note(change, is_starting);
        }
        if service.is_put_back() {
            service.put_back(out);
            return;
        }
        let paths: Vec<PathBuf> = code.iter().map(|change| change.path.clone()).collect();
        if service.is_no_loop(heard, &paths, out) {
            service.crashes = 0;
            service.accept(now, Cause::Files(paths), count, out);
        }
    }

    pub(super) fn checked(
        &mut self,
        no: ServiceNo,
        check: CheckNo,
        outcome: CheckOutcome,
        took: Duration,
        out: &mut Effects,
    ) {
        let Some(service) = self.service(no) else {
            return;
        };
        if service.stage != Stage::Checking(check) {
            return;
        }
        match outcome {
            CheckOutcome::Passed => service.stage = Stage::Passed,
            CheckOutcome::Failed { reason, output } => {
                service.check_failed(reason, output, took, out);
            }
        }
    }

    pub(super) fn port(&mut self, no: ServiceNo, state: PortState, out: &mut Effects) {
        let Some(service) = self.service(no) else {
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
                if !std::mem::replace(&mut service.held, true) {
                    service.news(
                        News::PortHeld {
                            holder: holder.clone(),
                            ours,
                        },
                        out,
                    );
                    let title = holder.title(ours);
                    service.trouble(title, String::new(), out);
                }
                service.end(Status::PortStillInUse, out);
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
        let (ending, count) = (self.ending, &mut self.count);
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        if service.stage != Stage::Starting(run) {
            return;
        }
        service.process = Some(Process {
            run,
            pid: Some(pid),
            ready: None,
            announced: false,
        });
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
        if let Some(cause) = service.again.take() {
            service.accept(now, cause, count, out);
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
        let (quitting, count) = (self.is_quitting(), &mut self.count);
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
        service.end(Status::Exited, out);
        service.go(Stage::Down, out);
        service.trouble(format!("cannot be started: {reason}"), String::new(), out);
        service.news(News::CannotStart { reason }, out);
        if let Some(cause) = service.again.take() {
            service.begin(now, cause, count, out);
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
        let Some(service) = self.with_run(no, run) else {
            return;
        };
        if service.stage != Stage::WaitingUntilReady {
            return;
        }
        let took = service.rules.ready_timeout;
        service.end(Status::StartedButUnhealthy, out);
        service.go(Stage::Late, out);
        let seconds = took.as_secs_f64();
        let title = format!("not ready after {seconds} s: {what}");
        service.trouble(title, output, out);
        service.news(
            News::NeverReady {
                reason: what.to_owned(),
                took,
            },
            out,
        );
    }
}

impl Service {
    /// Whether all files are again what a process that is ready was started with, while that matters.
    fn is_put_back(&self) -> bool {
        let ready = self.process.is_some_and(|process| process.ready.is_some());
        let undecided = self.failed || matches!(self.stage, Stage::Checking(_) | Stage::Passed);
        ready && undecided && self.differs.is_nothing()
    }

    fn put_back(&mut self, out: &mut Effects) {
        if let Stage::Checking(_) = self.stage {
            out.push(Effect::StopCheck(self.no));
        }
        self.end(Status::Cancelled, out);
        self.failed = false;
        self.solve(out);
        self.go(Stage::Ready, out);
        self.news(News::PutBack, out);
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

    /// A restart is wanted: begins it, or lets it join what is under way.
    pub(super) fn accept(
        &mut self,
        now: Duration,
        cause: Cause,
        count: &mut Counters,
        out: &mut Effects,
    ) {
        if self.rules.attached {
            return;
        }
        match self.stage {
            Stage::Over => {}
            // Somebody holds the port: it is looked at again at once.
            Stage::AwaitingPort if self.held => self.begin(now, cause, count, out),
            // The old process is on its way out. What comes next reads the files as they are then.
            Stage::Stopping | Stage::AwaitingPort | Stage::PortFree if !self.rules.check => {
                let is_asked_for = !matches!(cause, Cause::Files(_));
                if is_asked_for && self.op.is_none() {
                    self.open(cause, count);
                }
            }
            Stage::Starting(_) | Stage::Stopping => self.again = Some(cause),
            _ => self.begin(now, cause, count, out),
        }
    }

    pub(super) fn begin(
        &mut self,
        now: Duration,
        cause: Cause,
        count: &mut Counters,
        out: &mut Effects,
    ) {
        if let Stage::Checking(_) = self.stage {
            out.push(Effect::StopCheck(self.no));
        }
        self.end(Status::Cancelled, out);
        self.disarm(out);
        self.since = now;
        self.again = None;
        let checks = self.rules.check && cause != Cause::Crash;
        self.open(cause.clone(), count);
        if checks {
            count.check += 1;
            self.news(News::Checking { cause }, out);
            self.go(Stage::Checking(count.check), out);
            out.push(Effect::Check(self.no, count.check));
        } else {
            self.news(News::Starting { cause: Some(cause) }, out);
            self.stop_or_start(out);
        }
    }

    /// The check has passed, and its files are settled.
    pub(super) fn passed(&mut self, out: &mut Effects) {
        let cause = self.op.as_ref().map(|op| op.cause.clone());
        self.news(News::Starting { cause }, out);
        self.stop_or_start(out);
    }

    /// The way is free: ends the process of before, where there is one.
    pub(super) fn stop_or_start(&mut self, out: &mut Effects) {
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

    fn check_failed(&mut self, reason: String, output: String, took: Duration, out: &mut Effects) {
        self.end(Status::CheckFailed, out);
        let title = format!("check failed: {reason}");
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
    }
}
