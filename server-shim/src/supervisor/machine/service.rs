//! One service: what it is made of, and the steps that all of its ways share.

use std::time::Duration;

use server_reload_protocol::payload::Phase;

use super::differs::Differs;
use super::effect::{Effect, Op, Timer};
use super::input::{Refusal, Run, ServiceNo};
use super::loops::Loops;
use super::operations::{Operations, Outcome};
use super::stage::Stage;
use super::{Effects, Rules};
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
    /// The operations that what is under way is part of.
    pub(super) ops: Vec<Op>,
    /// Why it is restarted, while it is.
    pub(super) cause: Option<Cause>,
    /// One more restart is wanted when the process is there, or gone.
    pub(super) again: Option<Again>,
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
    /// The phase, and the process, that was last told.
    told: Option<(Phase, Option<u32>)>,
    /// The operations that it was told for.
    told_for: Vec<Op>,
    troubled: bool,
}

/// A process group that exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process {
    pub(super) run: Run,
    pub(super) pid: Option<u32>,
    pub(super) ready: Option<Duration>,
    /// Pages were told that it is ready.
    pub(super) told: bool,
    /// Its id is to become the server id.
    pub(super) owes_id: bool,
    /// There is a server id since it is ready.
    pub(super) announced: bool,
}

/// The process that listens since the command has restarted itself, where the system tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener {
    pub(super) pid: Option<u32>,
}

/// A restart that is wanted beside the one that is under way.
#[derive(Clone, Debug)]
pub(super) struct Again {
    pub(super) cause: Cause,
    /// The operations that it is part of; a new one where there is none.
    pub(super) ops: Vec<Op>,
}

impl Process {
    /// One that nobody was told of.
    pub(super) const fn new(run: Run, pid: Option<u32>, ready: Option<Duration>) -> Self {
        let (told, owes_id, announced) = (false, false, false);
        Self {
            run,
            pid,
            ready,
            told,
            owes_id,
            announced,
        }
    }
}

impl Service {
    pub(super) fn new(no: ServiceNo, rules: Rules) -> Self {
        Self {
            no,
            rules,
            stage: Stage::Down,
            process: None,
            before: None,
            ops: Vec::new(),
            cause: None,
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
            told_for: Vec::new(),
            troubled: false,
        }
    }

    /// Those with which it is restarted.
    pub(super) fn pulled_by(&self) -> Vec<ServiceNo> {
        let needs = self.rules.needs.iter();
        let pulls = needs.filter(|need| need.restart && !self.rules.attached);
        pulls.map(|need| need.service).collect()
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

    /// Whether its process is ready, and only the check says whether that is to be ended.
    pub(super) fn is_checked_beside(&self) -> bool {
        let ready = self.process.is_some_and(|process| process.ready.is_some());
        ready && matches!(self.stage, Stage::Checking(_))
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

    /// Whether it is not ready, and nothing is under way that would change that.
    pub(super) fn is_stuck(&self) -> bool {
        match self.stage {
            Stage::Down | Stage::BackingOff | Stage::Late => true,
            Stage::AwaitingPort => self.held,
            Stage::WaitingUntilReady => self.rules.attached,
            _ => false,
        }
    }

    /// Goes to this stage and tells what pages then see.
    pub(super) fn go(&mut self, stage: Stage, out: &mut Effects) {
        self.stage = stage;
        // Said once files are settled.
        let waits = stage == Stage::Ready && self.process.is_some_and(|it| !it.told);
        if !waits {
            self.tell(stage.phase(self.failed), out);
        }
    }

    fn tell(&mut self, phase: Phase, out: &mut Effects) {
        let pid = self.process.and_then(|process| process.pid);
        let mut ops = self.ops.clone();
        if self.told.replace((phase, pid)) == Some((phase, pid)) {
            ops.retain(|op| !self.told_for.contains(op));
            if ops.is_empty() {
                return;
            }
        }
        self.told_for.clone_from(&self.ops);
        out.push(Effect::Phase {
            service: self.no,
            phase,
            pid,
            reason: self.cause.as_ref().map(Cause::to_string),
            ops,
        });
    }

    /// Says to these operations what all others were told before.
    pub(super) fn stands(&mut self, ops: Vec<Op>, out: &mut Effects) {
        let Some((phase, pid)) = self.told.filter(|_| !ops.is_empty()) else {
            return;
        };
        self.told_for.extend(&ops);
        out.push(Effect::Stands {
            service: self.no,
            phase,
            pid,
            ops,
        });
    }

    /// Whether nothing about it is, or is about to be, told.
    pub(super) fn is_at_rest(&self) -> bool {
        let told = self.process.is_none_or(|process| process.told);
        self.is_settled() && told && self.handed.is_none() && self.owes_id().is_none()
    }

    /// Says that it is ready, where that is news; what people are to be told of it follows the id.
    pub(super) fn tell_ready(&mut self, out: &mut Effects) -> Option<News> {
        let Some(process) = self.process.as_mut().filter(|it| !it.told) else {
            return self.follow();
        };
        process.told = true;
        process.owes_id = self.rules.reload;
        let took = process.ready.unwrap_or_default().saturating_sub(self.since);
        let (pid, before) = (process.pid, self.before);
        self.before = pid;
        self.worker = self.handed.take().and_then(|listener| listener.pid);
        if !self.failed {
            self.solve(out);
        }
        self.tell(self.stage.phase(self.failed), out);
        (!self.rules.attached).then_some(News::Ready {
            pid,
            before,
            took,
            url: None,
        })
    }

    /// The command has restarted itself.
    fn follow(&mut self) -> Option<News> {
        let Listener { pid } = self.handed.take()?;
        let before = self.worker.or(self.before);
        self.worker = pid;
        if let Some(process) = &mut self.process {
            process.owes_id = self.rules.reload;
        }
        Some(News::Moved { pid, before })
    }

    /// Its run and number, where its id is to become the server id.
    pub(super) fn owes_id(&self) -> Option<(Run, ServiceNo)> {
        let process = self.process.filter(|process| process.owes_id)?;
        Some((process.run, self.no))
    }

    /// There is a server id, which is up to date with this service.
    pub(super) fn announced(&mut self) {
        if let Some(process) = &mut self.process {
            process.owes_id = false;
            process.announced = true;
        }
    }

    /// Pages wait until there is an id again.
    pub(super) fn withdraw(&mut self, out: &mut Effects) {
        let Some(process) = &mut self.process else {
            return;
        };
        process.owes_id = false;
        if std::mem::take(&mut process.announced) {
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

    /// What is under way is over, so or so. The phase that it ends in is told before.
    pub(super) fn end(
        &mut self,
        outcome: &Outcome,
        operations: &mut Operations,
        out: &mut Effects,
    ) {
        self.cause = None;
        self.leave(&[], outcome, operations, out);
    }

    /// It is over as a part of all operations but these.
    pub(super) fn leave(
        &mut self,
        but: &[Op],
        outcome: &Outcome,
        operations: &mut Operations,
        out: &mut Effects,
    ) {
        let (stay, left): (Vec<_>, Vec<_>) = self.ops.drain(..).partition(|op| but.contains(op));
        self.ops = stay;
        if !left.is_empty() {
            out.push(Effect::Turned {
                service: self.no,
                status: outcome.status,
                took: operations.now.saturating_sub(self.since),
            });
        }
        for op in left {
            operations.end(op, self.no, outcome, out);
        }
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
    pub(super) fn spawn(&mut self, unread: bool, run: Run, out: &mut Effects) {
        // It reads its files as they are now.
        self.differs.start(unread);
        self.handed = None;
        self.failed = false;
        self.refusal = None;
        self.go(Stage::Starting(run), out);
        out.push(Effect::Spawn(self.no, run));
    }

    pub(super) fn disarm(&self, out: &mut Effects) {
        let timers = [Timer::Stop, Timer::Ready, Timer::Pause];
        out.extend(timers.map(|timer| Effect::Disarm(timer(self.no))));
    }
}
