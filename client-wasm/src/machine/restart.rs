//! Restarts that are asked for in this page.

use super::bar::{Bar, Gate};
use super::follow::UNRESTARTED;
use super::input::{Accepted, Ask, Call, Confirm, Refusal, Run, Time, Timer};
use super::memory::Asked;
use super::operation::Operation;
use super::{Effect, Effects, Request, State};
use crate::notice::Notice;
use server_reload_protocol::path;

const CANCELLED: &str = "the dialog that asks whether to restart was cancelled";

/// Why nobody could be asked: a sandboxed frame, or a `confirm` of the page's own.
const BLOCKED: &str = "this page does not let a dialog ask first; \
    data-confirm=\"false\" on the script tag restarts without asking";

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Restarts {
    /// Whether the server lets this page ask.
    pub(super) gate: Gate,
    /// What it has refused since it said so.
    pub(super) refused: Bar,
    /// What the page has been told of that.
    pub(super) told: Bar,
    /// `hello` has come in on this stream.
    greeted: bool,
    /// Those that have not ended, the newest last.
    pub(super) runs: Vec<Following>,
    /// How many there were.
    count: Run,
    /// The last that has led to a new id.
    pub(super) last: Option<(String, Asked)>,
}

/// One that has not ended, as far as is known.
#[derive(Clone, Debug)]
pub(super) struct Following {
    pub(super) run: Run,
    pub(super) calls: Vec<Call>,
    pub(super) service: Option<String>,
    pub(super) asked_at: u64,
    /// When it has come to its phase, by this page's clock.
    pub(super) since: u64,
    pub(super) operation: Box<Operation>,
    pub(super) status_url: String,
    /// Where its stream is.
    pub(super) events: String,
    /// Whether the server has taken it on, as far as is known.
    pub(super) stand: Stand,
    pub(super) open: bool,
    /// The number of the last phase.
    pub(super) after: u64,
    pub(super) attempts: u32,
    pub(super) lost_at: u64,
    pub(super) late: bool,
    pub(super) shown: Shown,
}

/// Whether a restart is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Its request is under way.
    Asked,
    /// The request has had no answer, for this reason; its stream tells whether it has arrived. It is
    /// given up at this time, once the stream is asked for.
    Doubted(String, u64),
    /// The server does it.
    Taken,
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

    /// A new stream is open.
    pub(super) const fn forget_greeting(&mut self) {
        self.greeted = false;
    }

    /// `hello` has come in.
    pub(super) fn greet(&mut self, token: Option<String>, refused: Option<String>) {
        self.greeted = true;
        self.gate = Gate::new(token, refused);
        self.refused = Bar::default();
    }

    /// An id has come in; where no `hello` was before it, nobody is there who restarts.
    pub(super) fn note_id(&mut self) {
        if !self.greeted {
            self.gate = Gate::own_endpoint();
        }
    }

    /// The toast of those under way was taken away.
    pub(super) fn hush(&mut self) {
        for following in &mut self.runs {
            following.shown = Shown::Hushed;
        }
    }

    /// What is known of a restart of this page that has led to the server `id`, if one has; `op_id` is
    /// the operation that the page's stream has named last.
    pub(super) fn behind(&self, now: Time, id: &str, op_id: Option<&str>) -> Option<Asked> {
        if let Some((_, asked)) = self.last.as_ref().filter(|(last, _)| last == id) {
            return Some(asked.clone());
        }
        let mut runs = self.runs.iter().rev();
        let found = runs.find(|it| op_id.is_none_or(|op_id| it.operation.op_id == op_id))?;
        Some(Asked {
            took: now.mono.saturating_sub(found.asked_at),
            pids: found.operation.pids(),
            op_id: found.operation.op_id.clone(),
        })
    }
}

impl State {
    /// A restart is asked for: by an element of the page, or by a call.
    pub(super) fn restart(&mut self, now: Time, ask: Ask, out: &mut Effects) {
        if let Err(why) = self.may_restart(ask.service.as_deref()) {
            if self.listening() {
                self.show(Notice::Refused(why.clone()), out);
            }
            settle(ask.call, Err(why), out);
            return;
        }
        let mut runs = self.restarts.runs.iter_mut();
        if let Some(same) = runs.find(|it| it.service == ask.service) {
            same.calls.extend(ask.call);
            same.shown = Shown::Before;
            return;
        }
        match &ask.confirm {
            Confirm::Text(text) => out.push(Effect::Confirm(text.clone(), ask)),
            Confirm::Default if self.settings.confirm => {
                let what = ask.service.as_deref().unwrap_or("the server");
                out.push(Effect::Confirm(["Restart ", what, "?"].concat(), ask));
            }
            _ => self.request(now, ask, out),
        }
    }

    pub(super) fn unconfirmed(&mut self, ask: &Ask, blocked: bool, out: &mut Effects) {
        let why = if blocked { BLOCKED } else { CANCELLED }.to_owned();
        if blocked && self.listening() {
            self.show(Notice::Refused(why.clone()), out);
        }
        settle(ask.call, Err(why), out);
    }

    /// Whether it makes sense to ask, or why not.
    fn may_restart(&self, service: Option<&str>) -> Result<(), String> {
        let bar = self.bar();
        let why = match bar.of(service) {
            Some(why) => why,
            None if !self.link.is_ready() && !self.link.is_waiting() => {
                "there is no connection to server-reload"
            }
            None => return Ok(()),
        };
        Err(why.to_owned())
    }

    fn request(&mut self, now: Time, ask: Ask, out: &mut Effects) {
        let Gate::Open(token) = self.restarts.gate.clone() else {
            return;
        };
        if self.toast == Some(UNRESTARTED) {
            self.hide(out);
        }
        self.chance();
        self.restarts.count += 1;
        let run = self.restarts.count;
        let random = self.chance.to_string();
        let op_id = ["page-", &now.wall.to_string(), "-", &random].concat();
        let status_url = [path::RESTART, "/", &op_id].concat();
        self.restarts.runs.push(Following {
            run,
            calls: ask.call.into_iter().collect(),
            service: ask.service.clone(),
            asked_at: now.mono,
            since: now.mono,
            operation: Box::new(Operation {
                op_id: op_id.clone(),
                ..Operation::default()
            }),
            events: [&status_url, path::OPERATION_EVENTS].concat(),
            status_url,
            stand: Stand::Asked,
            open: false,
            after: 0,
            attempts: 0,
            lost_at: now.mono,
            late: false,
            shown: Shown::Before,
        });
        out.push(Effect::Request(Request {
            run,
            service: ask.service,
            op_id,
            token,
            within: self.answer_time(),
        }));
        self.lose_patience(now, out);
    }

    /// For so many milliseconds an answer is waited for.
    pub(super) fn answer_time(&self) -> u64 {
        (self.settings.patience / 6).clamp(1_000, 5_000)
    }

    pub(super) fn accepted(&mut self, now: Time, run: Run, accepted: Accepted, out: &mut Effects) {
        let mut others = self.restarts.runs.iter_mut().filter(|it| it.run != run);
        let same = others.find(|it| it.operation.op_id == accepted.op_id);
        if let Some(same) = same.map(|it| it.run) {
            self.merge(run, same);
            return;
        }
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        following.operation.op_id = accepted.op_id;
        following.operation.plan = accepted.plan;
        following.status_url = accepted.status_url;
        following.events = accepted.events_url;
        following.stand = Stand::Taken;
        following.tell();
        self.follow(now, out);
    }

    /// The server does both by one operation.
    fn merge(&mut self, run: Run, same: Run) {
        let at = self.restarts.runs.iter().position(|it| it.run == run);
        let calls = at.map(|at| self.restarts.runs.remove(at).calls);
        if let Some(same) = self.restarts.get(same) {
            same.calls.extend(calls.unwrap_or_default());
            same.shown = Shown::Before;
        }
    }

    pub(super) fn refused(&mut self, now: Time, run: Run, refusal: Refusal, out: &mut Effects) {
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        let (why, service) = (refusal.why, following.service.clone());
        match refusal.status {
            None => {
                following.stand = Stand::Doubted(why, u64::MAX);
                return self.follow(now, out);
            }
            Some(404) => self.restarts.refused.add(service, why.clone()),
            Some(403) => self.restarts.gate = Gate::Shut(why.clone()),
            Some(_) => {}
        }
        self.refuse(run, why, out);
    }

    /// There is no such restart.
    pub(super) fn refuse(&mut self, run: Run, why: String, out: &mut Effects) {
        let Some(following) = self.take_run(run, out) else {
            return;
        };
        if self.listening() {
            self.show(Notice::Refused(why.clone()), out);
        }
        settle(following.calls, Err(why), out);
    }

    /// Takes one out of those under way.
    pub(super) fn take_run(&mut self, run: Run, out: &mut Effects) -> Option<Following> {
        let at = self.restarts.runs.iter().position(|it| it.run == run)?;
        let following = self.restarts.runs.remove(at);
        if following.open {
            out.push(Effect::Unfollow(run));
        }
        if self.restarts.runs.is_empty() {
            out.extend([
                Effect::Disarm(Timer::Follow),
                Effect::Disarm(Timer::Patience),
            ]);
        }
        Some(following)
    }
}

/// Tells who has called, if anybody has.
pub(super) fn settle(
    calls: impl IntoIterator<Item = Call>,
    outcome: Result<String, String>,
    out: &mut Effects,
) {
    let calls: Vec<_> = calls.into_iter().collect();
    if !calls.is_empty() {
        out.push(Effect::Settle(calls, outcome));
    }
}
