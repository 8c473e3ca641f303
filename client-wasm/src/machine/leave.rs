//! The reload itself, and what is kept of it.

use super::input::{Time, Timer};
use super::memory::{Act, Promise};
use super::turn::{Pending, Stage};
use super::{Effect, Effects, State};
use crate::notice::Notice;

/// A document that is still here so many milliseconds after its reload was kept by its person, or
/// its server is slow.
const LEAVE_TIMEOUT: u64 = 5_000;

impl State {
    /// Loads the page again. The stream is closed before, or browsers report it as interrupted.
    pub(super) fn leave(&mut self, now: Time, out: &mut Effects) {
        let Some(change) = self.turn.change.clone() else {
            return;
        };
        self.rest(out);
        self.record(now, &change, Some(change.promise()), out);
        self.turn.stage = Stage::Leaving;
        self.show(Notice::Reloading(change.cause), out);
        out.extend([Effect::Arm(Timer::Leave, LEAVE_TIMEOUT), Effect::Reload]);
    }

    /// Keeps for the next document what was done.
    pub(super) fn record(
        &mut self,
        now: Time,
        change: &Pending,
        promise: Option<Promise>,
        out: &mut Effects,
    ) {
        if let Some(own) = self
            .known
            .own
            .as_ref()
            .filter(|own| own.id != change.new.id)
        {
            self.memory.leave(&own.id);
        }
        self.memory.last = Some(Act {
            at: now.wall,
            id: change.new.id.clone(),
            revision: self.known.offered.clone(),
            promise,
        });
        out.push(Effect::Remember(self.memory.write()));
    }

    /// The page was to be loaded again, and is still here.
    pub(super) fn stayed(&mut self, now: Time, out: &mut Effects) {
        if self.turn.stage != Stage::Leaving {
            return;
        }
        let change = self.turn.change.take();
        self.turn.declined = change.map(|change| change.new.id);
        self.turn.forget();
        self.hide(out);
        self.connect(now, out);
    }
}
