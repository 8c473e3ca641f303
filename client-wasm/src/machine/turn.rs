//! What is done about a document that is out of date, step by step.
//!
//! `Delayed → Knocking → Announced → Deferred → Leaving` is the whole way to a reload; `Updating` ends
//! it where the page does it itself. A lost connection ends what the page does not do itself: the
//! next id is judged anew.

use super::breaker::WINDOW;
use super::follow::RESTARTING;
use super::input::{Time, Timer};
use super::memory::{Asked, Promise};
use super::{Cause, Change, Effect, Effects, Server, State, UPDATING};
use crate::config::Mode;
use crate::notice::{Notice, Remark};

/// The page's promises may hold up a reload for so many milliseconds.
const LONGEST_WAIT: u64 = 10_000;

/// Hidden pages act this much later than visible ones, in milliseconds, and spread out.
const HIDDEN_DELAY: u64 = 150;

/// One act, from the verdict to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    pub(super) stage: Stage,
    no: u32,
    pub(super) change: Option<Pending>,
    pub(super) knocks: u32,
    /// When the first of them began, in [`Time::mono`].
    pub(super) knocking_since: u64,
    /// The id that the person did not want to reload for.
    pub(super) declined: Option<String>,
    /// The loop guard has been asked already.
    trial: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) cause: Cause,
    old: Option<Server>,
    pub(super) new: Server,
    lost_at: Option<u64>,
    /// The loop guard counts it.
    counted: bool,
    /// The person wants the page loaded again, whatever the page says.
    forced: bool,
    /// The restart that led to it, where this page had asked for it.
    asked: Option<Asked>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    None,
    /// `data-delay`, or the lead of visible pages.
    Delayed,
    /// Until the page's own server answers.
    Knocking,
    /// The page's listeners are being called.
    Announced,
    /// The page's promises hold up the reload.
    Deferred,
    /// The page does it itself.
    Updating,
    /// The person is asked.
    Prompt,
    /// The loop guard.
    Paused,
    /// The page is being loaded again.
    Leaving,
}

impl Pending {
    pub(super) fn promise(&self) -> Promise {
        let old = self.old.as_ref().and_then(|old| old.pid);
        let asked = self.asked.as_ref();
        Promise {
            cause: self.cause,
            lost_at: self.lost_at,
            pids: asked
                .and_then(|asked| asked.pids)
                .or_else(|| old.zip(self.new.pid)),
            took: asked.map(|asked| asked.took),
        }
    }
}

impl State {
    /// The document is out of date; `counted` where that may be a loop.
    pub(super) fn begin(
        &mut self,
        now: Time,
        cause: Cause,
        new: Server,
        counted: bool,
        out: &mut Effects,
    ) {
        let op_id = self.services.op_id.as_deref();
        let asked = match cause {
            Cause::Restart => self.restarts.behind(now, &new.id, op_id),
            Cause::Change => None,
        };
        if let Some(pending) = self
            .turn
            .change
            .as_mut()
            .filter(|_| self.turn.stage.pends())
        {
            // Files that change during a restart do not make it something else.
            if cause == Cause::Restart || pending.new.id != new.id {
                pending.cause = cause;
            }
            pending.new = new;
            pending.asked = asked.or(pending.asked.take());
            if self.turn.stage == Stage::Paused {
                out.push(Effect::Arm(Timer::Quiet, WINDOW));
            }
            return;
        }
        let declined = self.turn.declined.as_ref() == Some(&new.id);
        self.turn.change = Some(Pending {
            cause,
            old: self.known.own.clone(),
            new,
            lost_at: self.link.lost_at().or(self.services.down_at),
            counted,
            forced: false,
            asked,
        });
        if declined || self.settings.mode == Mode::Prompt {
            self.turn.stage = Stage::Prompt;
            self.show(Notice::Prompt(cause), out);
        } else {
            self.delay(now, out);
        }
    }

    /// Whether the last act led to this id and these page files already.
    pub(super) fn went_to(&self, id: &str) -> bool {
        let offered = &self.known.offered;
        self.memory
            .last
            .as_ref()
            .is_some_and(|act| act.id == id && act.revision == *offered)
    }

    fn delay(&mut self, now: Time, out: &mut Effects) {
        let mut wait = self.settings.delay;
        if self.hidden {
            wait += HIDDEN_DELAY + 2 * u64::from(self.chance());
        }
        self.turn.stage = Stage::Delayed;
        if wait == 0 {
            self.knock_or_announce(now, out);
        } else {
            out.push(Effect::Arm(Timer::Delay, wait));
            self.show_way(out);
        }
    }

    /// Says what is about to happen.
    pub(super) fn show_way(&mut self, out: &mut Effects) {
        let Some(change) = &self.turn.change else {
            return;
        };
        let notice = match self.settings.mode {
            Mode::Event => Notice::Updating(change.cause),
            Mode::Reload | Mode::Prompt => Notice::Reloading(change.cause),
        };
        self.show(notice, out);
    }

    pub(super) fn delay_over(&mut self, now: Time, out: &mut Effects) {
        match self.turn.stage {
            Stage::Delayed => self.knock_or_announce(now, out),
            Stage::Deferred => self.leave(now, out),
            _ => {}
        }
    }

    pub(super) fn pass_guard(&mut self, now: Time, out: &mut Effects) {
        let Some(change) = &self.turn.change else {
            return;
        };
        if change.forced {
            self.leave(now, out);
        } else if self.turn.trial || self.memory.admit(now.wall, change.counted) {
            self.turn.trial = false;
            self.announce(out);
        } else {
            self.turn.stage = Stage::Paused;
            out.push(Effect::Arm(Timer::Quiet, WINDOW));
            Self::say(out, Remark::Paused);
            self.show(Notice::Paused, out);
        }
    }

    /// The loop guard lets go: of one act, on trial.
    pub(super) fn quiet(&mut self, now: Time, out: &mut Effects) {
        if self.turn.stage == Stage::Paused {
            self.memory.admit_on_trial(now.wall);
            self.proceed(now, out);
        }
    }

    /// Goes on after a stop, where the server is still there; else the next id is judged anew.
    fn proceed(&mut self, now: Time, out: &mut Effects) {
        self.hide(out);
        if self.link.is_ready() {
            self.turn.trial = true;
            self.knock_or_announce(now, out);
        } else {
            self.turn.forget();
        }
    }

    fn announce(&mut self, out: &mut Effects) {
        let Some(change) = &self.turn.change else {
            return;
        };
        self.turn.no += 1;
        self.turn.stage = Stage::Announced;
        out.push(Effect::Announce(Change {
            turn: self.turn.no,
            cause: change.cause,
            old: change.old.clone(),
            new: change.new.clone(),
            op_id: change
                .asked
                .as_ref()
                .map(|asked| &asked.op_id)
                .or(self.services.op_id.as_ref())
                .filter(|_| change.cause == Cause::Restart)
                .cloned(),
            paths: self.known.missed.clone().unwrap_or_default(),
        }));
    }

    /// The page's listeners have been called.
    pub(super) fn answered(
        &mut self,
        now: Time,
        turn: u32,
        prevented: bool,
        waits: bool,
        out: &mut Effects,
    ) {
        let Some(change) = self
            .turn
            .change
            .clone()
            .filter(|_| self.turn.is(turn, Stage::Announced))
        else {
            return;
        };
        match (prevented || self.settings.mode == Mode::Event, waits) {
            (false, false) => self.leave(now, out),
            (false, true) => {
                self.turn.stage = Stage::Deferred;
                out.push(Effect::Arm(Timer::Delay, LONGEST_WAIT));
                self.show(Notice::Reloading(change.cause), out);
            }
            (true, waits) => {
                self.record(now, &change, None, out);
                self.known.adopt(&change.new);
                self.turn.stage = if waits { Stage::Updating } else { Stage::None };
                let notice = if waits {
                    Notice::Updating(change.cause)
                } else {
                    Notice::Told(change.promise().receipt(now.wall))
                };
                self.show(notice, out);
            }
        }
    }

    /// The page's promises are settled.
    pub(super) fn settled(
        &mut self,
        now: Time,
        turn: u32,
        outcome: Result<(), String>,
        out: &mut Effects,
    ) {
        if self.turn.is(turn, Stage::Deferred) && self.listening() {
            self.leave(now, out);
        } else if self.turn.is(turn, Stage::Updating) {
            self.turn.stage = Stage::None;
            let notice = match (outcome, &self.turn.change) {
                (Err(message), _) => Notice::Failed(message),
                (Ok(()), Some(change)) => Notice::Updated(change.promise().receipt(now.wall)),
                (Ok(()), None) => return,
            };
            // What the toast says of a lost connection is worth more.
            if self.link.is_ready() && self.listening() {
                self.show(notice, out);
            } else if self.toast == Some(UPDATING) {
                self.hide(out);
            }
        }
    }

    /// The toast's button was used.
    pub(super) fn reload_by_hand(&mut self, now: Time, out: &mut Effects) {
        let stage = self.turn.stage;
        let Some(change) = &mut self.turn.change else {
            return;
        };
        match stage {
            Stage::Prompt | Stage::Paused => {
                // How long the person took says nothing.
                change.lost_at = None;
                out.push(Effect::Disarm(Timer::Quiet));
                self.proceed(now, out);
            }
            // Not into a refused connection; the toast is about to say that it is lost.
            Stage::None if self.link.is_ready() => {
                change.forced = true;
                self.knock_or_announce(now, out);
            }
            _ => {}
        }
    }

    /// The toast is to go: its button was used, or its time is over.
    pub(super) fn dismiss(&mut self, out: &mut Effects) {
        match &self.turn.change {
            Some(change) if self.turn.stage == Stage::Prompt => {
                self.known.adopt(&change.new.clone());
                self.drop_turn(out);
            }
            _ => {
                if self.toast == Some(RESTARTING) {
                    self.restarts.hush();
                }
                self.hide(out);
            }
        }
    }

    /// Drops what the page does not do itself.
    pub(super) fn drop_turn(&mut self, out: &mut Effects) {
        match self.turn.stage {
            Stage::None | Stage::Updating | Stage::Leaving => return,
            Stage::Knocking => out.push(Effect::StopKnock),
            _ => {}
        }
        self.hide(out);
        self.turn.forget();
        out.extend([Timer::Delay, Timer::Knock, Timer::Quiet].map(Effect::Disarm));
    }

    /// The connection is lost; a pause outlasts that, or a loop would get round it.
    pub(super) fn lose_turn(&mut self, out: &mut Effects) {
        if self.turn.stage != Stage::Paused {
            self.drop_turn(out);
        }
    }
}

impl Turn {
    pub(super) fn forget(&mut self) {
        self.stage = Stage::None;
        self.change = None;
        self.trial = false;
    }

    /// The page had asked for the restart that led to the server `id`.
    pub(super) fn was_asked(&mut self, id: &str, asked: &Asked) {
        if let Some(change) = self.change.as_mut().filter(|it| it.new.id == id) {
            change.asked = Some(asked.clone());
        }
    }

    fn is(&self, no: u32, stage: Stage) -> bool {
        self.no == no && self.stage == stage
    }
}

impl Stage {
    /// Whether a newer id joins what is under way, instead of beginning anew.
    pub(super) const fn pends(self) -> bool {
        !matches!(self, Self::None | Self::Updating)
    }
}
