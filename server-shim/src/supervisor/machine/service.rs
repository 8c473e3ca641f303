//! One service: what it is made of, and the steps that all of its ways share.

use std::time::Duration;

use server_reload_protocol::payload::Phase;

use super::differs::Differs;
use super::effect::{Effect, Op, Status, Timer};
use super::input::{Refusal, Run, ServiceNo};
use super::loops::Loops;
use super::stage::Stage;
use super::{Counters, Effects, Rules};
use crate::supervisor::{Cause, News};

/// A service's state.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) no: ServiceNo,
    pub(super) rules: Rules,
    pub(super) stage: Stage,
    /// The process group that exists.
    pub(super) process: Option<Process>,
    /// The process that pages were last told of.
    pub(super) before: Option<u32>,
    /// The restart that is under way.
    pub(super) op: Option<Operation>,
    /// One more is wanted when the process is there.
    pub(super) again: Option<Cause>,
    /// The last check has failed, and the process of before goes on.
    pub(super) failed: bool,
    pub(super) differs: Differs,
    /// How often in a row it has ended by itself.
    pub(super) crashes: u32,
    pub(super) loops: Loops,
    /// When its process was last started, became ready, or ended.
    pub(super) turned: Option<Duration>,
    /// When the start that is under way has begun.
    pub(super) since: Duration,
    /// Why its process says that it cannot have its port.
    pub(super) refusal: Option<Refusal>,
    /// Somebody on its port was told of.
    pub(super) held: bool,
    /// How often an attached one was seen to come up.
    pub(super) seen: u32,
    /// Who listens, where the command restarts itself.
    pub(super) worker: Option<u32>,
    /// Who listens since the command has restarted itself, until the id has followed.
    pub(super) handed: Option<Listener>,
    told: Option<(Phase, Option<u32>)>,
    troubled: bool,
}

/// A process group that exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process {
    pub(super) run: Run,
    pub(super) pid: Option<u32>,
    pub(super) ready: Option<Duration>,
    /// Its id is, or was, the server id.
    pub(super) announced: bool,
}

/// The process that listens since the command has restarted itself, where the system tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener {
    pub(super) pid: Option<u32>,
}

/// An accepted restart.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) op: Op,
    pub(super) cause: Cause,
}

impl Service {
    pub(super) fn new(no: ServiceNo, rules: Rules) -> Self {
        Self {
            no,
            rules,
            stage: Stage::Down,
            process: None,
            before: None,
            op: None,
            again: None,
            failed: false,
            differs: Differs::default(),
            crashes: 0,
            loops: Loops::default(),
            turned: None,
            since: Duration::ZERO,
            refusal: None,
            held: false,
            seen: 0,
            worker: None,
            handed: None,
            told: None,
            troubled: false,
        }
    }

    /// Whether this is the process of ours that it has now.
    pub(super) fn has(&self, run: Run) -> bool {
        let process = self.process.filter(|_| !self.rules.attached);
        process.is_some_and(|process| process.run == run)
    }

    /// Whether it is ready and no restart of it is under way or wanted.
    pub(super) fn is_settled(&self) -> bool {
        self.stage == Stage::Ready && self.again.is_none()
    }

    /// Whether a restart is on its way, so that one more is part of it or follows it.
    pub(super) fn is_under_way(&self) -> bool {
        let waits = matches!(self.stage, Stage::Down | Stage::BackingOff);
        let runs = matches!(
            self.stage,
            Stage::WaitingUntilReady | Stage::Late | Stage::Ready
        );
        !waits && !runs
    }

    /// Goes to this stage and tells what pages then see.
    pub(super) fn go(&mut self, stage: Stage, out: &mut Effects) {
        self.stage = stage;
        // Said with the id, once that may move.
        let waits = stage == Stage::Ready && self.process.is_some_and(|it| !it.announced);
        if !waits {
            self.tell(stage.phase(self.failed), out);
        }
    }

    fn tell(&mut self, phase: Phase, out: &mut Effects) {
        let pid = self.process.and_then(|process| process.pid);
        if self.told == Some((phase, pid)) {
            return;
        }
        self.told = Some((phase, pid));
        out.push(Effect::Phase {
            service: self.no,
            phase,
            pid,
            reason: self.op.as_ref().map(|op| op.cause.to_string()),
            op: self.op.as_ref().map(|op| op.op),
        });
    }

    /// Whether its id is not the server id yet.
    pub(super) fn is_news(&self) -> bool {
        let announced = self.process.is_none_or(|process| process.announced);
        !announced || self.handed.is_some()
    }

    /// Whether its id neither moves nor is about to.
    pub(super) fn is_at_rest(&self) -> bool {
        self.is_settled() && !self.is_news()
    }

    /// Says that it is ready, where that is news; its id becomes the server id where it is the `last`.
    pub(super) fn announce(&mut self, last: bool, out: &mut Effects) {
        let Some(process) = self.process.as_mut().filter(|it| !it.announced) else {
            self.follow(last, out);
            return;
        };
        process.announced = true;
        let took = process.ready.unwrap_or_default().saturating_sub(self.since);
        let (pid, before) = (process.pid, self.before);
        self.before = pid;
        self.worker = self.handed.take().and_then(|listener| listener.pid);
        if !self.failed {
            self.solve(out);
        }
        self.tell(self.stage.phase(self.failed), out);
        self.move_id(last, out);
        if !self.rules.attached {
            self.news(
                News::Ready {
                    pid,
                    before,
                    took,
                    url: None,
                },
                out,
            );
        }
        self.end(Status::Restarted, out);
    }

    /// The command has restarted itself.
    fn follow(&mut self, last: bool, out: &mut Effects) {
        if let Some(Listener { pid }) = self.handed.take() {
            let before = self.worker.or(self.before);
            self.worker = pid;
            self.news(News::Moved { pid, before }, out);
            self.move_id(last, out);
        }
    }

    fn move_id(&self, last: bool, out: &mut Effects) {
        if last {
            out.push(Effect::Announce(self.no));
        }
    }

    /// Pages wait until there is an id again.
    pub(super) fn withdraw(&mut self, out: &mut Effects) {
        let announced = self.process.as_mut().map(|process| &mut process.announced);
        if announced.is_some_and(std::mem::take) {
            out.push(Effect::Withdraw);
        }
    }

    pub(super) fn news(&self, news: News, out: &mut Effects) {
        out.push(Effect::News(self.no, news));
    }

    pub(super) fn trouble(&mut self, title: String, output: String, out: &mut Effects) {
        self.troubled = true;
        out.push(Effect::Problem {
            service: self.no,
            title,
            output,
        });
    }

    pub(super) fn solve(&mut self, out: &mut Effects) {
        if std::mem::take(&mut self.troubled) {
            out.push(Effect::Solved(self.no));
        }
    }

    /// The restart that is under way is over, so or so.
    pub(super) fn end(&mut self, status: Status, out: &mut Effects) {
        if let Some(operation) = self.op.take() {
            out.push(Effect::Ended {
                service: self.no,
                op: operation.op,
                status,
            });
        }
    }

    pub(super) fn open(&mut self, cause: Cause, count: &mut Counters) {
        count.op += 1;
        self.op = Some(Operation {
            op: count.op,
            cause,
        });
    }

    /// Waits for the port, then starts.
    pub(super) fn await_port(&mut self, out: &mut Effects) {
        self.go(Stage::AwaitingPort, out);
        out.push(Effect::AwaitPort(self.no));
    }

    /// The first start, which nothing precedes.
    pub(super) fn begin_start(&mut self, now: Duration, out: &mut Effects) {
        self.since = now;
        if self.rules.attached {
            self.go(Stage::WaitingUntilReady, out);
        } else {
            self.news(News::Starting { cause: None }, out);
            self.await_port(out);
        }
    }

    /// `unread`: files have changed, and nobody has looked how.
    pub(super) fn spawn_if_free(&mut self, unread: bool, count: &mut Counters, out: &mut Effects) {
        if self.stage != Stage::PortFree {
            return;
        }
        count.run += 1;
        // It reads its files as they are now.
        self.differs.start(unread);
        self.handed = None;
        self.failed = false;
        self.refusal = None;
        self.go(Stage::Starting(count.run), out);
        out.push(Effect::Spawn(self.no, count.run));
    }

    pub(super) fn disarm(&self, out: &mut Effects) {
        let timers = [Timer::Stop, Timer::Ready, Timer::Pause];
        out.extend(timers.map(|timer| Effect::Disarm(timer(self.no))));
    }
}
