//! Not from a living page into a refused connection: the page's own server answers first.

use super::input::{Time, Timer};
use super::turn::Stage;
use super::{Effect, Effects, State};
use crate::backoff;

/// A knock without an answer is given up after so many milliseconds.
const KNOCK_TIMEOUT: u64 = 5_000;

impl State {
    pub(super) fn knock_or_announce(&mut self, now: Time, out: &mut Effects) {
        if self.settings.knock {
            self.turn.stage = Stage::Knocking;
            self.turn.knocks = 0;
            self.turn.knocking_since = now.mono;
            self.show_way(out);
            self.knock_due(out);
        } else {
            self.pass_guard(now, out);
        }
    }

    /// Knocks, and gives up a knock that was never answered.
    pub(super) fn knock_due(&self, out: &mut Effects) {
        if self.turn.stage == Stage::Knocking {
            out.extend([Effect::Knock, Effect::Arm(Timer::Knock, KNOCK_TIMEOUT)]);
        }
    }

    pub(super) fn knocked(&mut self, now: Time, answered: bool, out: &mut Effects) {
        if self.turn.stage != Stage::Knocking {
            return;
        }
        if answered {
            out.extend([Effect::Disarm(Timer::Knock), Effect::StopKnock]);
            self.pass_guard(now, out);
        } else {
            self.turn.knocks = self.turn.knocks.saturating_add(1);
            let elapsed = now.mono.saturating_sub(self.turn.knocking_since);
            let wait = backoff::wait(self.turn.knocks, elapsed, self.hidden, self.chance());
            out.push(Effect::Arm(Timer::Knock, wait));
        }
    }
}
