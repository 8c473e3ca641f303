//! Every decision of the supervisor: check? stop? start? wait? give up?
//!
//! [`Machine::step`] takes what happened, as a plain [`Input`] with the time, and answers with what is
//! to be done, as plain [`Effect`]s. It knows no process and no file system, so that all of it is
//! tested by tables and properties, and it is written for several services.
//!
//! - `settle`: when are files settled?
//! - `accept`: what becomes of a wish for a restart; `operations`: restarts as others see them
//! - `service`: one service's way from a change to ready; `stage` names where it stands
//! - `depends`: services that need others
//! - `differs`: is all again as the process knows it?
//! - `crash`, `end`: what is done when a process ends by itself, and when everything ends
//! - `pages`: what pages are told of their own files, and when
//! - `loops`: does a backend change the very file that it is restarted for?

mod accept;
mod crash;
mod depends;
mod differs;
mod effect;
mod end;
mod input;
mod loops;
mod observed;
mod operations;
mod pages;
mod restart;
mod service;
mod settle;
mod stage;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use effect::{Effect, Op, Timer};
pub(crate) use input::{
    Change, CheckNo, CheckOutcome, Class, Digest, FileEvent, Input, PortState, Refusal, Run,
    ServiceNo,
};
pub(crate) use operations::Outcome;

use super::News;
use operations::Operations;
use pages::Pages;
use service::Service;
use settle::Settle;
use stage::Stage;

/// What the machine has to know of a service.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Somebody else runs it.
    pub(crate) attached: bool,
    /// Something must pass before it is restarted.
    pub(crate) check: bool,
    /// Pages depend on it: the server id moves once all such services are ready.
    pub(crate) reload: bool,
    /// What has to be ready before it is started.
    pub(crate) needs: Vec<Need>,
    /// How long a group may take to end.
    pub(crate) stop_timeout: Duration,
    /// How long a process may take to become ready.
    pub(crate) ready_timeout: Duration,
}

/// A service that another needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// Which.
    pub(crate) service: ServiceNo,
    /// Who needs it is restarted whenever it is.
    pub(crate) restart: bool,
}

/// The machine's state.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    services: Vec<Service>,
    settle: Settle,
    /// When the first of the files that were read last was heard of.
    heard: Duration,
    pages: Pages,
    /// Files are being read.
    reading: bool,
    paused: bool,
    ending: Ending,
    book: Book,
}

/// Whether everything is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Not,
    Asked,
    /// Whatever runs is killed.
    AtOnce,
    /// All has ended.
    Over,
}

/// What was given out so far, and what all services write in.
#[derive(Clone, Debug)]
struct Book {
    run: Run,
    check: CheckNo,
    operations: Operations,
    /// Those whose restart has its way free since just now: others may have to follow.
    turning: Vec<ServiceNo>,
}

/// Where effects are put.
type Effects = Vec<Effect>;

impl Machine {
    /// The state before [`Input::Start`]; a file that is still open is whole after `open_quiet`.
    pub(crate) fn new(rules: impl IntoIterator<Item = Rules>, open_quiet: Duration) -> Self {
        let services = rules.into_iter().enumerate();
        let services: Vec<_> = services
            .map(|(no, rules)| Service::new(no, rules))
            .collect();
        let pulled_by = services.iter().map(Service::pulled_by).collect();
        Self {
            services,
            settle: Settle::new(open_quiet),
            heard: Duration::ZERO,
            pages: Pages::default(),
            reading: false,
            paused: false,
            ending: Ending::Not,
            book: Book {
                run: 0,
                check: 0,
                operations: Operations::new(pulled_by),
                turning: Vec::new(),
            },
        }
    }

    /// Takes one input and says what is to be done, in this order. `now` never steps back.
    #[must_use]
    pub(crate) fn step(&mut self, now: Duration, input: Input) -> Vec<Effect> {
        let mut out = Effects::new();
        self.book.operations.now = now;
        self.take(now, input, &mut out);
        self.pull_along(now, &mut out);
        self.proceed(now, &mut out);
        self.tell_pages(&mut out);
        self.finish(&mut out);
        out
    }

    fn take(&mut self, now: Duration, input: Input, out: &mut Effects) {
        match input {
            Input::Start => self.start(now, out),
            Input::File(event) if self.ignores(&event) => {}
            Input::File(event) => {
                self.settle.hear(now, event);
                self.read_or_wait(now, out);
            }
            Input::Read(changes) => {
                self.reading = false;
                if changes.is_empty() {
                    self.settle.nothing_read();
                }
                self.changed(now, &changes, out);
                self.read_or_wait(now, out);
            }
            Input::Due(timer) => self.due(now, timer, out),
            Input::Checked {
                service,
                check,
                outcome,
                took,
            } => self.checked(service, check, outcome, took, out),
            Input::Port(service, state) => self.port(service, state, out),
            Input::Spawned { service, run, pid } => self.spawned(now, service, run, pid, out),
            Input::SpawnFailed {
                service,
                run,
                reason,
            } => self.spawn_failed(now, service, run, reason, out),
            Input::Refused {
                service,
                run,
                refusal,
            } => {
                if let Some(service) = self.with_run(service, run) {
                    service.refusal = Some(refusal);
                }
            }
            Input::Gone {
                service,
                run,
                exit,
                output,
            } => self.gone(now, service, run, exit, output, out),
            Input::Ready { service, run } => self.ready(now, service, run, out),
            Input::HandedOver { service, run, pid } => self.handed_over(service, run, pid),
            Input::Missing {
                service,
                run,
                what,
                output,
            } => self.missing(service, run, &what, output, out),
            Input::Up { service, pid } => self.up(now, service, pid, out),
            Input::Away(service) => self.away(now, service, out),
            Input::Restart { services, cause } => self.asked(now, &services, &cause, out),
            Input::Pause => self.pause(now, out),
            Input::Quit { hard } => self.quit(hard, out),
        }
    }

    fn start(&mut self, now: Duration, out: &mut Effects) {
        if self.is_quitting() {
            return;
        }
        for service in &mut self.services {
            service.begin_start(now, out);
        }
    }

    fn due(&mut self, now: Duration, timer: Timer, out: &mut Effects) {
        match timer {
            Timer::Settle => self.read_or_wait(now, out),
            Timer::Stop(service) => self.stop_due(service, out),
            Timer::Ready(service) => self.ready_due(service, out),
            Timer::Pause(service) => self.pause_due(now, service, out),
        }
    }

    /// Whether a backend that changes its own files has done this once more.
    fn ignores(&self, event: &FileEvent) -> bool {
        let (FileEvent::Touched(path) | FileEvent::Whole(path)) = event else {
            return false;
        };
        let mut run = self.services.iter().filter(|it| !it.rules.attached);
        run.clone().next().is_some() && run.all(|service| service.loops.ignores(path))
    }

    /// Reads what is settled, or waits until it is. One reading at a time.
    fn read_or_wait(&mut self, now: Duration, out: &mut Effects) {
        if self.paused || self.reading || self.is_quitting() {
            return;
        }
        let Some(due) = self.settle.due() else {
            return;
        };
        let wait = due.saturating_sub(now);
        if wait.is_zero() {
            self.reading = true;
            self.heard = self.settle.began();
            out.push(Effect::Read(self.settle.take()));
        } else {
            out.push(Effect::Arm(Timer::Settle, wait));
        }
    }

    /// One decision for all that was changed at once: restart, reload or swap.
    fn changed(&mut self, now: Duration, changes: &[Change], out: &mut Effects) {
        if self.is_quitting() {
            return;
        }
        self.pages.add(changes, self.services.is_empty());
        self.code_changed(now, changes, out);
    }

    /// Pages hear of their files once all services that they depend on are ready; not if they load anew
    /// for a new id.
    fn tell_pages(&mut self, out: &mut Effects) {
        let moved = out
            .iter()
            .any(|effect| matches!(effect, Effect::Announce(_)));
        if moved || self.is_quitting() {
            self.pages.forget();
        } else if self.depended_on().all(Service::is_at_rest) {
            self.pages.tell(out);
        }
    }

    fn pause(&mut self, now: Duration, out: &mut Effects) {
        if self.is_quitting() {
            return;
        }
        self.paused = !self.paused;
        out.push(Effect::News(0, News::Paused(self.paused)));
        self.read_or_wait(now, out);
    }

    /// Whether what was changed is not known to its end.
    fn is_unsettled(&self) -> bool {
        !self.paused && (self.reading || self.settle.is_busy())
    }

    /// A process is started once its files are whole, so that it reads nothing half-written; and one
    /// is ended for what was checked, if that is what the files are by now.
    fn proceed(&mut self, now: Duration, out: &mut Effects) {
        if self.is_unsettled() || self.is_quitting() {
            return;
        }
        for service in &mut self.services {
            if service.stage == Stage::Passed {
                service.passed(&mut self.book, out);
            }
        }
        self.pull_along(now, out);
        self.announce(out);
        let unread = self.reading || self.settle.is_busy();
        for no in 0..self.services.len() {
            self.spawn_if_free(no, unread, out);
        }
        self.give_up_waiting(out);
    }

    fn spawn_if_free(&mut self, no: ServiceNo, unread: bool, out: &mut Effects) {
        let stage = self.services[no].stage;
        if !matches!(stage, Stage::PortFree | Stage::AwaitingService) {
            return;
        }
        let may_start = self.has_what_it_needs(no);
        let service = &mut self.services[no];
        if may_start {
            self.book.run += 1;
            service.spawn(unread, self.book.run, out);
        } else {
            service.go(Stage::AwaitingService, out);
        }
    }

    /// Says who is ready, moves the id, and ends what has come to its end by that.
    fn announce(&mut self, out: &mut Effects) {
        let settled = self.services.iter_mut().filter(|it| it.is_settled());
        let news: Vec<_> = settled
            .filter_map(|service| Some((service.no, service.tell_ready(out)?)))
            .collect();
        self.move_id(out);
        out.extend(news.into_iter().map(|(no, news)| Effect::News(no, news)));
        for service in self.services.iter_mut().filter(|it| it.is_settled()) {
            service.end(&Outcome::restarted(), &mut self.book.operations, out);
        }
        // One that was to follow may have to no longer.
        self.move_id(out);
    }

    /// The id moves when all services that pages depend on are ready, and none is about to be restarted.
    ///
    /// There is one id, so it moves once, however many services are ready with this step: to that of the youngest
    /// process, so that a page which was loaded since one of the others was started is older.
    fn move_id(&mut self, out: &mut Effects) {
        let is_to_stay = |it: &Service| it.is_settled() && !self.book.operations.is_waiting(it.no);
        if !self.depended_on().all(is_to_stay) {
            return;
        }
        let owing = self.services.iter().filter_map(Service::owes_id);
        let Some((_, youngest)) = owing.max() else {
            return;
        };
        for service in self.services.iter_mut().filter(|it| it.rules.reload) {
            service.announced();
        }
        out.push(Effect::Announce(youngest));
    }

    /// The services that pages depend on.
    fn depended_on(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.rules.reload)
    }

    fn is_quitting(&self) -> bool {
        self.ending != Ending::Not
    }

    fn service(&mut self, no: ServiceNo) -> Option<&mut Service> {
        self.services.get_mut(no)
    }

    /// The service, where this is the process that it has now.
    fn with_run(&mut self, no: ServiceNo, run: Run) -> Option<&mut Service> {
        self.service(no).filter(|service| service.has(run))
    }
}
