//! Restarts that are asked for in this page.

use super::bar::{Bar, Gate, Why};
use super::input::{Ask, Call, Confirm, Refusal, Run, Time, Timer};
use super::memory::Asked;
use super::operation::Operation;
use super::{Effect, Kind, Notice, Request, State};
use crate::name::Name;

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Restarts {
    /// Whether the server lets this page ask.
    pub(super) gate: Gate,
    /// What it has refused since it said so.
    pub(super) refused: Bar,
    /// That has changed since the page was told.
    pub(super) news: bool,
    /// Why nothing can be restarted, as the page was told.
    pub(super) told: Option<Why>,
    /// `hello` has come in on this stream.
    greeted: bool,
    /// Those that have not ended, the newest last.
    pub(super) runs: Vec<Following>,
    /// How many there were.
    count: Run,
    /// The last that has led to a new id.
    pub(super) last: Option<(Name, Asked)>,
}

/// One that has not ended, as far as is known.
#[derive(Clone, Debug)]
pub(super) struct Following {
    pub(super) run: Run,
    pub(super) calls: Vec<Call>,
    pub(super) service: Option<Name>,
    pub(super) asked_at: u64,
    /// When it has come to its phase, by this page's clock.
    pub(super) since: u64,
    pub(super) operation: Operation,
    /// Whether the server has taken it on, as far as is known.
    pub(super) stand: Stand,
    pub(super) look: Look,
    /// How often its record was asked for without news.
    pub(super) idle: u32,
    pub(super) late: bool,
    pub(super) shown: Shown,
}

/// Whether a restart is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Its request is under way.
    Asked,
    /// The request has had no answer, for this reason; its record tells whether it has arrived. It is
    /// given up at this time, once the record is asked for.
    Doubted(Why, u64),
    /// The server does it.
    Taken,
}

/// Whether its record is being asked for; one request at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    #[default]
    No,
    Under,
    /// And is to be asked for once more: something has happened since.
    Again,
}

/// What its toast shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of it.
    Now,
    /// Something older.
    Before,
    /// Nothing: the person has taken it away.
    Hushed,
}

impl Following {
    /// There is news.
    pub(super) fn tell(&mut self) {
        if self.shown != Shown::Hushed {
            self.shown = Shown::Before;
        }
    }
}

impl Restarts {
    pub(super) fn get(&mut self, run: Run) -> Option<&mut Following> {
        self.runs.iter_mut().find(|it| it.run == run)
    }

    fn take(&mut self, run: Run) -> Option<Following> {
        let mut taken = None;
        for following in std::mem::take(&mut self.runs) {
            if following.run == run {
                taken = Some(following);
            } else {
                self.runs.push(following);
            }
        }
        taken
    }

    /// A new stream is open.
    pub(super) const fn forget_greeting(&mut self) {
        self.greeted = false;
    }

    /// `hello` has come in.
    pub(super) fn greet(&mut self, open: bool, refused: Option<Name>) {
        self.greeted = true;
        self.gate = Gate::new(open, refused);
        self.news |= !self.refused.some.is_empty();
        self.refused.some.clear();
    }

    /// An id has come in; where no `hello` was before it, nobody is there who restarts.
    pub(super) fn note_id(&mut self) {
        if !self.greeted {
            self.gate = Gate::Shut(Why::OwnEndpoint);
        }
    }

    /// The toast of those under way was taken away.
    pub(super) fn hush(&mut self) {
        for following in &mut self.runs {
            following.shown = Shown::Hushed;
        }
    }

    /// Whether one is under way whose toast was taken away.
    pub(super) fn are_hushed(&self) -> bool {
        self.runs.iter().any(|it| it.shown == Shown::Hushed)
    }

    /// What is known of a restart of this page that has led to the server `id`, if one has; `op_id` is
    /// the operation that the page's stream has named last.
    pub(super) fn behind(&self, now: Time, id: Name, op_id: Option<Name>) -> Option<Asked> {
        if let Some((_, asked)) = self.last.filter(|(last, _)| *last == id) {
            return Some(asked);
        }
        let mut runs = self.runs.iter().rev();
        let found = runs.find(|it| op_id.is_none_or(|op_id| it.operation.op_id == op_id))?;
        Some(Asked {
            took: now.mono.saturating_sub(found.asked_at),
            pids: found.operation.pids(),
            op_id: found.operation.op_id,
        })
    }
}

impl State {
    /// A restart is asked for: by an element of the page, or by a call.
    pub(super) fn restart(&mut self, ask: Ask) {
        if let Some(why) = self.may_not_restart(ask.service) {
            return self.refuse_call(why, ask.call, true);
        }
        let mut runs = self.restarts.runs.iter_mut();
        if let Some(same) = runs.find(|it| it.service == ask.service) {
            same.calls.extend(ask.call);
            same.shown = Shown::Before;
            return;
        }
        match ask.confirm {
            Confirm::Text(text) => self.out.push(Effect::Confirm(Some(text), ask)),
            Confirm::Default if self.settings.confirm => self.out.push(Effect::Confirm(None, ask)),
            _ => self.request(ask),
        }
    }

    pub(super) fn unconfirmed(&mut self, ask: Ask, blocked: bool) {
        let why = if blocked {
            Why::Blocked
        } else {
            Why::Cancelled
        };
        self.refuse_call(why, ask.call, blocked);
    }

    /// What is asked for is not begun.
    fn refuse_call(&mut self, why: Why, call: Option<Call>, tell: bool) {
        if tell && self.listening() {
            self.show(Notice::Refused(why));
        }
        self.settle(None, Some(why), call.into_iter().collect());
    }

    /// Why it makes no sense to ask, if it does not.
    fn may_not_restart(&self, service: Option<Name>) -> Option<Why> {
        let why = self.barred().or(self.restarts.refused.of(service));
        let open = self.restarts.gate == Gate::Open && self.link.speaks();
        why.or((!open).then_some(Why::NoConnection))
    }

    fn request(&mut self, ask: Ask) {
        if self.toast == Some(Kind::Unrestarted) {
            self.hide();
        }
        self.restarts.count += 1;
        let run = self.restarts.count;
        self.restarts.runs.push(Following {
            run,
            calls: ask.call.into_iter().collect(),
            service: ask.service,
            asked_at: self.now.mono,
            since: self.now.mono,
            operation: Operation::new(ask.op_id),
            stand: Stand::Asked,
            look: Look::No,
            idle: 0,
            late: false,
            shown: Shown::Before,
        });
        self.out.push(Effect::Request(Request {
            run,
            service: ask.service,
            op_id: ask.op_id,
            within: self.answer_time(),
        }));
        self.lose_patience();
    }

    /// For so many milliseconds an answer is waited for.
    pub(super) fn answer_time(&self) -> u64 {
        let most = self.settings.timing.answer();
        (self.settings.patience / 6).clamp(most / 5, most)
    }

    pub(super) fn accepted(&mut self, run: Run, op_id: Name) {
        let mut others = self.restarts.runs.iter_mut().filter(|it| it.run != run);
        let same = others.find(|it| it.operation.op_id == op_id);
        if let Some(same) = same.map(|it| it.run) {
            self.merge(run, same);
            return;
        }
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        following.operation.op_id = op_id;
        following.stand = Stand::Taken;
        following.tell();
        self.follow();
    }

    /// The server does both by one operation.
    fn merge(&mut self, run: Run, same: Run) {
        let gone = self.restarts.take(run);
        if let (Some(gone), Some(same)) = (gone, self.restarts.get(same)) {
            same.calls.extend(gone.calls);
            same.shown = Shown::Before;
        }
    }

    pub(super) fn refused(&mut self, run: Run, refusal: Refusal) {
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        let (why, service) = (refusal.why, following.service);
        match refusal.status {
            None => {
                following.stand = Stand::Doubted(why, u64::MAX);
                return self.follow();
            }
            Some(404) => {
                self.restarts.news = true;
                self.restarts.refused.add(service, why);
            }
            Some(403) => self.restarts.gate = Gate::Shut(why),
            Some(_) => {}
        }
        self.refuse(run, why);
    }

    /// There is no such restart.
    pub(super) fn refuse(&mut self, run: Run, why: Why) {
        let Some(following) = self.take_run(run) else {
            return;
        };
        if self.listening() {
            self.show(Notice::Refused(why));
        }
        self.settle(Some(run), Some(why), following.calls);
    }

    /// Takes one out of those under way.
    pub(super) fn take_run(&mut self, run: Run) -> Option<Following> {
        let following = self.restarts.take(run)?;
        if self.restarts.runs.is_empty() {
            self.disarm(Timer::Follow);
            self.disarm(Timer::Patience);
        }
        Some(following)
    }

    /// Tells who has called, if anybody has.
    pub(super) fn settle(&mut self, run: Option<Run>, why: Option<Why>, calls: Vec<Call>) {
        if !calls.is_empty() {
            self.out.push(Effect::Settle { run, why, calls });
        }
    }
}
