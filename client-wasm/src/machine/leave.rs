//! The reload itself, and what is kept of it.

use super::input::Timer;
use super::memory::{Act, Promise};
use super::turn::{Pending, Stage};
use super::{Effect, Notice, State};

impl State {
    /// Loads the page again. The stream is closed before, or browsers report it as interrupted.
    pub(super) fn leave(&mut self) {
        let Some(change) = self.turn.change else {
            return;
        };
        self.rest();
        self.record(&change, Some(change.promise()));
        self.turn.stage = Stage::Leaving;
        self.show(Notice::Reloading(change.cause));
        self.arm(Timer::Leave, self.settings.timing.leave());
        self.out.push(Effect::Reload);
    }

    /// Keeps for the next document what was done.
    pub(super) fn record(&mut self, change: &Pending, promise: Option<Promise>) {
        if let Some(own) = self.known.own.filter(|own| own.id != change.new.id) {
            self.memory.leave(own.id);
        }
        self.memory.last = Some(Act {
            at: self.now.wall,
            id: change.new.id,
            revision: self.known.offered,
            promise,
        });
        self.out.push(Effect::Remember(self.memory.write()));
    }

    /// The page was to be loaded again, and is still here.
    pub(super) fn stayed(&mut self) {
        if self.turn.stage != Stage::Leaving {
            return;
        }
        let change = self.turn.change.take();
        self.turn.declined = change.map(|change| change.new.id);
        self.turn.forget();
        self.hide();
        self.connect();
    }
}
