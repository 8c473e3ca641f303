//! Every decision of the client: connect? reload? give up?
//!
//! [`State::step`] takes what happened, as a plain [`Input`] with the time, and answers with what is
//! to be done, as plain [`Effect`]s. Nothing in here knows of a browser, so that all of it is tested
//! natively, and so that inputs can come from anywhere.
//!
//! - `link`: the connection: attempts, time-outs, the watchdog
//! - `verdict`: is the document out of date?
//! - `turn`: what is done about it, step by step; `knock` and `leave`: two of the steps
//! - `services`: what is behind the stream, and whether it answers
//! - `files`: changed page files and style sheets; `trouble`: what needs the developer
//! - `restart`: restarts that are asked for in the page, `follow`: those under way, `operation`: what
//!   is known of one, `bar`: where none can be asked for
//! - `memory` and `breaker`: what one document tells the next, and the loop guard

mod bar;
mod breaker;
mod effect;
mod files;
mod follow;
mod input;
mod knock;
mod leave;
mod link;
mod memory;
mod operation;
mod restart;
mod services;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod trouble;
mod turn;
mod verdict;

pub use bar::Bar;
pub use effect::{Cause, Change, Effect, Request, Server, Status};
pub use input::{
    Accepted, Ask, Call, Choice, Confirm, Doing, Event, Greeting, Input, Phase, Problem, Refusal,
    Run, Stream, Time, Timer,
};
pub use operation::{Operated, Operation, Passed};

use crate::config::Mode;
use crate::notice::{Notice, Remark};
use link::Link;
use memory::Memory;
use restart::Restarts;
use services::Services;
use trouble::Troubles;
use turn::{Stage, Turn};
use verdict::Known;

/// What the machine has to know of the document before it starts.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Settings {
    /// What to do about a restart.
    pub mode: Mode,
    /// Milliseconds between detection and reload.
    pub delay: u64,
    /// Whether the toggle is on.
    pub enabled: bool,
    /// The id of the server that made the document, where it says so.
    pub stamp: Option<String>,
    /// When the document's response began, in milliseconds of [`Time::mono`].
    pub born: u64,
    /// Whether the page's own server must answer before a reload, because the stream is another's.
    pub knock: bool,
    /// Whether the document is hidden.
    pub hidden: bool,
    /// What the last document of the tab has left.
    pub memory: Option<String>,
    /// Any number, to spread what many pages do at once.
    pub seed: u32,
    /// Whether the person is asked before a restart.
    pub confirm: bool,
    /// Milliseconds after which a restart that has not ended is worth a word.
    pub patience: u64,
}

/// The machine's state.
#[derive(Clone, Debug)]
pub struct State {
    settings: Settings,
    chance: u32,

    enabled: bool,
    hidden: bool,
    away: bool,

    link: Link,
    known: Known,
    services: Services,
    troubles: Troubles,
    restarts: Restarts,
    turn: Turn,
    memory: Memory,
    toast: Option<&'static str>,
    status: Status,
}

/// The kind of the toast that a document keeps while it is away.
const UPDATING: &str = Notice::Updating(Cause::Restart).kind();

/// Where effects are put.
type Effects = Vec<Effect>;

impl State {
    /// The state before [`Input::Start`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            chance: settings.seed | 1,
            enabled: settings.enabled,
            hidden: settings.hidden,
            away: false,
            link: Link::default(),
            known: Known::new(settings.stamp.clone()),
            services: Services::default(),
            troubles: Troubles::default(),
            restarts: Restarts::default(),
            turn: Turn::default(),
            memory: settings
                .memory
                .as_deref()
                .map(Memory::read)
                .unwrap_or_default(),
            toast: None,
            status: Status::default(),
            settings,
        }
    }

    /// Whether the toggle is on.
    #[must_use]
    pub const fn enabled(&self) -> bool {
        self.enabled
    }

    /// How things stand.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// The server that answers, or answered last.
    #[must_use]
    pub const fn server(&self) -> Option<&Server> {
        self.known.server.as_ref()
    }

    /// Takes one input and says what is to be done, in this order.
    #[must_use]
    pub fn step(&mut self, now: Time, input: Input) -> Vec<Effect> {
        let mut effects = Effects::new();
        self.take(now, input, &mut effects);
        self.explain(&mut effects);
        self.present(now, &mut effects);
        let (before, now) = (self.status, self.derive_status());
        if now != before {
            self.status = now;
            // Who is told to act has been told the state.
            let acts = |effect: &Effect| matches!(effect, Effect::Announce(_) | Effect::Reload);
            let at = effects.iter().position(acts).unwrap_or(effects.len());
            effects.insert(at, Effect::Status { now, before });
        }
        effects
    }

    fn take(&mut self, now: Time, input: Input, out: &mut Effects) {
        match input {
            Input::Start => self.start(now, out),
            Input::Enable { on, here } => self.enable(now, on, here, out),
            Input::PageHide => self.page_hide(out),
            Input::PageShow { memory, enabled } => {
                self.page_show(now, memory.as_deref(), enabled, out);
            }
            Input::Visibility { hidden } => {
                self.hidden = hidden;
                if !hidden {
                    self.wake(now, out);
                }
            }
            Input::Online => self.wake(now, out),
            Input::Settled { turn, outcome } => self.settled(now, turn, outcome, out),
            Input::Opened(stream) if self.link.is(stream) => self.opened(now, out),
            Input::Heard(stream, event) if self.link.is(stream) => self.heard(now, event, out),
            Input::Failed(stream) if self.link.is(stream) => self.lose(now, out),
            Input::Opened(_) | Input::Heard(..) | Input::Failed(_) => {}
            Input::Chosen(Choice::Dismiss) => self.dismiss(out),
            Input::Chosen(Choice::Close) => self.troubles.close(),
            Input::Restart(ask) => self.restart(now, ask, out),
            Input::Unconfirmed { ask, blocked } => self.unconfirmed(&ask, blocked, out),
            Input::Accepted(run, accepted) => self.accepted(now, run, accepted, out),
            Input::Refused(run, refusal) => self.refused(now, run, refusal, out),
            _ if !self.listening() => {}
            Input::Due(timer) => self.due(now, timer, out),
            Input::Knocked { answered } => self.knocked(now, answered, out),
            Input::Answered {
                turn,
                prevented,
                waits,
            } => self.answered(now, turn, prevented, waits, out),
            Input::Swapped => self.swapped(out),
            Input::Chosen(Choice::Reload) => self.reload_by_hand(now, out),
            Input::Operated(run, what) => self.operated(now, run, what, out),
        }
    }

    /// Whether the client does anything at all.
    const fn listening(&self) -> bool {
        self.enabled && !self.away
    }

    fn start(&mut self, now: Time, out: &mut Effects) {
        if let Some(id) = self.memory.vouched(self.born_at(now)) {
            self.known.see(id);
        }
        if let Some(receipt) = self.memory.take_receipt(now.wall) {
            out.push(Effect::Remember(self.memory.write()));
            self.show(Notice::Reloaded(receipt), out);
        }
        if self.enabled {
            self.connect(now, out);
        }
    }

    fn enable(&mut self, now: Time, on: bool, here: bool, out: &mut Effects) {
        if on == self.enabled {
            return;
        }
        self.enabled = on;
        if here {
            out.push(Effect::Persist(on));
        }
        if !on {
            self.rest(out);
            self.forget_restarts(out);
            self.turn.forget();
            self.hide(out);
        } else if !self.away {
            self.connect(now, out);
        }
    }

    fn page_hide(&mut self, out: &mut Effects) {
        self.away = true;
        self.rest(out);
        // What the page does itself goes on, and so does the word of it.
        let updating = self.turn.stage == Stage::Updating;
        if !updating {
            self.turn.forget();
        }
        if !updating || self.toast != Some(UPDATING) {
            self.hide(out);
        }
    }

    fn page_show(
        &mut self,
        now: Time,
        memory: Option<&str>,
        enabled: Option<bool>,
        out: &mut Effects,
    ) {
        if !self.away {
            return;
        }
        self.away = false;
        self.memory = memory.map(Memory::read).unwrap_or_default();
        // A document in the back/forward cache hears of no other tab's toggle.
        self.enabled = enabled.unwrap_or(self.enabled);
        if self.enabled {
            self.connect(now, out);
        } else {
            self.forget_restarts(out);
            self.turn.forget();
            self.hide(out);
        }
    }

    /// Stops everything that runs.
    fn rest(&mut self, out: &mut Effects) {
        self.hang_up(out);
        self.unfollow(out);
        self.link.forget_loss();
        self.services = Services::default();
        self.troubles.forget();
        if self.turn.stage == Stage::Knocking {
            out.push(Effect::StopKnock);
        }
        out.extend(Timer::ALL.map(Effect::Disarm));
    }

    fn due(&mut self, now: Time, timer: Timer, out: &mut Effects) {
        match timer {
            Timer::Retry => self.connect(now, out),
            Timer::Connect => self.lose(now, out),
            Timer::Watchdog => self.check_life(now, out),
            Timer::Notice => self.tell_loss(out),
            Timer::Delay => self.delay_over(now, out),
            Timer::Knock => self.knock_due(out),
            Timer::Quiet => self.quiet(now, out),
            Timer::Leave => self.stayed(now, out),
            Timer::Follow => self.follow(now, out),
            Timer::Patience => self.lose_patience(now, out),
        }
    }

    fn show(&mut self, notice: Notice, out: &mut Effects) {
        self.toast = Some(notice.kind());
        out.push(Effect::Show(notice));
    }

    fn hide(&mut self, out: &mut Effects) {
        if self.toast.take().is_some() {
            out.push(Effect::Hide);
        }
    }

    fn say(out: &mut Effects, remark: Remark) {
        out.push(Effect::Say(remark));
    }

    /// The next byte of a xorshift generator: enough to keep pages from acting in step.
    const fn chance(&mut self) -> u8 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 17;
        self.chance ^= self.chance << 5;
        self.chance.to_le_bytes()[1]
    }

    const fn derive_status(&self) -> Status {
        if self.away {
            return Status::Away;
        }
        if !self.enabled {
            return Status::Off;
        }
        match self.turn.stage {
            Stage::Updating if self.link.is_ready() => Status::Updating,
            Stage::None | Stage::Updating => self.link.status(),
            Stage::Delayed | Stage::Knocking | Stage::Announced => Status::Restarted,
            Stage::Prompt => Status::Prompt,
            Stage::Deferred | Stage::Leaving => Status::Reloading,
            Stage::Paused => Status::Paused,
        }
    }
}
