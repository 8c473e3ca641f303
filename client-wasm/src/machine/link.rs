//! The connection: attempts, time-outs, the watchdog.

use super::input::{Event, Greeting, Stream, Time, Timer};
use super::services::{Services, WAITING};
use super::turn::Stage;
use super::{Effect, Effects, Server, State, Status};
use crate::backoff;
use crate::notice::{Notice, Remark};

/// An attempt that neither opens nor fails for so long is given up, in milliseconds: with all six
/// connections to a host in use a browser keeps silent for ever.
const CONNECT_TIMEOUT: u64 = 5_000;

/// A stream that ended sooner than this was no proof of a healthy server, in milliseconds.
const SHORT_LIFE: u64 = 1_000;

/// An interval above this, in milliseconds, is none: a browser's timers go no further.
const LONGEST_HEARTBEAT: u64 = 3_600_000;

/// So many silent intervals make a stream stale.
const STALE_INTERVALS: u64 = 3;

/// Where no interval was announced, a stream is renewed on waking after so many milliseconds.
const LONG_SILENCE: u64 = 600_000;

/// Where no interval was announced, a stream is renewed on waking when the machine has slept for so
/// many milliseconds: then the wall clock has gone on alone.
const SLEPT: u64 = 5_000;

/// A loss shorter than this is not worth a word, in milliseconds.
pub(super) const NOTICE_AFTER: u64 = 400;

/// Without a single stream for so long the console is told the likely cause, in milliseconds.
const UNREACHED_AFTER: u64 = 2_000;

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
    /// The last proof of life.
    alive_at: Time,
    /// The announced interval of the pings.
    heartbeat: Option<u64>,
    /// Some stream has been opened.
    reached: bool,
    /// The console has been told that none was.
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
        self.stream == stream && matches!(self.phase, Phase::Connecting | Phase::Open(_))
    }

    /// Whether the stream is open and the server behind it ready.
    pub(super) const fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Open(Open { ready: true, .. }))
    }

    /// Whether the stream is open.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Whether the stream is open and the server behind it not ready.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(
            self.phase,
            Phase::Open(Open {
                spoke: true,
                ready: false,
                ..
            })
        )
    }

    /// Takes note of whether the server that has told its id is ready; whether that is news.
    pub(super) const fn set_ready(&mut self, now: bool) -> bool {
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
            (Phase::Open(Open { ready: true, .. }), _) => Status::Connected,
            (Phase::Open(Open { spoke: true, .. }), _) => Status::Waiting,
            (_, Some(Loss { stopped: true, .. })) => Status::Stopped,
            (_, Some(_)) => Status::Reconnecting,
            (_, None) => Status::Connecting,
        }
    }
}

impl State {
    /// Makes an attempt now, unless a stream is there already.
    pub(super) fn connect(&mut self, now: Time, out: &mut Effects) {
        if !matches!(self.link.phase, Phase::Idle | Phase::Backoff) {
            return;
        }
        self.link.ladder.get_or_insert(Ladder {
            since: now.mono,
            attempt: 1,
        });
        self.link.stream += 1;
        self.link.phase = Phase::Connecting;
        out.extend([
            Effect::Disarm(Timer::Retry),
            Effect::Arm(Timer::Connect, CONNECT_TIMEOUT),
            Effect::Open(self.link.stream),
        ]);
    }

    /// Closes the stream, if there is one.
    pub(super) fn hang_up(&mut self, out: &mut Effects) {
        if matches!(self.link.phase, Phase::Connecting | Phase::Open(_)) {
            out.push(Effect::Close);
        }
        self.link.phase = Phase::Idle;
    }

    pub(super) fn opened(&mut self, now: Time, out: &mut Effects) {
        self.link.phase = Phase::Open(Open {
            since: now.mono,
            spoke: false,
            named: false,
            ready: false,
        });
        self.services = Services::default();
        self.troubles.doubt();
        self.link.reached = true;
        self.link.heartbeat = None;
        self.link.alive_at = now;
        self.restarts.forget_greeting();
        self.follow(now, out);
    }

    pub(super) fn heard(&mut self, now: Time, event: Event, out: &mut Effects) {
        self.link.alive_at = now;
        out.push(Effect::Disarm(Timer::Connect));
        match event {
            Event::Hello(greeting) => self.greeted(now, greeting, out),
            Event::Id(id) if id.is_empty() => {}
            Event::Id(id) => {
                self.restarts.note_id();
                let server = self.named(id);
                self.identified(now, server, None, out);
            }
            Event::Phase(doing) => self.phase_changed(now, doing, out),
            Event::Change(change) => self.files_changed(now, change, out),
            Event::Problem(problem) => self.troubles.take(problem),
            Event::Ping => self.recovered(out),
            Event::Shutdown => self.note_loss(now, true),
            Event::Done => return self.lose(now, out),
        }
        if let (Some(heartbeat), Phase::Open(_)) = (self.link.heartbeat, self.link.phase) {
            out.push(Effect::Arm(Timer::Watchdog, heartbeat * STALE_INTERVALS));
        }
    }

    fn greeted(&mut self, now: Time, greeting: Greeting, out: &mut Effects) {
        self.link.heartbeat = greeting
            .heartbeat
            .filter(|interval| (1..=LONGEST_HEARTBEAT).contains(interval));
        if let Phase::Open(open) = &mut self.link.phase {
            (open.spoke, open.named, open.ready) = (true, false, false);
        }
        self.services = Services::new(greeting.phase);
        self.restarts.greet(greeting.token, greeting.refused);
        if self.services.all_ready() {
            self.troubles.believe();
        }
        if let Some(id) = greeting.id {
            let started_at = greeting.id_age.map(|age| now.wall.saturating_sub(age));
            let server = Server {
                id,
                pid: greeting.pid,
                started_at,
            };
            self.known.offered = greeting.revision;
            self.identified(now, server, greeting.id_age, out);
        } else {
            // What becomes ready from here on has hardly made this document.
            self.known.outdated = true;
            self.drop_turn(out);
            out.push(Effect::Disarm(Timer::Notice));
            self.show(Notice::Waiting(self.services.doing), out);
        }
    }

    /// An id has come in: the proof that the connection is whole.
    fn identified(&mut self, now: Time, server: Server, age: Option<u64>, out: &mut Effects) {
        if let Phase::Open(open) = &mut self.link.phase {
            (open.spoke, open.named, open.ready) = (true, true, true);
        }
        out.push(Effect::Disarm(Timer::Notice));
        self.judge(now, server, age, out);
        self.swap_again(out);
        if !self.turn.stage.pends() {
            self.tell_return(out);
        }
        self.link.lost = None;
        self.services.answer();
    }

    /// The connection is gone; makes the next attempt.
    pub(super) fn lose(&mut self, now: Time, out: &mut Effects) {
        let lived = match self.link.phase {
            Phase::Open(Open {
                since, named: true, ..
            }) => Some(now.mono.saturating_sub(since)),
            _ => None,
        };
        self.hang_up(out);
        out.extend([
            Effect::Disarm(Timer::Connect),
            Effect::Disarm(Timer::Watchdog),
        ]);
        self.lose_turn(out);
        self.unfollow(out);
        if let Some(lived) = lived {
            self.note_loss(now, false);
            out.push(Effect::Arm(Timer::Notice, NOTICE_AFTER));
            if lived >= SHORT_LIFE {
                self.link.ladder = Some(Ladder {
                    since: now.mono,
                    attempt: 0,
                });
            }
        }
        self.retry(now, out);
    }

    fn retry(&mut self, now: Time, out: &mut Effects) {
        let chance = self.chance();
        let ladder = self.link.ladder.get_or_insert(Ladder {
            since: now.mono,
            attempt: 1,
        });
        let elapsed = now.mono.saturating_sub(ladder.since);
        let wait = backoff::wait(ladder.attempt, elapsed, self.hidden, chance);
        ladder.attempt = ladder.attempt.saturating_add(1);
        self.link.phase = Phase::Backoff;
        if elapsed >= UNREACHED_AFTER && !self.link.reached && !self.link.complained {
            self.link.complained = true;
            Self::say(out, Remark::Unreached);
        }
        if wait == 0 {
            self.connect(now, out);
        } else {
            out.push(Effect::Arm(Timer::Retry, wait));
        }
    }

    const fn note_loss(&mut self, now: Time, stopped: bool) {
        match &mut self.link.lost {
            Some(loss) => loss.stopped |= stopped,
            None => {
                self.link.lost = Some(Loss {
                    at: now.wall,
                    stopped,
                });
            }
        }
    }

    /// Something may have happened while nobody looked: the network is back, the page is seen again.
    pub(super) fn wake(&mut self, now: Time, out: &mut Effects) {
        if !self.listening() {
            return;
        }
        match self.link.phase {
            Phase::Idle if self.turn.stage == Stage::Leaving => {}
            Phase::Idle | Phase::Backoff => self.connect(now, out),
            Phase::Connecting => {}
            Phase::Open(_) => self.check_life(now, out),
        }
    }

    /// Renews a stream that has been silent for too long; a hidden page leaves it to [`Self::wake`].
    pub(super) fn check_life(&mut self, now: Time, out: &mut Effects) {
        if self.hidden || !matches!(self.link.phase, Phase::Open(_)) {
            return;
        }
        let mono = now.mono.saturating_sub(self.link.alive_at.mono);
        let wall = now.wall.saturating_sub(self.link.alive_at.wall);
        let silent = mono.max(wall);
        match self
            .link
            .heartbeat
            .map(|interval| interval * STALE_INTERVALS)
        {
            Some(limit) if silent < limit => {
                out.push(Effect::Arm(Timer::Watchdog, limit - silent));
            }
            None if silent < LONG_SILENCE && wall.saturating_sub(mono) < SLEPT => {}
            _ => self.lose(now, out),
        }
    }

    pub(super) fn tell_loss(&mut self, out: &mut Effects) {
        match self.link.lost {
            _ if self.link.is_waiting() => self.show(Notice::Waiting(self.services.doing), out),
            Some(Loss { stopped: true, .. }) => self.show(Notice::Stopped, out),
            Some(_) => self.show(Notice::Lost, out),
            None => {}
        }
    }

    pub(super) fn tell_return(&mut self, out: &mut Effects) {
        let of_loss = [Notice::Lost.kind(), Notice::Stopped.kind(), WAITING];
        if !self.toast.is_some_and(|kind| of_loss.contains(&kind)) {
            return;
        }
        if self.link.lost.is_some() {
            self.show(Notice::Back, out);
        } else {
            self.hide(out);
        }
    }
}
