//! The connection: attempts, time-outs, the watchdog.

mod loss;

use super::input::{Event, Greeting, Stream, Time, Timer};
use super::services::Services;
use super::turn::Stage;
use super::{Effect, Notice, Server, State, Status};

/// An interval above this, in milliseconds, is none: a browser's timers go no further.
const LONGEST_HEARTBEAT: u64 = 3_600_000;

/// So many silent intervals make a stream stale.
const STALE_INTERVALS: u64 = 3;

/// The connection and what is known of its history.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    phase: Phase,
    /// The number of the latest stream.
    stream: Stream,
    /// The ladder of attempts since the connection was lost, or first wanted.
    ladder: Option<Ladder>,
    /// The connection was lost after a stream had delivered an id.
    lost: Option<Loss>,
    /// While no stream says anything: whether a server that was asked for its id has one.
    polled: Option<bool>,
    /// When the stream was asked for, by [`Time::mono`].
    asked_at: u64,
    /// The last proof of life.
    alive_at: Time,
    /// The announced interval of the pings.
    heartbeat: Option<u64>,
    /// The greeting was asked for anew.
    doubted: bool,
    /// Some stream has been opened.
    reached: bool,
    /// The console has been told why none was.
    complained: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Connecting,
    Open(Open),
    Backoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    since: u64,
    /// Something has come in.
    spoke: bool,
    /// An id has come in.
    named: bool,
    /// The server of that id answers, as far as is known.
    ready: bool,
}

#[derive(Clone, Copy, Debug)]
struct Ladder {
    since: u64,
    attempt: u32,
}

#[derive(Clone, Copy, Debug)]
struct Loss {
    /// By the wall clock.
    at: u64,
    /// The server had said so.
    stopped: bool,
}

impl Link {
    /// Whether this is the stream in use.
    pub(super) const fn is(&self, stream: Stream) -> bool {
        self.stream == stream && self.is_attempt()
    }

    /// Whether the server is there and ready, as far as is known.
    pub(super) const fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Open(Open { ready: true, .. }))
            || matches!(self.polled, Some(true))
    }

    /// Whether the stream has told an id, or that there is none.
    pub(super) const fn speaks(&self) -> bool {
        matches!(self.phase, Phase::Open(Open { spoke: true, .. }))
    }

    /// Whether the stream is open, or asked for.
    pub(super) const fn is_attempt(&self) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Open(_))
    }

    /// The number of the latest stream.
    pub(super) const fn stream(&self) -> Stream {
        self.stream
    }

    /// Whether none is wanted.
    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether the server has answered who has asked for its id.
    pub(super) const fn is_polled(&self) -> bool {
        self.polled.is_some()
    }

    /// Takes note that it has answered, and whether it has an id; what was known before.
    pub(super) const fn poll(&mut self, ready: bool) -> Option<bool> {
        self.polled.replace(ready)
    }

    /// Forgets that; what was known before.
    pub(super) const fn unpoll(&mut self) -> Option<bool> {
        self.polled.take()
    }

    /// Whether the stream is open.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Whether the server is there and not ready.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(
            self.phase,
            Phase::Open(Open {
                spoke: true,
                ready: false,
                ..
            })
        ) || matches!(self.polled, Some(false))
    }

    /// Takes note of whether the server that has told its id is ready; whether that is news.
    pub(super) const fn set_ready(&mut self, now: bool) -> bool {
        if let Some(ready) = &mut self.polled {
            return std::mem::replace(ready, now) != now;
        }
        match &mut self.phase {
            Phase::Open(Open {
                named: true, ready, ..
            }) if *ready != now => {
                *ready = now;
                true
            }
            _ => false,
        }
    }

    /// Takes note that the greeting is asked for anew; whether it was before.
    pub(super) const fn doubt(&mut self) -> bool {
        std::mem::replace(&mut self.doubted, true)
    }

    /// When it was asked for and when it was opened, by [`Time::mono`]; where it is not open, `now`.
    pub(super) const fn asked_and_opened(&self, now: u64) -> (u64, u64) {
        match self.phase {
            Phase::Open(open) => (self.asked_at, open.since),
            _ => (self.asked_at, now),
        }
    }

    /// When the connection was lost, by the wall clock.
    pub(super) const fn lost_at(&self) -> Option<u64> {
        match self.lost {
            Some(loss) => Some(loss.at),
            None => None,
        }
    }

    pub(super) const fn forget_loss(&mut self) {
        self.lost = None;
        self.ladder = None;
    }

    pub(super) const fn status(&self) -> Status {
        match (self.phase, self.lost) {
            _ if self.is_waiting() => Status::Waiting,
            _ if self.is_polled() => Status::Polling,
            (Phase::Open(Open { ready: true, .. }), _) => Status::Connected,
            (_, Some(Loss { stopped: true, .. })) => Status::Stopped,
            (_, Some(_)) => Status::Reconnecting,
            (_, None) => Status::Connecting,
        }
    }
}

impl State {
    /// Makes an attempt now, unless a stream is there already.
    pub(super) fn connect(&mut self) {
        if !matches!(self.link.phase, Phase::Idle | Phase::Backoff) || self.stands_back() {
            return;
        }
        self.link.ladder.get_or_insert(Ladder {
            since: self.now.mono,
            attempt: 1,
        });
        self.attempt();
        self.want(self.link.stream);
    }

    pub(super) fn attempt(&mut self) {
        self.link.stream += 1;
        self.link.phase = Phase::Connecting;
        self.link.asked_at = self.now.mono;
        self.disarm(Timer::Retry);
        self.arm(Timer::Connect, self.settings.timing.connect());
        self.wait_for_words();
    }

    /// Closes the stream, if there is one.
    pub(super) fn hang_up(&mut self) {
        if self.link.is_attempt() {
            self.out.push(Effect::Close);
        }
        self.link.phase = Phase::Idle;
    }

    /// This tab's own stream stands.
    pub(super) fn connected(&mut self) {
        self.pass_on(true);
        if self.link.is_open() {
            // It was another tab's until now, and what that one has said still holds, or `hello` says otherwise.
            self.troubles.doubt();
            self.link.alive_at = self.now;
        } else {
            self.opened();
        }
    }

    pub(super) fn opened(&mut self) {
        self.link.phase = Phase::Open(Open {
            since: self.now.mono,
            spoke: false,
            named: false,
            ready: false,
        });
        self.services = Services::default();
        self.troubles.doubt();
        self.link.reached = true;
        self.link.heartbeat = None;
        self.link.alive_at = self.now;
        self.restarts.forget_greeting();
        self.wait_anew();
        self.follow();
    }

    pub(super) fn heard(&mut self, event: Event) {
        if !self.link.is_open() {
            // What another tab passes on stands.
            self.opened();
        }
        self.link.alive_at = self.now;
        self.disarm(Timer::Connect);
        match event {
            Event::Hello(greeting) => self.greeted(greeting),
            Event::Id(id) => {
                self.restarts.note_id();
                self.spoke(true);
                let server = self.named(id);
                self.identified(server, None);
            }
            Event::Phase(doing) => self.phase_changed(doing),
            Event::Change(change) => self.files_changed(&change),
            Event::Problem(problem) => self.troubles.take(problem),
            Event::Ping => self.recovered(),
            Event::Shutdown => self.note_loss(true),
            Event::Done => return self.lose(),
        }
        if let (Some(heartbeat), Phase::Open(_)) = (self.link.heartbeat, self.link.phase) {
            self.arm(Timer::Watchdog, heartbeat * STALE_INTERVALS);
        }
    }

    fn greeted(&mut self, greeting: Greeting) {
        self.link.heartbeat = greeting
            .heartbeat
            .filter(|interval| (1..=LONGEST_HEARTBEAT).contains(interval));
        self.spoke(greeting.id.is_some());
        self.services = Services::new(greeting.phase);
        self.restarts.greet(greeting.may_restart, greeting.refused);
        if self.services.all_ready() {
            self.troubles.believe();
        }
        if let Some(id) = greeting.id {
            let server = Server::new(self.now, id, greeting.id_age, greeting.pid);
            self.known.offered = greeting.revision;
            self.known.greeted_with = greeting.revision;
            self.identified(server, greeting.id_age);
        } else {
            self.not_ready();
        }
    }

    /// The stream has told whether there is an id.
    fn spoke(&mut self, named: bool) {
        if let Phase::Open(open) = &mut self.link.phase {
            (open.spoke, open.named, open.ready) = (true, named, named);
        }
        self.stop_polling();
    }

    /// The server has no id.
    pub(super) fn not_ready(&mut self) {
        // What becomes ready from here on has hardly made this document.
        self.known.outdated = true;
        self.drop_turn();
        self.disarm(Timer::Notice);
        self.show(Notice::Waiting(self.services.doing));
    }

    /// An id has come in: the proof that the connection is whole.
    pub(super) fn identified(&mut self, server: Server, age: Option<u64>) {
        self.disarm(Timer::Notice);
        self.judge(server, age);
        self.swap_again();
        if !self.turn.stage.pends() {
            self.tell_return();
        }
        self.link.lost = None;
        self.services.answer();
    }

    /// The connection is gone; makes the next attempt.
    pub(super) fn lose(&mut self) {
        let lived = match self.link.phase {
            Phase::Open(Open {
                since, named: true, ..
            }) => Some(self.now.mono.saturating_sub(since)),
            _ => None,
        };
        if !self.link.speaks() {
            self.note_silence();
        }
        self.hang_up();
        self.pass_on(false);
        self.disarm(Timer::Connect);
        self.disarm(Timer::Watchdog);
        if !self.link.is_polled() {
            self.lose_turn();
        }
        self.unfollow();
        if let Some(lived) = lived {
            self.note_loss(false);
            self.arm(Timer::Notice, self.settings.timing.notice());
            if lived >= self.settings.timing.life() {
                self.link.ladder = Some(Ladder {
                    since: self.now.mono,
                    attempt: 0,
                });
            }
        }
        self.retry();
    }

    /// Something may have happened while nobody looked: the network is back, the page is seen again.
    pub(super) fn wake(&mut self) {
        if !self.listening() {
            return;
        }
        match self.link.phase {
            Phase::Idle if self.turn.stage == Stage::Leaving => {}
            Phase::Idle | Phase::Backoff => self.connect(),
            Phase::Connecting => {}
            Phase::Open(_) => self.check_life(),
        }
        self.poll_again();
    }

    /// Renews a stream that has been silent for too long; a hidden page leaves it to [`Self::wake`].
    pub(super) fn check_life(&mut self) {
        if self.hidden || !matches!(self.link.phase, Phase::Open(_)) {
            return;
        }
        let mono = self.now.mono.saturating_sub(self.link.alive_at.mono);
        let wall = self.now.wall.saturating_sub(self.link.alive_at.wall);
        let silent = mono.max(wall);
        let timing = &self.settings.timing;
        match self
            .link
            .heartbeat
            .map(|interval| interval * STALE_INTERVALS)
        {
            Some(limit) if silent < limit => {
                self.arm(Timer::Watchdog, limit - silent);
            }
            None if silent < timing.silence() && wall.saturating_sub(mono) < timing.slept() => {}
            _ => self.lose(),
        }
    }
}
