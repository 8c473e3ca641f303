//! Decides from what is seen of a backend whether it is there, ready, or another one.
//!
//! It knows no process and no socket: looks and answers go in with the time, and what to tell comes
//! out. [`Machine::wants`] says what to find out next.
//!
//! # How a restart is told
//!
//! By the best that there is: the processes that own the listening socket; the listening socket itself,
//! where its owners are hidden; `started_at` in what the URL of `--ready` answers; and where there is
//! nothing else, by a connection that was refused and then accepted.

mod known;
mod ready;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use super::answer::{Answer, Token};
use super::generation::Generation;
use super::owner::{Owners, Proc};
use super::seen::{Seen, Server};
use super::wants::{HEARTBEAT, Ladder, Look, Probe, Wants};

/// A process that ends may leave a socket that nobody seems to own; this often it is looked at again.
const HIDDEN_LOOKS: u8 = 3;

/// How long until the next of these looks.
const HIDDEN_EVERY: Duration = Duration::from_millis(20);

/// When the attached backend is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// It listens, or answers anything.
    Listens,
    /// A URL answers 2xx or 3xx.
    Url,
    /// Other addresses accept.
    Tcp,
}

/// Who listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nobody.
    Nobody,
    /// These processes.
    Known(Owners),
    /// Somebody whose process the system does not show.
    Hidden {
        /// The listening sockets, by the system's number.
        sockets: BTreeSet<u64>,
        /// A forwarder of this name is at work for the port.
        forwarder: Option<String>,
    },
    /// The system does not tell, or it is another machine.
    Untold,
    /// Nobody whom this machine knows, and yet connections are accepted.
    Unseen,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    /// Who listens.
    Looked(Sight),
    /// Nobody else than at the last look.
    Unchanged,
    /// One of the processes that listened has ended.
    Ended,
    /// The answer to the probe that was wanted.
    Answered(Answer),
}

#[derive(Debug)]
enum Phase {
    /// To be looked at; so many connections in a row were accepted although nobody was seen.
    Unclear { accepted: u8 },
    /// Nobody listens.
    Away { since: Duration },
    /// Somebody listens and has not answered as it should.
    Waiting { since: Duration },
    /// It has answered; who it was is looked at once more.
    Confirming {
        token: Token,
        proven: bool,
        again: bool,
    },
    /// The workers are gone, and their master still listens.
    Alone { since: Duration },
    /// It is ready.
    Serving,
}

/// The backend that was last told as ready.
#[derive(Debug, Default)]
struct Last {
    server: Server,
    generation: Generation,
    sockets: BTreeSet<u64>,
    token: Token,
    /// Whether its processes are known, and no forwarder's.
    known: bool,
    /// Whether it says itself that it is one of them, or nothing.
    owner_tells: bool,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Machine {
    asked: Asked,
    now: Duration,
    phase: Phase,
    wants: Wants,
    sight: Sight,
    /// Who is waited for, among the owners.
    candidates: BTreeSet<Proc>,
    forwarded: bool,
    hidden_looks: u8,
    last: Option<Last>,
    gone: bool,
    /// Programs that are known to serve by themselves once they listen.
    trusted: BTreeSet<String>,
    told_forwarded: BTreeSet<Option<String>>,
    out: Vec<Seen>,
}

impl Machine {
    /// Nothing is known yet.
    pub(super) fn new(asked: Asked) -> Self {
        let look = Look {
            at: Duration::ZERO,
            full: true,
        };
        Self {
            asked,
            now: Duration::ZERO,
            phase: Phase::Unclear { accepted: 0 },
            wants: Wants {
                look: Some(look),
                probe: None,
            },
            sight: Sight::Nobody,
            candidates: BTreeSet::new(),
            forwarded: false,
            hidden_looks: 0,
            last: None,
            gone: false,
            trusted: BTreeSet::new(),
            told_forwarded: BTreeSet::new(),
            out: Vec::new(),
        }
    }

    /// What to find out next.
    pub(super) fn wants(&self) -> Wants {
        self.wants
    }

    /// The processes whose end is to be told at once.
    pub(super) fn procs(&self) -> BTreeSet<Proc> {
        match &self.sight {
            Sight::Known(owners) => owners.procs(),
            _ => BTreeSet::new(),
        }
    }

    /// Takes in what was found out, and says what it means.
    pub(super) fn step(&mut self, now: Duration, input: Input) -> Vec<Seen> {
        self.now = now;
        match input {
            Input::Looked(sight) => self.looked(sight),
            Input::Unchanged => self.look_later(),
            Input::Ended => self.look_in(Duration::ZERO, true),
            Input::Answered(answer) => self.answered(answer),
        }
        std::mem::take(&mut self.out)
    }

    fn looked(&mut self, sight: Sight) {
        self.look_later();
        if matches!(sight, Sight::Hidden { .. }) && !matches!(self.sight, Sight::Hidden { .. }) {
            self.hidden_looks += 1;
            if self.hidden_looks < HIDDEN_LOOKS {
                return self.look_in(HIDDEN_EVERY, true);
            }
        }
        self.hidden_looks = 0;
        match sight {
            Sight::Nobody => self.nobody(),
            Sight::Known(owners) => self.known(owners),
            sight => self.unnamed(sight),
        }
    }

    fn nobody(&mut self) {
        match self.phase {
            Phase::Unclear { accepted: 1 } => self.wants.probe = Some((Probe::Connect, self.now)),
            Phase::Unclear { accepted: 2.. } => self.appear(Sight::Unseen, BTreeSet::new()),
            _ => self.lose(),
        }
    }

    /// Somebody listens whose process is not known.
    fn unnamed(&mut self, sight: Sight) {
        let same = match (&self.sight, &sight) {
            (
                Sight::Hidden {
                    sockets: before, ..
                },
                Sight::Hidden { sockets, .. },
            ) => !before.is_disjoint(sockets),
            (before, sight) => before == sight,
        };
        if same && matches!(self.phase, Phase::Serving | Phase::Waiting { .. }) {
            self.sight = sight;
        } else {
            self.appear(sight, BTreeSet::new());
        }
    }

    /// Somebody listens who did not before.
    fn appear(&mut self, sight: Sight, candidates: BTreeSet<Proc>) {
        let (forwarded, name) = known::forwarder(&sight);
        self.forwarded = forwarded;
        self.sight = sight;
        self.candidates = candidates;
        if forwarded {
            self.tell_forwarded(name);
        }
        if self.is_trusted() {
            self.settle(Token::default(), false);
        } else {
            self.wait();
        }
    }

    /// Waits until it answers.
    fn wait(&mut self) {
        if self.last.is_some() {
            self.tell_gone();
        }
        self.phase = Phase::Waiting { since: self.now };
        self.wants.probe = Some((self.probe(), self.now));
        self.look_later();
    }

    /// Nobody is there.
    fn lose(&mut self) {
        if !matches!(self.phase, Phase::Away { .. }) {
            self.phase = Phase::Away { since: self.now };
        }
        self.sight = Sight::Nobody;
        self.wants = Wants {
            look: None,
            probe: Some((Probe::Connect, self.now)),
        };
        self.tell_gone();
    }

    fn tell_gone(&mut self) {
        if !std::mem::replace(&mut self.gone, true) {
            self.out.push(Seen::Gone);
        }
    }

    fn tell_forwarded(&mut self, name: Option<String>) {
        self.forwarded = true;
        if self.asked != Asked::Url && self.told_forwarded.insert(name.clone()) {
            self.out.push(Seen::Forwarded { name });
        }
    }

    fn look_in(&mut self, wait: Duration, full: bool) {
        self.wants.look = Some(Look {
            at: self.now + wait,
            full,
        });
    }

    fn look_later(&mut self) {
        let seen = matches!(self.sight, Sight::Known(_) | Sight::Hidden { .. });
        self.wants.look = match self.phase {
            Phase::Serving | Phase::Waiting { .. } if seen => {
                let changing = self
                    .last
                    .as_ref()
                    .is_some_and(|it| it.generation.is_changing());
                Some(Look {
                    at: self.now + HEARTBEAT,
                    full: changing,
                })
            }
            Phase::Alone { since } => Some(Look {
                at: Ladder::WORKER.next(since, self.now),
                full: false,
            }),
            _ => None,
        };
    }
}
