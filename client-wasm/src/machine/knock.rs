//! Not from a living page into a refused connection: the page's own server answers first.

use super::input::Timer;
use super::turn::Stage;
use super::{Effect, State};
use crate::backoff;

impl State {
    pub(super) fn knock_or_announce(&mut self) {
        if self.settings.knock {
            self.turn.stage = Stage::Knocking;
            self.turn.knocks = 0;
            self.turn.knocking_since = self.now.mono;
            self.show_way();
            self.knock_due();
        } else {
            self.pass_guard();
        }
    }

    /// Knocks, and gives up a knock that was never answered.
    pub(super) fn knock_due(&mut self) {
        if self.turn.stage == Stage::Knocking {
            self.out.push(Effect::Knock);
            self.arm(Timer::Knock, self.settings.timing.knock());
        }
    }

    pub(super) fn knocked(&mut self, answered: bool) {
        if self.turn.stage != Stage::Knocking {
            return;
        }
        if answered {
            self.disarm(Timer::Knock);
            self.out.push(Effect::StopKnock);
            self.pass_guard();
        } else {
            self.turn.knocks = self.turn.knocks.saturating_add(1);
            let elapsed = self.now.mono.saturating_sub(self.turn.knocking_since);
            let wait = backoff::wait(self.turn.knocks, elapsed, self.hidden, self.chance());
            self.arm(Timer::Knock, wait);
        }
    }
}
