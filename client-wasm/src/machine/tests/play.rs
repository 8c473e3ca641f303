//! A page to which anything can happen, in any order.

use super::*;
use proptest::prelude::*;

/// What can happen to a document; streams and announcements are numbered from the latest backwards.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happening {
    Pass(u64),
    Timer(prop::sample::Index),
    Opened(u32),
    Hello {
        late: u32,
        id: u8,
        age: u64,
        revision: u8,
        heartbeat: bool,
    },
    NotReady {
        late: u32,
        phase: Option<Phase>,
    },
    Id {
        late: u32,
        id: u8,
    },
    Phase {
        late: u32,
        service: u8,
        phase: Phase,
    },
    Change {
        late: u32,
        kind: ChangeKind,
        revision: u8,
    },
    Problem {
        late: u32,
        service: u8,
        what: u8,
    },
    Swapped,
    Ping(u32),
    Shutdown(u32),
    Done(u32),
    Failed(u32),
    Enable(bool),
    Hidden(bool),
    Online,
    PageHide,
    PageShow,
    Knocked(bool),
    Answered {
        late: u32,
        prevented: bool,
        waits: bool,
    },
    Settled {
        late: u32,
        well: bool,
    },
    Chosen(Choice),
    Restart(u8),
    Accepted {
        late: u32,
        op: u8,
    },
    Refused {
        late: u32,
        status: Option<u32>,
    },
    Operated {
        late: u32,
        what: u8,
    },
    Health {
        id: Option<u8>,
        age: u64,
        revision: u8,
    },
    Unreachable,
}

fn phase() -> impl Strategy<Value = Phase> {
    prop::sample::select(Phase::ALL)
}

pub(super) fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let late = || prop_oneof![9 => Just(0_u32), 1 => 1..3_u32];
    prop_oneof![
        3 => (0..40_000_u64).prop_map(Pass),
        6 => any::<prop::sample::Index>().prop_map(Timer),
        6 => late().prop_map(Opened),
        8 => (late(), 0..5_u8, 0..100_000_u64, 0..3_u8, any::<bool>())
            .prop_map(|(late, id, age, revision, heartbeat)| Hello { late, id, age, revision, heartbeat }),
        1 => (late(), prop::option::of(phase())).prop_map(|(late, phase)| NotReady { late, phase }),
        4 => (late(), 0..5_u8).prop_map(|(late, id)| Id { late, id }),
        6 => (late(), 0..2_u8, phase())
            .prop_map(|(late, service, phase)| Phase { late, service, phase }),
        3 => (late(), prop::sample::select(ChangeKind::ALL), 0..3_u8)
            .prop_map(|(late, kind, revision)| Change { late, kind, revision }),
        3 => (late(), 0..2_u8, 0..2_u8)
            .prop_map(|(late, service, what)| Problem { late, service, what }),
        1 => Just(Swapped),
        2 => late().prop_map(Ping),
        1 => late().prop_map(Shutdown),
        1 => late().prop_map(Done),
        4 => late().prop_map(Failed),
        1 => any::<bool>().prop_map(Enable),
        1 => any::<bool>().prop_map(Hidden),
        1 => Just(Online),
        1 => Just(PageHide),
        1 => Just(PageShow),
        2 => any::<bool>().prop_map(Knocked),
        5 => (late(), any::<bool>(), any::<bool>())
            .prop_map(|(late, prevented, waits)| Answered { late, prevented, waits }),
        2 => (late(), any::<bool>()).prop_map(|(late, well)| Settled { late, well }),
        1 => prop::sample::select(&[Choice::Reload, Choice::Dismiss, Choice::Close][..])
            .prop_map(Chosen),
        4 => (0..3_u8).prop_map(Restart),
        4 => (late(), 0..2_u8).prop_map(|(late, op)| Accepted { late, op }),
        1 => (late(), prop::sample::select(&[None, Some(403), Some(404), Some(429)][..]))
            .prop_map(|(late, status)| Refused { late, status }),
        4 => (prop::option::of(0..5_u8), 0..100_000_u64, 0..3_u8)
            .prop_map(|(id, age, revision)| Health { id, age, revision }),
        1 => Just(Unreachable),
        6 => (late(), 0..7_u8).prop_map(|(late, what)| Operated { late, what }),
    ]
}

pub(super) fn modes() -> impl Strategy<Value = Settings> {
    (
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        0..2_u64,
    )
        .prop_map(|(mode, stamped, knock, hidden, delay)| Settings {
            mode: [Mode::Reload, Mode::Event, Mode::Prompt][mode],
            stamp: stamped.then(|| name("0")),
            knock,
            hidden,
            delay: delay * 100,
            ..settings()
        })
}

/// The event of a stream that this is, and of which one.
fn event(happening: &Happening) -> Option<(u32, Event)> {
    let of = |number: u8| name(&number.to_string());
    let digits = |number: u8| number.to_string();
    let revision = |number: u8| (number > 0).then(|| of(number));
    Some(match *happening {
        Happening::Hello {
            late,
            id,
            age,
            revision: files,
            heartbeat,
        } => {
            let greeting = Greeting {
                id: Some(of(id)),
                id_age: Some(age),
                revision: revision(files),
                heartbeat: heartbeat.then_some(10_000),
                may_restart: age % 4 > 0,
                ..Greeting::default()
            };
            (late, Event::Hello(greeting))
        }
        Happening::NotReady { late, phase } => {
            let greeting = Greeting {
                phase,
                ..Greeting::default()
            };
            (late, Event::Hello(greeting))
        }
        Happening::Id { late, id } => (late, Event::Id(of(id))),
        Happening::Phase {
            late,
            service,
            phase,
        } => (late, phase_of(&digits(service), phase)),
        Happening::Change {
            late,
            kind,
            revision: files,
        } => {
            let change = Changed {
                kind,
                paths: vec![name("/a")],
                revision: revision(files),
            };
            (late, Event::Change(change))
        }
        Happening::Problem {
            late,
            service,
            what,
        } => (
            late,
            Event::Problem(problem(&digits(service), &digits(what))),
        ),
        Happening::Ping(late) => (late, Event::Ping),
        Happening::Shutdown(late) => (late, Event::Shutdown),
        Happening::Done(late) => (late, Event::Done),
        _ => return None,
    })
}

/// Plays a sequence and keeps what the properties ask about.
pub(super) struct Play {
    pub(super) page: Page,
    stream: u32,
    /// The last stream that was opened.
    opened: u32,
    turn: u32,
    run: Run,
    pub(super) call: Call,
}

impl Play {
    pub(super) fn new(settings: Settings) -> Self {
        let mut play = Self {
            page: Page::new(settings),
            stream: 0,
            opened: 0,
            turn: 0,
            run: 0,
            call: 0,
        };
        play.note(&play.page.effects.clone());
        play
    }

    pub(super) fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Open(stream) => self.stream = *stream,
                Effect::Announce(change) => self.turn = change.turn,
                Effect::Request(request) => self.run = request.run,
                _ => {}
            }
        }
    }

    /// What happens to a restart; each is asked for by a call of its own.
    fn restart(&mut self, happening: &Happening) -> Option<Input> {
        let run = |late: u32| self.run.saturating_sub(late);
        Some(match *happening {
            Happening::Restart(service) => {
                self.call += 1;
                Input::Restart(Ask {
                    op_id: name(&format!("asked-{}", self.call)),
                    call: Some(self.call),
                    service: (service > 0).then(|| name(&service.to_string())),
                    confirm: Confirm::Off,
                })
            }
            Happening::Accepted { late, op } => Input::Accepted(run(late), name(&op.to_string())),
            Happening::Refused { late, status } => {
                let why = said("no");
                Input::Refused(run(late), Refusal { status, why })
            }
            Happening::Operated { late, what } => {
                Input::Operated(run(late), restarts::operated_by_number(what))
            }
            _ => return None,
        })
    }

    fn input(&mut self, happening: Happening) -> Option<Input> {
        if let Some(input) = self.restart(&happening) {
            return Some(input);
        }
        let stream = |late: u32| self.stream.saturating_sub(late);
        if let Some((late, event)) = event(&happening) {
            return Some(Input::Heard(stream(late), event));
        }
        Some(match happening {
            Happening::Pass(ms) => {
                self.page.pass(ms);
                return None;
            }
            Happening::Timer(index) => {
                if self.page.armed.is_empty() {
                    return None;
                }
                let (timer, at) = self.page.armed.remove(index.index(self.page.armed.len()));
                self.page.pass(at.saturating_sub(self.page.now.mono));
                Input::Due(timer)
            }
            Happening::Opened(0) => {
                self.open();
                return None;
            }
            Happening::Opened(late) => Input::Opened(stream(late)),
            Happening::Failed(late) => Input::Failed(stream(late)),
            Happening::Enable(on) => Input::Enable { on, here: true },
            Happening::Hidden(hidden) => Input::Visibility { hidden },
            Happening::Online => Input::Online,
            Happening::PageHide => Input::PageHide,
            Happening::PageShow => shown_again(self.page.memory.clone()),
            Happening::Knocked(answered) => Input::Knocked { answered },
            Happening::Answered {
                late,
                prevented,
                waits,
            } => Input::Answered {
                turn: self.turn.saturating_sub(late),
                prevented,
                waits,
                careful: false,
            },
            Happening::Settled { late, well } => Input::Settled {
                turn: self.turn.saturating_sub(late),
                error: (!well).then(|| name("no")),
            },
            Happening::Health { id, age, revision } => Input::Health(Some(Health {
                id: id.map(|id| name(&id.to_string())),
                id_age: Some(age),
                revision: (revision > 0).then(|| name(&revision.to_string())),
                pid: None,
            })),
            Happening::Unreachable => Input::Health(None),
            Happening::Swapped => Input::Swapped,
            Happening::Chosen(choice) => Input::Chosen(choice),
            _ => return None,
        })
    }

    /// Whether this is an event of the stream in use.
    pub(super) fn hears(&self, happening: &Happening) -> bool {
        let late = event(happening).map(|(late, _)| self.stream.saturating_sub(late));
        late.is_some_and(|stream| self.page.state.link.is(stream))
    }

    /// The stream in use is opened; a browser says so once, before it says anything else.
    fn open(&mut self) {
        if self.opened != self.stream {
            self.opened = self.stream;
            self.page.tell_only(Input::Opened(self.stream));
        }
    }

    pub(super) fn play(&mut self, happening: Happening) -> Vec<Effect> {
        if self.hears(&happening) {
            self.open();
        }
        let Some(input) = self.input(happening) else {
            return Vec::new();
        };
        let effects = self.page.tell_only(input);
        self.note(&effects);
        effects
    }
}

impl Play {
    /// The next thing that happens to a page that is left alone, with a server of the id `id`;
    /// whether it acts upon that.
    pub(super) fn proceed(&mut self, id: &str) -> bool {
        let inputs = match self.page.state.status() {
            Status::Connecting
            | Status::Reconnecting
            | Status::Stopped
            | Status::Waiting
            | Status::Polling
                if self.page.open.is_some() =>
            {
                self.open();
                vec![Input::Heard(self.stream, Event::Id(name(id)))]
            }
            _ if self.page.state.poll.asked && self.page.open.is_none() => {
                let health = Health {
                    id: Some(name(id)),
                    ..Health::default()
                };
                vec![Input::Health(Some(health))]
            }
            Status::Connected | Status::Updating => {
                vec![Input::Heard(self.stream, Event::Id(name(id)))]
            }
            Status::Restarted => vec![
                Input::Knocked { answered: true },
                Input::Answered {
                    turn: self.turn,
                    prevented: false,
                    waits: false,
                    careful: false,
                },
            ],
            _ => Vec::new(),
        };
        let mut effects = Vec::new();
        for input in inputs {
            effects.extend(self.page.tell_only(input));
        }
        if effects.is_empty() && !self.page.armed.is_empty() {
            self.page.armed.sort_by_key(|(_, at)| *at);
            let (timer, at) = self.page.armed.remove(0);
            self.page.pass(at.saturating_sub(self.page.now.mono));
            effects.extend(self.page.tell_only(Input::Due(timer)));
        }
        self.note(&effects);
        effects.iter().any(|effect| match effect {
            Effect::Announce(change) => change.new.id == name(id),
            Effect::Reload => true,
            _ => false,
        })
    }
}
