//! Every decision of the client: connect? reload? give up?
//!
//! [`State::step`] takes what happened, as a plain [`Input`] with the time, and answers with what is
//! to be done, as plain [`Effect`]s. Nothing in here knows of a browser, so that all of it is tested
//! natively, and so that inputs can come from anywhere.
//!
//! - `link`: the connection: attempts, time-outs, the watchdog
//! - `relay`: one stream for all tabs of an origin
//! - `verdict`: is the document out of date?
//! - `turn`: what is done about it, step by step; `knock` and `leave`: two of the steps
//! - `services`: what is behind the stream, and whether it answers
//! - `files`: changed page files and style sheets; `trouble`: what needs the developer
//! - `poll`: what is done where streams do not come through
//! - `restart`: restarts that are asked for in the page, `follow`: those under way, `operation`: what
//!   is known of one, `bar`: where none can be asked for
//! - `memory` and `breaker`: what one document tells the next, and the loop guard
//! - `settings` and `timing`: what the page has set
//!
//! It knows no texts: what it has to compare or hand on is a [`crate::name::Name`], and what people
//! read is made by the browser side of numbers.

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
mod notice;
pub(crate) mod number;
mod operation;
mod poll;
mod relay;
mod restart;
mod services;
mod settings;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod timing;
mod trouble;
mod turn;
mod verdict;

pub use bar::{Bar, Why};
pub use effect::{Cause, Change, Effect, Request, Server, Status};
pub use input::{
    Ask, Call, ChangeKind, Changed, Choice, Confirm, Doing, Event, Greeting, Health, Input, Leader,
    Lock, Phase, Problem, Refusal, Run, Stream, Time, Timer,
};
pub use notice::{Kind, Lasts, Notice, Receipt, Remark};
pub use operation::{Operated, Operation};
pub use server_reload_protocol::payload::OperationStatus;
pub use settings::{Mode, Settings};
pub use timing::Timing;

use link::Link;
use memory::Memory;
use poll::Poll;
use relay::Relay;
use restart::Restarts;
use services::Services;
use trouble::Troubles;
use turn::{Stage, Turn};
use verdict::Known;

/// The machine's state.
#[derive(Clone, Debug)]
pub struct State {
    /// What the step under way has come to so far.
    out: Vec<Effect>,
    /// When it takes place.
    now: Time,

    settings: Settings,
    chance: u32,

    enabled: bool,
    hidden: bool,
    away: bool,

    link: Link,
    poll: Poll,
    known: Known,
    services: Services,
    troubles: Troubles,
    restarts: Restarts,
    turn: Turn,
    relay: Relay,
    memory: Memory,
    toast: Option<Kind>,
    status: Status,
}

impl State {
    /// The state before [`Input::Start`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            out: Vec::new(),
            now: Time::default(),
            chance: settings.seed | 1,
            enabled: settings.enabled,
            hidden: settings.hidden,
            away: false,
            link: Link::default(),
            poll: Poll::default(),
            known: Known::new(settings.stamp),
            services: Services::default(),
            troubles: Troubles::default(),
            restarts: Restarts::default(),
            turn: Turn::default(),
            relay: Relay::default(),
            memory: Memory::read(&settings.memory),
            toast: None,
            status: Status::default(),
            settings,
        }
    }

    /// How things stand.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Takes one input and says what is to be done, in this order.
    #[must_use]
    pub fn step(&mut self, now: Time, input: Input) -> Vec<Effect> {
        self.now = now;
        self.take(input);
        self.explain();
        self.present();
        let (before, now) = (self.status, self.derive_status());
        if now != before {
            self.status = now;
            self.tell_status(before);
        }
        std::mem::take(&mut self.out)
    }

    /// Adds the new status: who is told to act has been told the state.
    fn tell_status(&mut self, before: Status) {
        let acts = |effect: &Effect| matches!(effect, Effect::Announce(_) | Effect::Reload);
        let at = self.out.iter().position(acts).unwrap_or(self.out.len());
        let status = Effect::Status {
            now: self.status,
            before,
            enabled: self.enabled,
            server: self.known.server,
        };
        self.out.insert(at, status);
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Start => self.start(),
            Input::Enable { on, here } => self.enable(on, here),
            Input::PageHide => self.page_hide(),
            Input::PageShow { memory, enabled } => self.page_show(&memory, enabled),
            Input::Visibility { hidden } => {
                self.hidden = hidden;
                self.seen();
                if !hidden {
                    self.wake();
                }
            }
            Input::Online => self.wake(),
            Input::Settled { turn, error } => self.settled(turn, error),
            Input::Opened(stream) if self.link.is(stream) => self.connected(),
            Input::Heard(stream, event) if self.link.is(stream) => self.heard(event),
            Input::Failed(stream) if self.link.is(stream) => self.lose(),
            Input::Opened(_) | Input::Heard(..) | Input::Failed(_) => {}
            Input::Lock(lock) => self.locked(lock),
            Input::Chosen(Choice::Dismiss) => self.dismiss(),
            Input::Chosen(Choice::Close) => self.troubles.close(),
            Input::Restart(ask) => self.restart(ask),
            Input::Unconfirmed { ask, blocked } => self.unconfirmed(ask, blocked),
            Input::Accepted(run, accepted) => self.accepted(run, accepted),
            Input::Refused(run, refusal) => self.refused(run, refusal),
            _ if !self.listening() => {}
            Input::Led(leader) => self.led(leader),
            Input::Unloading => self.unloading(),
            Input::Barred { policy } => self.give_up(policy),
            Input::Due(timer) => self.due(timer),
            Input::Knocked { answered } => self.knocked(answered),
            Input::Answered {
                turn,
                prevented,
                waits,
                careful,
            } => self.answered(turn, (prevented, waits, careful)),
            Input::Swapped => self.swapped(),
            Input::Chosen(Choice::Reload) => self.reload_by_hand(),
            Input::Operated(run, what) => self.operated(run, what),
            Input::Health(health) => self.health(health),
        }
    }

    /// Whether the client does anything at all.
    const fn listening(&self) -> bool {
        self.enabled && !self.away
    }

    fn start(&mut self) {
        if let Some(id) = self.memory.vouched(self.born_at()) {
            self.known.see(id);
        }
        if let Some(receipt) = self
            .memory
            .take_receipt(self.now.wall, self.settings.timing.stale())
        {
            self.out.push(Effect::Remember(self.memory.write()));
            self.show(Notice::Reloaded(receipt));
        }
        if self.enabled {
            self.connect();
        }
    }

    fn enable(&mut self, on: bool, here: bool) {
        if on == self.enabled {
            return;
        }
        self.enabled = on;
        if here {
            self.out.push(Effect::Persist(on));
        }
        if !on {
            self.rest();
            self.forget_restarts();
            self.turn.forget();
            self.hide();
        } else if !self.away {
            self.connect();
        }
    }

    fn page_hide(&mut self) {
        self.away = true;
        self.rest();
        // What the page does itself goes on, and so does the word of it.
        let updating = self.turn.stage == Stage::Updating;
        if !updating {
            self.turn.forget();
        }
        if !updating || self.toast != Some(Kind::Updating) {
            self.hide();
        }
    }

    fn page_show(&mut self, memory: &[f64], enabled: Option<bool>) {
        if !self.away {
            return;
        }
        self.away = false;
        self.memory = Memory::read(memory);
        // A document in the back/forward cache hears of no other tab's toggle.
        self.enabled = enabled.unwrap_or(self.enabled);
        if self.enabled {
            self.connect();
        } else {
            self.forget_restarts();
            self.turn.forget();
            self.hide();
        }
    }

    /// Stops everything that runs.
    fn rest(&mut self) {
        self.hang_up();
        self.leave_relay();
        self.unfollow();
        self.link.forget_loss();
        self.services = Services::default();
        self.troubles.forget();
        if self.turn.stage == Stage::Knocking {
            self.out.push(Effect::StopKnock);
        }
        self.poll = Poll::default();
        for timer in Timer::ALL {
            self.disarm(timer);
        }
    }

    fn due(&mut self, timer: Timer) {
        match timer {
            Timer::Retry => self.connect(),
            Timer::Connect => self.lose(),
            Timer::Watchdog => self.check_life(),
            Timer::Notice => self.tell_loss(),
            Timer::Delay => self.delay_over(),
            Timer::Knock => self.knock_due(),
            Timer::Quiet => self.quiet(),
            Timer::Leave => self.stayed(),
            Timer::Follow => self.follow(),
            Timer::Patience => self.lose_patience(),
            Timer::Poll => self.poll(),
            Timer::Join | Timer::Rob => self.leader_due(timer),
            Timer::Stay => self.stayed_after_all(),
        }
    }

    fn arm(&mut self, timer: Timer, ms: u64) {
        self.out.push(Effect::Arm(timer, ms));
    }

    fn disarm(&mut self, timer: Timer) {
        self.out.push(Effect::Disarm(timer));
    }

    fn show(&mut self, notice: Notice) {
        let kind = notice.kind();
        // How a restart has failed says more than that the server is down since, and who has taken
        // away the word of a restart does not want to hear of it.
        let known = self.toast == Some(Kind::Unrestarted) || self.restarts.are_hushed();
        if kind == Kind::Waiting && known {
            return;
        }
        self.toast = Some(kind);
        self.out.push(Effect::Show(notice));
    }

    fn hide(&mut self) {
        if self.toast.take().is_some() {
            self.out.push(Effect::Hide);
        }
    }

    fn say(&mut self, remark: Remark) {
        self.out.push(Effect::Say(remark));
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
