//! One stream for all tabs of an origin: who holds it, and who hears of it from another tab.
//!
//! The tabs queue for one Web Lock. Who has it *leads*: it holds the stream and passes its events on, which the
//! others take as if they were their own; so the rest of the machine knows nothing of tabs. Each leader has a
//! *term*, later ones a greater one: of what leaders say only that of the greatest term counts that was heard since
//! this tab last asked, because a later one that did not hear of the one before it may have a smaller one.
//!
//! - A leader that is hidden is robbed of the lock by a tab that is seen: a browser may freeze the hidden one.
//! - A leader proves its life by what it passes on. One that has a stream and is silent for as long as none may be
//!   is robbed, whether it answers or not: a frozen one may still answer.
//! - Who takes over goes on where it stands: the `hello` of its own stream says all that may have been missed.
//! - Where there are no locks (plain HTTP on a LAN address, an opaque origin) each tab that is seen leads alone, up
//!   to [`MOST_ALONE`]; one more hears of the stream from another, and hidden ones let theirs go.

use super::input::{Leader, Lock, Stream, Timer};
use super::{Effect, State};

/// A browser opens six connections to a host: so many leave two for the pages.
const MOST_ALONE: usize = 4;

/// Of many tabs that could rob a hidden leader one is first within so many milliseconds.
const SPREAD: u64 = 64;

/// What this tab has to do with the stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Relay {
    role: Role,
    /// The latest leader of another tab, and when it was heard.
    leader: Option<(Leader, u64)>,
    /// The term of this tab, while it leads; before that, the greatest that was heard.
    term: u64,
    /// The terms of others that lead alone, since this tab has its stream.
    others: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// No stream is wanted.
    #[default]
    Resting,
    /// In the queue for the lock.
    Following,
    /// Has the lock.
    Leading,
    /// There are no locks.
    Alone,
    /// There are no locks, and enough streams.
    Crowded,
}

impl Relay {
    const fn leads(&self) -> bool {
        matches!(self.role, Role::Leading | Role::Alone)
    }

    const fn has_no_locks(&self) -> bool {
        matches!(self.role, Role::Alone | Role::Crowded)
    }
}

impl State {
    /// The link wants a stream: its own, or another tab's.
    pub(super) fn want(&mut self, stream: Stream) {
        match self.relay.role {
            Role::Leading | Role::Alone => self.out.push(Effect::Open(stream)),
            Role::Resting => self.queue(stream),
            // A hidden tab does not take a lock: it may be frozen next.
            Role::Following if self.hidden => self.join(stream),
            Role::Following | Role::Crowded if self.leader_is_dead() => self.replace(),
            Role::Following | Role::Crowded => self.join(stream),
        }
    }

    /// Has the greeting said anew, by a stream of its own or by the tab that leads, which is not at fault.
    pub(super) fn ask_again(&mut self) {
        self.hang_up();
        self.attempt();
        let stream = self.link.stream();
        if self.relay.leads() {
            self.want(stream);
        } else {
            self.join(stream);
        }
    }

    /// Whether the streams are left to tabs that are seen.
    pub(super) const fn stands_back(&self) -> bool {
        self.hidden && self.relay.has_no_locks()
    }

    fn queue(&mut self, stream: Stream) {
        self.relay.role = Role::Following;
        self.out.push(Effect::Lock { rob: false });
        self.join(stream);
    }

    fn join(&mut self, stream: Stream) {
        self.out.push(Effect::Join(stream));
        self.arm(Timer::Join, self.settings.timing.join());
    }

    /// The link asks again only where a stream was lost or silent; who looks for one says so with each attempt.
    fn leader_is_dead(&self) -> bool {
        self.relay.leader.is_some_and(|(leader, heard_at)| {
            leader.open || self.now.mono.saturating_sub(heard_at) >= self.settings.timing.mute()
        })
    }

    /// Takes the place of the leader.
    fn replace(&mut self) {
        match self.relay.role {
            Role::Following if !self.hidden => self.out.push(Effect::Lock { rob: true }),
            Role::Crowded => self.lead(Role::Alone),
            _ => {}
        }
    }

    /// What has become of the lock.
    pub(super) fn locked(&mut self, lock: Lock) {
        match (lock, self.relay.role) {
            (Lock::Got, Role::Following) => self.lead(Role::Leading),
            (Lock::Got, Role::Resting) => self.out.push(Effect::Unlock),
            (Lock::Lost, Role::Following | Role::Leading) => {
                if self.relay.leads() {
                    self.out.push(Effect::Close);
                }
                self.relay.leader = None;
                self.queue(self.link.stream());
            }
            (Lock::None, Role::Following) if self.hidden => {
                self.relay.role = Role::Alone;
                self.stand_back();
            }
            (Lock::None, Role::Following) => self.lead(Role::Alone),
            _ => {}
        }
    }

    fn lead(&mut self, role: Role) {
        self.relay.role = role;
        let term = self.now.wall * 256 + u64::from(self.chance());
        self.relay.term = term.max(self.relay.term + 1);
        self.relay.leader = None;
        self.relay.others.clear();
        self.disarm(Timer::Join);
        self.disarm(Timer::Rob);
        self.tell_lead(false, true);
        if self.link.is_attempt() {
            // A stream that another tab had is this tab's own from here on, and may prove not to be there.
            self.arm(Timer::Connect, self.settings.timing.connect());
            self.out.push(Effect::Open(self.link.stream()));
        }
    }

    fn tell_lead(&mut self, open: bool, quiet: bool) {
        self.out.push(Effect::Lead {
            term: self.relay.term,
            open,
            quiet,
        });
    }

    /// This tab's own stream has been opened, or was lost: others hear of it.
    pub(super) fn pass_on(&mut self, open: bool) {
        if self.relay.leads() {
            self.tell_lead(open, false);
        }
        if open && self.relay.role == Role::Alone {
            self.out.push(Effect::Census);
        }
    }

    /// A leader of another tab has said how it stands.
    pub(super) fn led(&mut self, leader: Leader) {
        match self.relay.role {
            Role::Alone => return self.count(leader),
            Role::Following | Role::Crowded => {}
            _ => return,
        }
        self.relay.term = self.relay.term.max(leader.term);
        let before = self.relay.leader.replace((leader, self.now.mono));
        self.disarm(Timer::Join);
        if leader.hidden && !self.hidden && self.relay.role == Role::Following {
            let spread = u64::from(self.chance()) % SPREAD;
            self.arm(Timer::Rob, spread);
        }
        match (leader.open, self.link.is_open()) {
            (true, false) => {
                self.disarm(Timer::Retry);
                self.opened();
            }
            // Who has just taken over has none yet, and says so again if it gets none.
            (false, true) if before.is_some_and(|(it, _)| it.term == leader.term) => self.lose(),
            _ => {}
        }
    }

    /// Where too many lead alone, the latest does not.
    fn count(&mut self, leader: Leader) {
        let others = &mut self.relay.others;
        if let Some(at) = others.iter().position(|term| *term == leader.term) {
            others.swap_remove(at);
        }
        if leader.open && leader.term < self.relay.term {
            others.push(leader.term);
        }
        if others.len() >= MOST_ALONE && self.link.is_open() {
            self.relay.role = Role::Crowded;
            self.relay.leader = Some((leader, self.now.mono));
            self.relay.term = self.relay.term.max(leader.term);
            self.out.push(Effect::Close);
            self.join(self.link.stream());
        }
    }

    /// Nobody has answered, or a hidden leader can be replaced.
    pub(super) fn leader_due(&mut self, timer: Timer) {
        let hidden = self.relay.leader.is_some_and(|(leader, _)| leader.hidden);
        if timer == Timer::Join || hidden {
            self.replace();
        }
    }

    /// The tab is seen, or no longer.
    pub(super) fn seen(&mut self) {
        if self.hidden {
            if self.relay.has_no_locks() {
                self.stand_back();
            }
        } else if self.relay.role == Role::Following
            && self.relay.leader.is_none_or(|(leader, _)| leader.hidden)
        {
            self.replace();
        }
    }

    fn stand_back(&mut self) {
        self.pass_on(false);
        self.hang_up();
        self.lose_turn();
        for timer in [Timer::Retry, Timer::Connect, Timer::Watchdog, Timer::Join] {
            self.disarm(timer);
        }
    }

    /// The document may be left: a lock that is held then keeps it out of Firefox's back/forward cache. It may stay,
    /// too, as for a download; until that is known it hears of the stream from whoever leads next.
    pub(super) fn unloading(&mut self) {
        if !matches!(self.relay.role, Role::Following | Role::Leading) {
            return;
        }
        if self.relay.leads() {
            self.out.push(Effect::Close);
        }
        self.relay.role = Role::Following;
        self.out.push(Effect::Unlock);
        // Not by `join`: where nobody leads by then, the lock is not robbed in the middle of leaving.
        self.disarm(Timer::Join);
        self.out.push(Effect::Join(self.link.stream()));
        self.arm(Timer::Stay, self.settings.timing.stay());
    }

    /// It has stayed.
    pub(super) fn stayed_after_all(&mut self) {
        if self.relay.role == Role::Following {
            self.queue(self.link.stream());
        }
    }

    /// No stream is wanted any more.
    pub(super) fn leave_relay(&mut self) {
        if self.relay.role != Role::Resting {
            // Who has the lock next goes on for all; without locks nobody does.
            if self.relay.role == Role::Alone {
                self.pass_on(false);
            }
            self.out.push(Effect::Unlock);
            self.out.push(Effect::Part);
            self.relay = Relay::default();
        }
    }
}
