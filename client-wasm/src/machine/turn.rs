//! What is done about a document that is out of date, step by step.
//!
//! `Delayed → Knocking → Announced → Deferred → Leaving` is the whole way to a reload; `Updating` ends
//! it where the page does it itself. A lost connection ends what the page does not do itself: the
//! next id is judged anew.

use super::input::Timer;
use super::memory::{Asked, Promise};
use super::{Cause, Change, Effect, Kind, Mode, Notice, Remark, Server, State};
use crate::name::Name;

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
    pub(super) declined: Option<Name>,
    /// The loop guard has been asked already.
    trial: bool,
}

#[derive(Clone, Copy, Debug)]
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
        let old = self.old.and_then(|old| old.pid);
        let asked = self.asked;
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
    pub(super) fn begin(&mut self, cause: Cause, new: Server, counted: bool) {
        let op_id = self.services.op_id;
        let asked = match cause {
            Cause::Restart => self.restarts.behind(self.now, new.id, op_id),
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
            pending.asked = asked.or(pending.asked);
            if self.turn.stage == Stage::Paused {
                self.arm(Timer::Quiet, self.settings.timing.window());
            }
            return;
        }
        self.turn.change = Some(Pending {
            cause,
            old: self.known.own,
            new,
            lost_at: self.link.lost_at().or(self.services.down_at),
            counted,
            forced: false,
            asked,
        });
        if self.asks_first(new.id) {
            self.prompt(cause);
        } else {
            self.delay();
        }
    }

    /// Whether the person is asked before the page is told.
    fn asks_first(&self, id: Name) -> bool {
        self.settings.mode == Mode::Prompt || self.turn.declined == Some(id)
    }

    fn prompt(&mut self, cause: Cause) {
        self.turn.stage = Stage::Prompt;
        self.show(Notice::Prompt(cause));
    }

    /// Whether the last act led to this id and these page files already.
    pub(super) fn went_to(&self, id: Name) -> bool {
        let offered = self.known.offered;
        let last = self.memory.last;
        last.is_some_and(|act| act.id == id && act.revision == offered)
    }

    fn delay(&mut self) {
        let mut wait = self.settings.delay;
        if self.hidden {
            let least = self.settings.timing.hidden();
            wait += least + least * u64::from(self.chance()) / 75;
        }
        self.turn.stage = Stage::Delayed;
        if wait == 0 {
            self.knock_or_announce();
        } else {
            self.arm(Timer::Delay, wait);
            self.show_way();
        }
    }

    /// Says what is about to happen.
    pub(super) fn show_way(&mut self) {
        let Some(change) = &self.turn.change else {
            return;
        };
        let notice = match self.settings.mode {
            Mode::Event => Notice::Updating(change.cause),
            Mode::Reload | Mode::Prompt => Notice::Reloading(change.cause),
        };
        self.show(notice);
    }

    pub(super) fn delay_over(&mut self) {
        match self.turn.stage {
            Stage::Delayed => self.knock_or_announce(),
            Stage::Deferred => self.leave(),
            _ => {}
        }
    }

    pub(super) fn pass_guard(&mut self) {
        let Some(change) = &self.turn.change else {
            return;
        };
        if change.forced {
            self.leave();
        } else if self.turn.trial || self.admit(change.counted) {
            self.turn.trial = false;
            self.announce();
        } else {
            self.turn.stage = Stage::Paused;
            self.arm(Timer::Quiet, self.settings.timing.window());
            self.say(Remark::Paused);
            self.show(Notice::Paused);
        }
    }

    fn admit(&mut self, counted: bool) -> bool {
        let window = self.settings.timing.window();
        self.memory.admit(self.now.wall, window, counted)
    }

    /// The loop guard lets go: of one act, on trial.
    pub(super) fn quiet(&mut self) {
        if self.turn.stage == Stage::Paused {
            self.memory.admit_on_trial(self.now.wall);
            self.proceed();
        }
    }

    /// Goes on after a stop, where the server is still there; else the next id is judged anew.
    fn proceed(&mut self) {
        self.hide();
        if self.link.is_ready() {
            self.turn.trial = true;
            self.knock_or_announce();
        } else {
            self.turn.forget();
        }
    }

    fn announce(&mut self) {
        let Some(change) = &self.turn.change else {
            return;
        };
        self.turn.no += 1;
        self.turn.stage = Stage::Announced;
        self.out.push(Effect::Announce(Change {
            turn: self.turn.no,
            cause: change.cause,
            old: change.old,
            new: change.new,
            op_id: change
                .asked
                .map(|asked| asked.op_id)
                .or(self.services.op_id)
                .filter(|_| change.cause == Cause::Restart),
            paths: self.known.missed.clone().unwrap_or_default(),
        }));
    }

    /// The page's listeners have been called.
    pub(super) fn answered(&mut self, turn: u32, (prevented, waits, careful): (bool, bool, bool)) {
        let current = self.turn.is(turn, Stage::Announced);
        let Some(change) = self.turn.change.filter(|_| current) else {
            return;
        };
        match (prevented || self.settings.mode == Mode::Event, waits) {
            (false, _) if careful && !self.asks_first(change.new.id) => {
                // The page has been told already.
                self.turn.change = Some(Pending {
                    forced: true,
                    ..change
                });
                self.prompt(change.cause);
            }
            (false, false) => self.leave(),
            (false, true) => {
                self.turn.stage = Stage::Deferred;
                self.arm(Timer::Delay, self.settings.timing.wait());
                self.show(Notice::Reloading(change.cause));
            }
            (true, waits) => {
                self.record(&change, None);
                self.known.adopt(change.new);
                self.turn.stage = if waits { Stage::Updating } else { Stage::None };
                let notice = if waits {
                    Notice::Updating(change.cause)
                } else {
                    Notice::Told(change.promise().receipt(self.now.wall))
                };
                self.show(notice);
            }
        }
    }

    /// The page's promises are settled.
    pub(super) fn settled(&mut self, turn: u32, error: Option<Name>) {
        if self.turn.is(turn, Stage::Deferred) && self.listening() {
            self.leave();
        } else if self.turn.is(turn, Stage::Updating) {
            self.turn.stage = Stage::None;
            let notice = match (error, &self.turn.change) {
                (Some(message), _) => Notice::Failed(message),
                (None, Some(change)) => Notice::Updated(change.promise().receipt(self.now.wall)),
                (None, None) => return,
            };
            // What the toast says of a lost connection is worth more.
            if self.link.is_ready() && self.listening() {
                self.show(notice);
            } else if self.toast == Some(Kind::Updating) {
                self.hide();
            }
        }
    }

    /// The toast's button was used.
    pub(super) fn reload_by_hand(&mut self) {
        let stage = self.turn.stage;
        let Some(change) = &mut self.turn.change else {
            return;
        };
        match stage {
            Stage::Prompt | Stage::Paused => {
                // How long the person took says nothing.
                change.lost_at = None;
                self.disarm(Timer::Quiet);
                self.proceed();
            }
            // Not into a refused connection; the toast is about to say that it is lost.
            Stage::None if self.link.is_ready() => {
                change.forced = true;
                self.knock_or_announce();
            }
            _ => {}
        }
    }

    /// The toast is to go: its button was used, or its time is over.
    pub(super) fn dismiss(&mut self) {
        match &self.turn.change {
            Some(change) if self.turn.stage == Stage::Prompt => {
                self.known.adopt(change.new);
                self.drop_turn();
            }
            _ => {
                if self.toast == Some(Kind::Restarting) {
                    self.restarts.hush();
                }
                self.hide();
            }
        }
    }

    /// Drops what the page does not do itself.
    pub(super) fn drop_turn(&mut self) {
        match self.turn.stage {
            Stage::None | Stage::Updating | Stage::Leaving => return,
            Stage::Knocking => self.out.push(Effect::StopKnock),
            _ => {}
        }
        self.hide();
        self.turn.forget();
        for timer in [Timer::Delay, Timer::Knock, Timer::Quiet] {
            self.disarm(timer);
        }
    }

    /// The connection is lost; a pause outlasts that, or a loop would get round it.
    pub(super) fn lose_turn(&mut self) {
        if self.turn.stage != Stage::Paused {
            self.drop_turn();
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
    pub(super) fn was_asked(&mut self, id: Name, asked: Asked) {
        if let Some(change) = self.change.as_mut().filter(|it| it.new.id == id) {
            change.asked = Some(asked);
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
