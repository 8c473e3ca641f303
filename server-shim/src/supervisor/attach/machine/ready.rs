//! Decisions about answers: is it ready, and is it another one?

use std::time::{Duration, SystemTime};

use super::{
    Answer, Asked, Generation, HEARTBEAT, Ladder, Last, Machine, Phase, Probe, Seen, Sight, Token,
};

/// Two starts that the system or the backend tells in one breath are told apart by this.
const NEXT: Duration = Duration::from_micros(1);

impl Machine {
    /// How to ask whether it is ready.
    pub(super) fn probe(&self) -> Probe {
        match (self.asked, &self.sight) {
            (Asked::Url, _) => Probe::Url,
            (Asked::Tcp, _) => Probe::Tcp,
            (Asked::Listens, Sight::Hidden { .. } | Sight::Untold) if !self.forwarded => {
                Probe::Knock
            }
            (Asked::Listens, _) => Probe::Head,
        }
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        let Some((probe, _)) = self.wants.probe.take() else {
            return;
        };
        match self.phase {
            Phase::Away { since } => self.knocked(answer == Answer::Open, 0, since),
            Phase::Unclear { accepted } => {
                self.knocked(answer == Answer::Open, accepted, self.now);
            }
            Phase::Waiting { since } => self.waited(probe, answer, since),
            Phase::Alone { .. } => self.answered_alone(probe, answer),
            Phase::Serving => self.polled(probe, answer),
            Phase::Confirming { .. } => {}
        }
    }

    fn knocked(&mut self, accepted: bool, before: u8, since: Duration) {
        if accepted {
            self.phase = Phase::Unclear {
                accepted: before + 1,
            };
            self.look_in(Duration::ZERO, true);
        } else {
            self.phase = Phase::Away { since };
            self.wants.probe = Some((Probe::Connect, Ladder::CONNECT.next(since, self.now)));
            self.tell_gone();
        }
    }

    fn waited(&mut self, probe: Probe, answer: Answer, since: Duration) {
        match (probe, answer) {
            (
                Probe::Url,
                Answer::Http {
                    status: 200..400,
                    token,
                },
            ) => self.ready(token, true),
            (Probe::Tcp | Probe::Knock, Answer::Open) => self.ready(Token::default(), false),
            (Probe::Head, Answer::Http { .. } | Answer::Bytes) => {
                self.ready(Token::default(), true);
            }
            // It listens, and that is all that was asked for; a master would listen without a worker.
            (Probe::Head, Answer::Silent) if self.listens_itself() => {
                self.ready(Token::default(), false);
            }
            // TLS closes on plain HTTP; a forwarder closes unasked.
            (Probe::Head, Answer::Closed) if !self.forwarded => self.ask(Probe::Knock, self.now),
            (Probe::Knock, Answer::Closed) => {
                self.tell_forwarded(None);
                self.ask(Probe::Head, Ladder::ASK.next(since, self.now));
            }
            (_, Answer::Refused) if matches!(self.sight, Sight::Untold | Sight::Unseen) => {
                self.lose();
            }
            (_, answer) => {
                if answer == Answer::Refused {
                    self.look_in(Duration::ZERO, false);
                }
                self.ask(self.probe(), Ladder::ASK.next(since, self.now));
            }
        }
    }

    fn ask(&mut self, probe: Probe, at: Duration) {
        self.wants.probe = Some((probe, at));
    }

    fn listens_itself(&self) -> bool {
        match &self.sight {
            Sight::Known(owners) => !self.forwarded && owners.masters().is_empty(),
            _ => false,
        }
    }

    fn answered_alone(&mut self, probe: Probe, answer: Answer) {
        match (probe, answer) {
            (
                Probe::Url,
                Answer::Http {
                    status: 200..400,
                    token,
                },
            ) => self.ready(token, true),
            (Probe::Head, Answer::Http { .. } | Answer::Bytes) => {
                self.ready(Token::default(), true);
            }
            _ => {}
        }
    }

    /// The answer to a regular question. A slow answer, or a page that fails, is no restart: the
    /// backend may stand at a breakpoint.
    fn polled(&mut self, probe: Probe, answer: Answer) {
        let blind = matches!(self.sight, Sight::Untold | Sight::Unseen);
        match answer {
            Answer::Refused if blind => self.lose(),
            Answer::Refused | Answer::Closed if probe != Probe::Connect => self.wait(),
            Answer::Http {
                status: 502..=504, ..
            } => self.wait(),
            Answer::Http {
                status: 200..400,
                token,
            } => {
                let last = self.last.as_ref();
                if last.is_some_and(|last| last.token.differs(&token)) {
                    return self.settle(token, false);
                }
                self.poll_later();
            }
            _ => self.poll_later(),
        }
    }

    /// Who listens may say nothing about the backend; then it is asked, once a second.
    fn poll_later(&mut self) {
        let Some(last) = &self.last else { return };
        let speaks = !last.token.is_empty();
        let url = self.asked == Asked::Url
            && match self.sight {
                Sight::Known(_) => !last.owner_tells,
                Sight::Hidden { .. } => self.forwarded || speaks,
                Sight::Untold => speaks,
                Sight::Unseen => true,
                Sight::Nobody => false,
            };
        let connect = matches!(self.sight, Sight::Untold | Sight::Unseen);
        let probe = if url {
            Some(Probe::Url)
        } else {
            connect.then_some(Probe::Connect)
        };
        self.wants.probe = probe.map(|probe| (probe, self.now + HEARTBEAT));
    }

    /// It is ready: says whether it is another one.
    pub(super) fn settle(&mut self, token: Token, proven: bool) {
        if proven {
            self.trust();
        }
        let mut new = self.served(token, proven);
        let before = self.last.take();
        let away = std::mem::replace(&mut self.gone, false);
        match before {
            Some(last) if is_same(&last, &new) => {
                new.server.started = last.server.started;
                if away {
                    self.out.push(Seen::Up(new.server.clone()));
                }
            }
            Some(last) => {
                if new.server.started == last.server.started {
                    new.server.started = new.server.started.map(|it| it + NEXT);
                }
                let (server, before) = (new.server.clone(), last.server.pid);
                self.out.push(Seen::Restarted { server, before });
            }
            None => self.out.push(Seen::Up(new.server.clone())),
        }
        self.last = Some(new);
        self.phase = Phase::Serving;
        self.look_later();
        self.poll_later();
    }

    /// Who serves now.
    fn served(&self, token: Token, proven: bool) -> Last {
        let mut last = Last::default();
        match &self.sight {
            Sight::Known(owners) => {
                let members = self.candidates.clone();
                last.generation = Generation::new(members, owners, proven);
                last.server.pids = owners.pids().into_iter().collect();
                last.known = !self.forwarded;
                last.owner_tells = last.known && owner_tells(&token, &last.server.pids);
            }
            Sight::Hidden { sockets, .. } if !self.forwarded => last.sockets.clone_from(sockets),
            _ => {}
        }
        let oldest = if self.forwarded {
            None
        } else {
            last.generation.first()
        };
        last.server.pid = token.pid.or(oldest.map(|proc| proc.pid));
        last.server.started = self.started(&token, last.server.pid);
        last.token = token;
        last
    }

    /// The start of this process by the system, unless only the backend itself tells which it is.
    fn started(&self, token: &Token, pid: Option<u32>) -> Option<SystemTime> {
        let Sight::Known(owners) = &self.sight else {
            return token.started();
        };
        let started = owners.started();
        let of = |pid: u32| started.iter().find(|it| it.0.pid == pid).map(|it| *it.1);
        let named = token.pid.and_then(of);
        named
            .or_else(|| token.started())
            .or_else(|| pid.and_then(of))
    }
}

/// Whether the owners are the backend: its own words must not speak of a process elsewhere.
fn owner_tells(token: &Token, owners: &[u32]) -> bool {
    match token.pid {
        Some(pid) => owners.contains(&pid),
        None => token.started_at.is_none(),
    }
}

/// Whether the same process serves as before.
fn is_same(before: &Last, now: &Last) -> bool {
    if before.token.differs(&now.token) {
        return false;
    }
    let says_so = before.token.started_at.is_some() && now.token.started_at.is_some();
    if before.known && now.known {
        let told = says_so || before.owner_tells && now.owner_tells;
        return told && before.generation.overlaps(&now.generation);
    }
    says_so || !before.sockets.is_disjoint(&now.sockets)
}
