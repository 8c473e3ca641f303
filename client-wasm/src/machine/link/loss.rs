//! A lost connection: when it is tried again, and what is said of it.

use super::super::{Kind, Notice, Remark, State, Timer};
use super::{Ladder, Loss, Phase};
use crate::backoff;

impl State {
    /// Takes note of when it was lost, and whether the server had said so.
    pub(in crate::machine) const fn note_loss(&mut self, stopped: bool) {
        match &mut self.link.lost {
            Some(loss) => loss.stopped |= stopped,
            None => {
                self.link.lost = Some(Loss {
                    at: self.now.wall,
                    stopped,
                });
            }
        }
    }

    pub(super) fn retry(&mut self) {
        let chance = self.chance();
        let ladder = self.link.ladder.get_or_insert(Ladder {
            since: self.now.mono,
            attempt: 1,
        });
        let elapsed = self.now.mono.saturating_sub(ladder.since);
        let wait = if self.link.polled.is_some() {
            backoff::slowest(self.hidden, chance)
        } else {
            backoff::wait(ladder.attempt, elapsed, self.hidden, chance)
        };
        ladder.attempt = ladder.attempt.saturating_add(1);
        self.link.phase = Phase::Backoff;
        if elapsed >= self.settings.timing.unreached() && !self.link.reached {
            self.complain(Remark::Unreached);
        }
        if wait == 0 {
            self.connect();
        } else {
            self.arm(Timer::Retry, wait);
        }
    }

    pub(in crate::machine) fn tell_loss(&mut self) {
        match self.link.lost {
            _ if self.link.is_waiting() => self.show(Notice::Waiting(self.services.doing)),
            Some(Loss { stopped: true, .. }) => self.show(Notice::Stopped),
            Some(_) => self.show(Notice::Lost),
            None => {}
        }
    }

    pub(in crate::machine) fn tell_return(&mut self) {
        if !matches!(self.toast, Some(Kind::Lost | Kind::Stopped | Kind::Waiting)) {
            return;
        }
        if self.link.lost.is_some() {
            self.show(Notice::Back);
        } else {
            self.hide();
        }
    }

    /// Once in a document.
    pub(super) fn complain(&mut self, why: Remark) {
        if !std::mem::replace(&mut self.link.complained, true) {
            self.say(why);
        }
    }

    /// No stream can come, and time alone will not change that: `wake` asks again.
    pub(in crate::machine) fn give_up(&mut self, policy: bool) {
        // Who was let in once is not refused: somebody between answers while the server does not.
        if !policy && self.link.reached {
            return;
        }
        self.drop_turn();
        self.rest();
        let why = if policy {
            Remark::Forbidden
        } else {
            Remark::Refused
        };
        self.complain(why);
    }
}
