//! What the machine does, story by story, and what holds for any sequence of inputs.
#![allow(clippy::expect_used)]

mod acts;
mod connection;
mod files;
mod guard;
mod play;
mod poll;
mod properties;
mod relay;
mod restarts;
mod services;
mod troubles;
mod verdicts;
mod words;

use std::cell::RefCell;

use super::*;
use crate::name::Name;

thread_local! {
    /// The texts of this test, in the order of their names.
    static TEXTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The name of a text.
fn name(text: &str) -> Name {
    TEXTS.with_borrow_mut(|texts| {
        let at = texts.iter().position(|it| it == text).unwrap_or_else(|| {
            texts.push(text.to_owned());
            texts.len() - 1
        });
        let number = u32::try_from(at + 1).expect("a small number");
        Name::new(number).expect("names begin at 1")
    })
}

/// The text of a name.
fn text(name: Name) -> String {
    TEXTS.with_borrow(|texts| texts[name.get() as usize - 1].clone())
}

/// A reason that the server gives.
fn said(text: &str) -> Why {
    Why::Said(name(text))
}

/// What toasts of this kind are called.
const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Lost => "lost",
        Kind::Stopped => "stopped",
        Kind::Waiting => "waiting",
        Kind::Back => "back",
        Kind::Reloading => "reloading",
        Kind::Reloaded => "reloaded",
        Kind::Updating => "updating",
        Kind::Updated => "updated",
        Kind::Told => "told",
        Kind::Styles => "styles",
        Kind::Failed => "failed",
        Kind::Prompt => "prompt",
        Kind::Workers => "workers",
        Kind::Paused => "paused",
        Kind::Restarting => "restarting",
        Kind::Restarted => "restarted",
        Kind::Unrestarted => "unrestarted",
        Kind::Cancelled => "cancelled",
        Kind::Refused => "refused",
    }
}

/// A document with its machine, its clock and what it was told to do.
struct Page {
    state: State,
    now: Time,
    effects: Vec<Effect>,
    memory: Vec<f64>,
    open: Option<Stream>,
    armed: Vec<(Timer, u64)>,
}

fn settings() -> Settings {
    Settings {
        enabled: true,
        born: 20,
        seed: 7,
        patience: 30_000,
        ..Settings::default()
    }
}

impl Page {
    fn new(settings: Settings) -> Self {
        let mut page = Self {
            memory: settings.memory.clone(),
            state: State::new(settings),
            now: Time {
                mono: 50,
                wall: 1_000_000_050,
            },
            effects: Vec::new(),
            open: None,
            armed: Vec::new(),
        };
        page.tell(Input::Start);
        page
    }

    /// The next document of the tab, after a reload.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a document has settings of its own"
    )]
    fn reloaded(&self, settings: Settings) -> Self {
        let mut page = Self {
            state: State::new(Settings {
                memory: self.memory.clone(),
                ..settings
            }),
            now: Time {
                mono: 50,
                wall: self.now.wall + 60,
            },
            effects: Vec::new(),
            memory: self.memory.clone(),
            open: None,
            armed: Vec::new(),
        };
        page.tell(Input::Start);
        page
    }

    /// Tells the machine; a page without listeners answers announcements.
    fn tell(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.tell_only(input);
        let announced = effects.iter().find_map(|effect| match effect {
            Effect::Announce(change) => Some(change.turn),
            _ => None,
        });
        match announced {
            Some(turn) => {
                let mut effects = effects;
                effects.extend(self.tell(Input::Answered {
                    turn,
                    prevented: false,
                    waits: false,
                    careful: false,
                }));
                effects
            }
            None => effects,
        }
    }

    fn tell_only(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = self.state.step(self.now, input);
        // The only tab of its origin has the lock for the asking.
        if effects.contains(&Effect::Lock { rob: false }) {
            effects.extend(self.state.step(self.now, Input::Lock(Lock::Got)));
        }
        for effect in &effects {
            match effect {
                Effect::Open(stream) => {
                    assert_eq!(self.open, None, "two streams are open: {effects:?}");
                    self.open = Some(*stream);
                }
                Effect::Close => self.open = None,
                Effect::Arm(timer, ms) => {
                    self.armed.retain(|(armed, _)| armed != timer);
                    self.armed.push((*timer, self.now.mono + ms));
                }
                Effect::Disarm(timer) => self.armed.retain(|(armed, _)| armed != timer),
                Effect::Remember(memory) => self.memory.clone_from(memory),
                _ => {}
            }
        }
        self.effects.extend(effects.iter().cloned());
        effects
    }

    fn pass(&mut self, ms: u64) {
        self.now.mono += ms;
        self.now.wall += ms;
    }

    /// Lets time pass until the next timer, and tells of it.
    fn next_timer(&mut self) -> Vec<Effect> {
        self.armed.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let (timer, at) = self.armed.pop().expect("some timer runs");
        self.pass(at - self.now.mono);
        self.tell(Input::Due(timer))
    }

    fn due(&mut self, timer: Timer) -> Vec<Effect> {
        let at = self
            .armed
            .iter()
            .find(|(armed, _)| *armed == timer)
            .map(|(_, at)| *at);
        let at = at.unwrap_or_else(|| panic!("{timer:?} is not armed: {:?}", self.armed));
        self.armed.retain(|(armed, _)| *armed != timer);
        self.pass(at - self.now.mono);
        self.tell(Input::Due(timer))
    }

    fn stream(&self) -> Stream {
        self.open.expect("a stream is open")
    }

    fn opened(&mut self) -> Vec<Effect> {
        self.tell(Input::Opened(self.stream()))
    }

    fn hear(&mut self, event: Event) -> Vec<Effect> {
        self.tell(Input::Heard(self.stream(), event))
    }

    /// The stream opens with a full greeting of a server that is `age` old.
    fn greeted(&mut self, id: &str, age: u64) -> Vec<Effect> {
        self.opened();
        self.hear(hello(id, age))
    }

    fn answer(&mut self, turn: u32, prevented: bool, waits: bool) -> Vec<Effect> {
        self.tell(Input::Answered {
            turn,
            prevented,
            waits,
            careful: false,
        })
    }

    fn settle(&mut self, turn: u32, outcome: Result<(), &str>) -> Vec<Effect> {
        let error = outcome.err().map(name);
        self.tell(Input::Settled { turn, error })
    }

    fn fail(&mut self) -> Vec<Effect> {
        self.tell(Input::Failed(self.stream()))
    }

    fn status(&self) -> Status {
        self.state.status()
    }
}

fn hello(id: &str, age: u64) -> Event {
    Event::Hello(Greeting {
        id: Some(name(id)),
        id_age: Some(age),
        revision: None,
        pid: id.bytes().last().map(u32::from),
        heartbeat: Some(10_000),
        phase: Some(Phase::Ready),
        may_restart: true,
        refused: None,
    })
}

/// A greeting without an id.
fn not_ready(phase: Phase) -> Event {
    Event::Hello(Greeting {
        phase: Some(phase),
        ..Greeting::default()
    })
}

/// The service `app` does something else.
fn phase(phase: Phase) -> Event {
    phase_of("app", phase)
}

fn phase_of(service: &str, phase: Phase) -> Event {
    Event::Phase(Doing {
        service: name(service),
        phase,
        pid: None,
        op_id: None,
    })
}

fn problem(service: &str, what: &str) -> Problem {
    Problem {
        service: name(service),
        what: name(what),
    }
}

fn revised(id: &str, revision: &str) -> Event {
    Event::Hello(Greeting {
        id: Some(name(id)),
        revision: Some(name(revision)),
        ..Greeting::default()
    })
}

fn id(id: &str) -> Event {
    Event::Id(name(id))
}

fn reloads(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|effect| **effect == Effect::Reload)
        .count()
}

fn shown(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Show(notice) => Some(word(notice.kind())),
            _ => None,
        })
        .collect()
}

fn shown_again(memory: Vec<f64>) -> Input {
    Input::PageShow {
        memory,
        enabled: None,
    }
}

fn stamped(stamp: &str) -> Settings {
    Settings {
        stamp: Some(name(stamp)),
        ..settings()
    }
}

fn in_mode(mode: Mode) -> Settings {
    Settings { mode, ..settings() }
}

fn knocking() -> Settings {
    Settings {
        knock: true,
        ..settings()
    }
}
