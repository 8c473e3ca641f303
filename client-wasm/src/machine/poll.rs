//! Where streams are blocked, or their words held back on the way: the server is asked for its id
//! now and then, until a stream says it.
//!
//! What it answers is taken as what a stream says. That it answers, or does not, is no restart: only
//! another id is.

use super::input::{Health, Timer};
use super::{Effect, Server, State};

/// So many attempts without a word make a stream that does not come through.
const ENOUGH: u32 = 3;

/// What is known while no stream has said anything.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Poll {
    /// The timer runs.
    waits: bool,
    /// An answer is due.
    pub(super) asked: bool,
    /// Attempts in a row on which nothing was said.
    silent: u32,
}

impl State {
    /// Begins to wait for the first word of a stream, unless that is under way.
    pub(super) fn wait_for_words(&mut self) {
        if !self.poll.waits {
            self.ask_in(self.settings.timing.fallback());
        }
    }

    /// A stream is open: its first word is due from now on, unless others were silent before it.
    pub(super) fn wait_anew(&mut self) {
        if self.poll.silent < ENOUGH && !self.link.is_polled() {
            self.ask_in(self.settings.timing.fallback());
        }
    }

    fn ask_in(&mut self, ms: u64) {
        self.poll.waits = true;
        self.arm(Timer::Poll, ms);
    }

    /// An attempt is over on which nothing was said.
    pub(super) const fn note_silence(&mut self) {
        self.poll.silent = self.poll.silent.saturating_add(1);
    }

    /// A stream has said something.
    pub(super) fn stop_polling(&mut self) {
        if self.poll.waits {
            self.disarm(Timer::Poll);
        }
        self.poll = Poll::default();
        self.link.unpoll();
    }

    /// The page is seen again.
    pub(super) fn poll_again(&mut self) {
        if self.link.is_polled() {
            self.ask_health();
        } else if !self.link.speaks() {
            self.wait_for_words();
        }
    }

    /// No word has come for a while.
    pub(super) fn poll(&mut self) {
        self.poll.waits = false;
        if self.hidden || self.link.speaks() || self.link.is_idle() {
            return;
        }
        if self.link.is_polled() || self.link.is_attempt() || self.poll.silent >= ENOUGH {
            self.ask_health();
        } else {
            self.ask_in(self.settings.timing.poll());
        }
    }

    fn ask_health(&mut self) {
        self.poll.asked = true;
        self.out.push(Effect::AskHealth);
        self.ask_in(self.settings.timing.poll());
    }

    /// The server has answered, or has not.
    pub(super) fn health(&mut self, health: Option<Health>) {
        if !std::mem::take(&mut self.poll.asked) {
            return;
        }
        let Some(health) = health else {
            return self.lose_poll();
        };
        let moved = health.revision.is_some() && health.revision != self.known.offered;
        if moved {
            self.known.offered = health.revision;
        }
        let was = self.link.poll(health.id.is_some());
        let Some(id) = health.id else {
            if was != Some(false) {
                self.not_ready();
            }
            return;
        };
        let known = self.known.server.is_some_and(|known| known.id == id);
        if !known || moved || was != Some(true) {
            let server = Server::new(self.now, id, health.id_age, health.pid);
            self.identified(server, health.id_age);
        }
    }

    /// The server does not answer; it may be on its way back.
    fn lose_poll(&mut self) {
        if self.link.unpoll() == Some(true) {
            self.lose_turn();
            self.note_loss(false);
            self.arm(Timer::Notice, self.settings.timing.notice());
        }
    }
}
