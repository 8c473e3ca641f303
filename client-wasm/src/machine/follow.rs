//! Restarts that are under way: what their records tell, until they have ended.
//!
//! A phase on the page's stream that is part of an operation is the sign to ask for the record, which says
//! all; an end without a phase is found by asking now and then. So a restart needs no connection of its own.

use super::bar::Why;
use super::input::{Run, Time, Timer};
use super::memory::Asked;
use super::operation::{Operated, Operation};
use super::restart::{Following, Look, Shown, Stand};
use super::{Effect, Kind, Lasts, Notice, OperationStatus, State};
use crate::backoff;

/// Whether a restart under way does not take the place of this toast.
const fn comes_first(toast: Option<Kind>) -> bool {
    matches!(
        toast,
        Some(
            Kind::Lost
                | Kind::Stopped
                | Kind::Reloading
                | Kind::Updating
                | Kind::Failed
                | Kind::Prompt
                | Kind::Paused
                | Kind::Unrestarted
        )
    )
}

impl Following {
    fn lasts(&self, now: Time) -> Lasts {
        Lasts {
            asked: now.mono.saturating_sub(self.asked_at),
            since: now.mono.saturating_sub(self.since),
        }
    }
}

impl State {
    /// Asks for the records of those that the server may know: something has happened to one of them, or
    /// nothing has for long.
    pub(super) fn follow(&mut self) {
        if !self.listening() || !self.link.is_open() {
            return;
        }
        let within = self.answer_time();
        for following in &mut self.restarts.runs {
            match &mut following.stand {
                Stand::Asked => continue,
                Stand::Doubted(_, until) => *until = (*until).min(self.now.mono + within),
                Stand::Taken => {}
            }
            following.look = if following.look == Look::No {
                self.out.push(Effect::Look(following.run));
                Look::Under
            } else {
                Look::Again
            };
        }
        self.lose_patience();
    }

    /// What is asked for now gets no answer: the page's stream is lost.
    pub(super) fn unfollow(&mut self) {
        for following in &mut self.restarts.runs {
            following.look = Look::No;
            if let Stand::Doubted(_, until) = &mut following.stand {
                *until = u64::MAX;
            }
        }
    }

    /// The toggle is off: there is nothing to hear any more.
    pub(super) fn forget_restarts(&mut self) {
        for following in std::mem::take(&mut self.restarts.runs) {
            self.settle(Some(following.run), Some(Why::Off), following.calls);
        }
    }

    pub(super) fn operated(&mut self, run: Run, what: Operated) {
        let (hidden, chance) = (self.hidden, self.chance());
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        if let (Operated::Lost | Operated::Untold(_), Stand::Doubted(why, _)) =
            (what, following.stand)
        {
            return self.refuse(run, why);
        }
        following.stand = Stand::Taken;
        match what {
            Operated::Lost => {}
            Operated::Untold(why) => return self.lose_sight(run, why),
            Operated::Known(operation) => {
                if let Some(status) = operation.ended {
                    return self.end_restart(run, status, operation);
                }
                if operation.passed > following.operation.passed {
                    (following.idle, following.since) = (0, self.now.mono);
                }
                following.operation = operation;
                following.tell();
            }
        }
        if std::mem::take(&mut following.look) == Look::Again {
            return self.follow();
        }
        following.idle += 1;
        let wait = backoff::look(following.idle, hidden, chance);
        self.arm(Timer::Follow, wait);
    }

    /// Nobody tells how a restart ends.
    fn lose_sight(&mut self, run: Run, why: Why) {
        if let Some(following) = self.take_run(run) {
            let lasts = following.lasts(self.now);
            if !self.turn.stage.pends() {
                self.show(Notice::Unknown { run, why, lasts });
            }
            self.settle(Some(run), Some(why), following.calls);
        }
    }

    fn end_restart(&mut self, run: Run, status: OperationStatus, operation: Operation) {
        let Some(following) = self.take_run(run) else {
            return;
        };
        let lasts = following.lasts(self.now);
        if let Some(id) = operation.id_after {
            let asked = Asked {
                took: operation.took.unwrap_or(lasts.asked),
                pids: operation.pids(),
                op_id: operation.op_id,
            };
            self.turn.was_asked(id, asked);
            self.restarts.last = Some((id, asked));
        }
        let well = status == OperationStatus::Restarted;
        let quiet = well && (comes_first(self.toast) || following.shown == Shown::Hushed);
        if !self.turn.stage.pends() && !quiet {
            self.show(Notice::Ended { run, status, lasts });
        }
        self.settle(Some(run), None, following.calls);
    }

    /// Says of what is due that it takes long, or gives it up, and waits for the next.
    pub(super) fn lose_patience(&mut self) {
        let patience = self.settings.patience;
        let mut next = u64::MAX;
        let mut lost = None;
        for following in &mut self.restarts.runs {
            let late_at = following.asked_at + patience;
            if !following.late && late_at <= self.now.mono {
                (following.late, following.shown) = (true, Shown::Before);
            }
            if !following.late {
                next = next.min(late_at);
            }
            match following.stand {
                Stand::Doubted(why, until) if until <= self.now.mono => {
                    lost = Some((following.run, why));
                }
                Stand::Doubted(_, until) => next = next.min(until),
                _ => {}
            }
        }
        if let Some((run, why)) = lost {
            self.refuse(run, why);
            return self.lose_patience();
        }
        if next < u64::MAX {
            self.arm(Timer::Patience, next - self.now.mono);
        }
    }

    /// Brings the toast of the newest restart, and the elements that begin one, up to date.
    pub(super) fn present(&mut self) {
        self.bar();
        let (toast, listening) = (self.toast, self.listening());
        let Some(newest) = self
            .restarts
            .runs
            .last_mut()
            .filter(|it| it.shown != Shown::Hushed)
        else {
            if toast == Some(Kind::Restarting) {
                self.hide();
            }
            return;
        };
        let shown = toast == Some(Kind::Restarting) && newest.shown == Shown::Now;
        if shown || !listening || comes_first(toast) {
            return;
        }
        newest.shown = Shown::Now;
        let (run, late) = (newest.run, newest.late);
        let lasts = newest.lasts(self.now);
        self.show(Notice::Restarting { run, late, lasts });
    }
}
