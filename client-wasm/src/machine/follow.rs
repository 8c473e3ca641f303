//! Restarts that are under way: what their streams tell, until they have ended.

use server_reload_protocol::payload::OperationStatus;

use super::bar::OFF;
use super::input::{Run, Time, Timer};
use super::memory::Asked;
use super::operation::{Operated, Operation};
use super::restart::{Following, Shown, Stand, settle};
use super::{Effect, Effects, State};
use crate::backoff;
use crate::notice::{Late, Notice, Timeline};

/// The kind of the toast that follows a restart.
pub(super) const RESTARTING: &str = "restarting";

/// The kind of the toast that says why one has failed; gone when the server is ready after all.
pub(super) const UNRESTARTED: &str = "unrestarted";

/// Toasts that a restart under way does not take the place of.
const FIRST: [&str; 8] = [
    "lost",
    "stopped",
    "reloading",
    "updating",
    "failed",
    "prompt",
    "paused",
    UNRESTARTED,
];

impl Following {
    /// What is known of one that takes long.
    fn late(&self, now: Time) -> Late<'_> {
        let record = self.operation.record.as_deref();
        Late {
            asked: now.mono.saturating_sub(self.asked_at),
            since: now.mono.saturating_sub(self.since),
            record: record.unwrap_or(&self.status_url),
        }
    }
}

impl State {
    /// Opens the streams that are to be open.
    pub(super) fn follow(&mut self, now: Time, out: &mut Effects) {
        if !self.listening() || !self.link.is_open() {
            return;
        }
        let within = self.answer_time();
        for following in self.restarts.runs.iter_mut().filter(|it| !it.open) {
            match &mut following.stand {
                Stand::Asked => continue,
                Stand::Doubted(_, until) => *until = now.mono + within,
                Stand::Taken => {}
            }
            following.open = true;
            out.push(Effect::Follow {
                run: following.run,
                events: following.events.clone(),
                after: following.after,
            });
        }
        self.lose_patience(now, out);
    }

    /// Closes the streams of all; the page's own is closed as well.
    pub(super) fn unfollow(&mut self, out: &mut Effects) {
        for following in self.restarts.runs.iter_mut().filter(|it| it.open) {
            following.open = false;
            if let Stand::Doubted(_, until) = &mut following.stand {
                *until = u64::MAX;
            }
            out.push(Effect::Unfollow(following.run));
        }
    }

    /// The toggle is off: there is nothing to hear any more.
    pub(super) fn forget_restarts(&mut self, out: &mut Effects) {
        for following in std::mem::take(&mut self.restarts.runs) {
            settle(following.calls, Err(OFF.to_owned()), out);
        }
    }

    pub(super) fn operated(&mut self, now: Time, run: Run, what: Operated, out: &mut Effects) {
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        if let (Operated::Lost | Operated::Untold(_), Stand::Doubted(why, _)) =
            (&what, &following.stand)
        {
            let why = why.clone();
            return self.refuse(run, why, out);
        }
        following.stand = Stand::Taken;
        let new = match what {
            Operated::Lost => return self.follow_later(now, run, out),
            Operated::Untold(why) => return self.lose_sight(now, run, &why, out),
            Operated::Ended(operation) => return self.end_restart(now, run, operation, out),
            Operated::Known(mut operation) => {
                if operation.ended.is_some() {
                    // Why it has ended; why it was begun is no longer known.
                    operation.reason = None;
                }
                let new = operation.passed.len() > following.operation.passed.len();
                // A record that was asked for may come behind the stream.
                if new || operation.passed.len() == following.operation.passed.len() {
                    following.operation = operation;
                }
                new
            }
            Operated::Passed(number, passed) => {
                let new = number > following.after;
                following.after = following.after.max(number);
                following.operation.pass(number, passed);
                new
            }
        };
        if new {
            (following.attempts, following.since) = (0, now.mono);
        }
        following.tell();
    }

    /// The stream of a restart is lost, and the page's own is not; its record says whether there is
    /// still something to hear.
    fn follow_later(&mut self, now: Time, run: Run, out: &mut Effects) {
        let chance = self.chance();
        let hidden = self.hidden;
        let Some(following) = self.restarts.get(run).filter(|it| it.open) else {
            return;
        };
        following.open = false;
        out.push(Effect::Unfollow(run));
        if following.attempts == 0 {
            following.lost_at = now.mono;
        }
        following.attempts += 1;
        let elapsed = now.mono.saturating_sub(following.lost_at);
        let wait = backoff::wait(following.attempts, elapsed, hidden, chance);
        out.extend([
            Effect::Look(run, following.status_url.clone()),
            Effect::Arm(Timer::Follow, wait),
        ]);
    }

    /// Nobody tells how a restart ends.
    fn lose_sight(&mut self, now: Time, run: Run, why: &str, out: &mut Effects) {
        if let Some(following) = self.take_run(run, out) {
            let timeline = Timeline::unknown(why, &following.operation, following.late(now));
            let text = timeline.text.clone();
            if !self.turn.stage.pends() {
                self.show(Notice::Ended(OperationStatus::Cancelled, timeline), out);
            }
            settle(following.calls, Err(text), out);
        }
    }

    fn end_restart(
        &mut self,
        now: Time,
        run: Run,
        mut operation: Box<Operation>,
        out: &mut Effects,
    ) {
        let Some(status) = operation.ended else {
            return self.follow_later(now, run, out);
        };
        let Some(following) = self.take_run(run, out) else {
            return;
        };
        if operation.reason == following.operation.reason {
            // Why it was begun; why it has ended so nobody has said.
            operation.reason = None;
        }
        let waited = now.mono.saturating_sub(following.asked_at);
        if let Some(id) = operation.id_after.clone() {
            let asked = Asked {
                took: operation.took.unwrap_or(waited),
                pids: operation.pids(),
                op_id: operation.op_id.clone(),
            };
            self.turn.was_asked(&id, &asked);
            self.restarts.last = Some((id, asked));
        }
        let record = operation.record.as_deref();
        let record = record.unwrap_or(&following.status_url);
        let timeline = Timeline::ended(status, &operation, record);
        let well = status == OperationStatus::Restarted;
        let busy = self.toast.is_some_and(|kind| FIRST.contains(&kind));
        if !self.turn.stage.pends() && !(well && (busy || following.shown == Shown::Hushed)) {
            self.show(Notice::Ended(status, timeline), out);
        }
        settle(following.calls, Ok(operation.json), out);
    }

    /// Says of what is due that it takes long, or gives it up, and waits for the next.
    pub(super) fn lose_patience(&mut self, now: Time, out: &mut Effects) {
        let patience = self.settings.patience;
        let mut next: Option<u64> = None;
        let mut lost = Vec::new();
        for following in &mut self.restarts.runs {
            let late_at = following.asked_at + patience;
            if !following.late && late_at <= now.mono {
                (following.late, following.shown) = (true, Shown::Before);
            }
            let late_at = (!following.late).then_some(late_at);
            let lost_at = match &following.stand {
                Stand::Doubted(why, until) if *until <= now.mono => {
                    lost.push((following.run, why.clone()));
                    None
                }
                Stand::Doubted(_, until) => Some(*until),
                _ => None,
            };
            next = next.into_iter().chain(late_at).chain(lost_at).min();
        }
        let wait = next.filter(|at| *at < u64::MAX).map(|at| at - now.mono);
        out.extend(wait.map(|wait| Effect::Arm(Timer::Patience, wait)));
        for (run, why) in lost {
            self.refuse(run, why, out);
        }
    }

    /// Brings the toast of the newest restart, and the elements that begin one, up to date.
    pub(super) fn present(&mut self, now: Time, out: &mut Effects) {
        let bar = self.bar();
        if bar != self.restarts.told {
            self.restarts.told = bar.clone();
            out.push(Effect::Bar(bar));
        }
        let (toast, listening) = (self.toast, self.listening());
        let Some(newest) = self
            .restarts
            .runs
            .last_mut()
            .filter(|it| it.shown != Shown::Hushed)
        else {
            if toast == Some(RESTARTING) {
                self.hide(out);
            }
            return;
        };
        let shown = toast == Some(RESTARTING) && newest.shown == Shown::Now;
        if shown || !listening || toast.is_some_and(|kind| FIRST.contains(&kind)) {
            return;
        }
        newest.shown = Shown::Now;
        let operation = &newest.operation;
        let late = newest.late.then(|| newest.late(now));
        let timeline = Timeline::running(newest.service.as_deref(), operation, late);
        self.show(Notice::Restarting(timeline), out);
    }
}
