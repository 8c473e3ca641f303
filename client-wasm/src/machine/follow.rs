//! Restarts that are under way: what their streams tell, until they have ended.

use super::bar::Why;
use super::input::{Run, Time, Timer};
use super::memory::Asked;
use super::operation::{Operated, Operation};
use super::restart::{Following, Shown, Stand};
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
    /// Opens the streams that are to be open.
    pub(super) fn follow(&mut self) {
        if !self.listening() || !self.link.is_open() {
            return;
        }
        let within = self.answer_time();
        for following in self.restarts.runs.iter_mut().filter(|it| !it.open) {
            match &mut following.stand {
                Stand::Asked => continue,
                Stand::Doubted(_, until) => *until = self.now.mono + within,
                Stand::Taken => {}
            }
            following.open = true;
            self.out.push(Effect::Follow {
                run: following.run,
                after: following.after,
            });
        }
        self.lose_patience();
    }

    /// Closes the streams of all; the page's own is closed as well.
    pub(super) fn unfollow(&mut self) {
        for following in self.restarts.runs.iter_mut().filter(|it| it.open) {
            following.open = false;
            if let Stand::Doubted(_, until) = &mut following.stand {
                *until = u64::MAX;
            }
            self.out.push(Effect::Unfollow(following.run));
        }
    }

    /// The toggle is off: there is nothing to hear any more.
    pub(super) fn forget_restarts(&mut self) {
        for following in std::mem::take(&mut self.restarts.runs) {
            self.settle(Some(following.run), Some(Why::Off), following.calls);
        }
    }

    pub(super) fn operated(&mut self, run: Run, what: Operated) {
        let Some(following) = self.restarts.get(run) else {
            return;
        };
        if let (Operated::Lost | Operated::Untold(_), Stand::Doubted(why, _)) =
            (what, following.stand)
        {
            return self.refuse(run, why);
        }
        following.stand = Stand::Taken;
        let known = &mut following.operation;
        let new = match what {
            Operated::Lost => return self.follow_later(run),
            Operated::Untold(why) => return self.lose_sight(run, why),
            Operated::Ended(operation) => return self.end_restart(run, operation),
            Operated::Known(operation) => {
                let new = operation.passed > known.passed;
                // A record that was asked for may come behind the stream.
                if operation.passed >= known.passed {
                    *known = operation;
                }
                new
            }
            Operated::Passed(number) => {
                let new = number > following.after;
                following.after = following.after.max(number);
                known.passed = known.passed.max(number);
                new
            }
        };
        if new {
            (following.attempts, following.since) = (0, self.now.mono);
        }
        following.tell();
    }

    /// The stream of a restart is lost, and the page's own is not; its record says whether there is
    /// still something to hear.
    fn follow_later(&mut self, run: Run) {
        let chance = self.chance();
        let hidden = self.hidden;
        let Some(following) = self.restarts.get(run).filter(|it| it.open) else {
            return;
        };
        following.open = false;
        self.out.push(Effect::Unfollow(run));
        if following.attempts == 0 {
            following.lost_at = self.now.mono;
        }
        following.attempts += 1;
        let elapsed = self.now.mono.saturating_sub(following.lost_at);
        let wait = backoff::wait(following.attempts, elapsed, hidden, chance);
        self.out.push(Effect::Look(run));
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

    fn end_restart(&mut self, run: Run, operation: Operation) {
        let Some(status) = operation.ended else {
            return self.follow_later(run);
        };
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
