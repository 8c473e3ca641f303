//! What holds for any sequence of inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// What can happen to a document; streams and announcements are numbered from the latest backwards.
#[derive(Clone, Copy, Debug)]
enum Happening {
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
    NotReady(u32),
    Id {
        late: u32,
        id: u8,
    },
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
    Chosen(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let late = || prop_oneof![9 => Just(0_u32), 1 => 1..3_u32];
    prop_oneof![
        3 => (0..40_000_u64).prop_map(Pass),
        6 => any::<prop::sample::Index>().prop_map(Timer),
        6 => late().prop_map(Opened),
        8 => (late(), 0..5_u8, 0..100_000_u64, 0..3_u8, any::<bool>())
            .prop_map(|(late, id, age, revision, heartbeat)| Hello { late, id, age, revision, heartbeat }),
        1 => late().prop_map(NotReady),
        4 => (late(), 0..5_u8).prop_map(|(late, id)| Id { late, id }),
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
        1 => any::<bool>().prop_map(Chosen),
    ]
}

fn modes() -> impl Strategy<Value = Settings> {
    (
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        0..2_u64,
    )
        .prop_map(|(mode, stamped, knock, hidden, delay)| Settings {
            mode: [Mode::Reload, Mode::Event, Mode::Prompt][mode],
            stamp: stamped.then(|| "0".to_owned()),
            knock,
            hidden,
            delay: delay * 100,
            ..settings()
        })
}

/// Plays a sequence and keeps what the properties ask about.
struct Play {
    page: Page,
    stream: u32,
    turn: u32,
}

impl Play {
    fn new(settings: Settings) -> Self {
        let mut play = Self {
            page: Page::new(settings),
            stream: 0,
            turn: 0,
        };
        play.note(&play.page.effects.clone());
        play
    }

    fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Open(stream) => self.stream = *stream,
                Effect::Announce(change) => self.turn = change.turn,
                _ => {}
            }
        }
    }

    /// Long, because it has a line for each happening.
    fn input(&mut self, happening: Happening) -> Option<Input> {
        let stream = |late: u32| self.stream.saturating_sub(late);
        let text = |number: u8| number.to_string();
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
            Happening::Opened(late) => Input::Opened(stream(late)),
            Happening::Hello {
                late,
                id,
                age,
                revision,
                heartbeat,
            } => {
                let revision = (revision > 0).then(|| text(revision));
                Input::Heard(
                    stream(late),
                    Event::Hello(Greeting {
                        id: Some(text(id)),
                        id_age: Some(age),
                        revision,
                        pid: None,
                        heartbeat: heartbeat.then_some(10_000),
                    }),
                )
            }
            Happening::NotReady(late) => {
                Input::Heard(stream(late), Event::Hello(Greeting::default()))
            }
            Happening::Id { late, id } => Input::Heard(stream(late), Event::Id(text(id))),
            Happening::Ping(late) => Input::Heard(stream(late), Event::Ping),
            Happening::Shutdown(late) => Input::Heard(stream(late), Event::Shutdown),
            Happening::Done(late) => Input::Heard(stream(late), Event::Done),
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
            },
            Happening::Settled { late, well } => Input::Settled {
                turn: self.turn.saturating_sub(late),
                outcome: if well { Ok(()) } else { Err("no".to_owned()) },
            },
            Happening::Chosen(reload) => Input::Chosen(if reload {
                Choice::Reload
            } else {
                Choice::Dismiss
            }),
        })
    }

    fn play(&mut self, happening: Happening) -> Vec<Effect> {
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
    fn proceed(&mut self, id: &str) -> bool {
        let inputs = match self.page.state.status() {
            Status::Connecting | Status::Reconnecting | Status::Stopped | Status::Waiting
                if self.page.open.is_some() =>
            {
                vec![
                    Input::Opened(self.stream),
                    Input::Heard(self.stream, Event::Id(id.to_owned())),
                ]
            }
            Status::Connected | Status::Updating => {
                vec![Input::Heard(self.stream, Event::Id(id.to_owned()))]
            }
            Status::Restarted => vec![
                Input::Knocked { answered: true },
                Input::Answered {
                    turn: self.turn,
                    prevented: false,
                    waits: false,
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
            Effect::Announce(change) => change.new.id == id,
            Effect::Reload => true,
            _ => false,
        })
    }
}

/// Whether a toast of this kind may be seen in this state.
fn fits(status: Status, toast: Option<&str>) -> bool {
    let lost = matches!(
        status,
        Status::Connecting | Status::Reconnecting | Status::Stopped
    );
    match toast {
        Some(_) if status == Status::Off => false,
        Some("lost" | "stopped") => lost,
        Some("waiting") => lost || status == Status::Waiting,
        Some("reloading") => matches!(status, Status::Restarted | Status::Reloading),
        Some("updating") => {
            lost || matches!(
                status,
                Status::Restarted | Status::Updating | Status::Away | Status::Waiting
            )
        }
        Some("prompt") => status == Status::Prompt,
        Some("paused") => status == Status::Paused,
        _ => true,
    }
}

/// The same cases in every run, so that what one run finds all find. To look further:
/// `PROPTEST_CASES=150000 PROPTEST_RNG_SEED=$RANDOM cargo test --release -p server-reload-client`.
fn config() -> ProptestConfig {
    let set = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig::default();
    if !set("PROPTEST_CASES") {
        config.cases = 1_000;
    }
    if !set("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(0x5eed);
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(config())]

    /// `Page` itself asserts that no stream is opened beside another.
    #[test]
    fn never_two_streams_and_none_while_off_or_away(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
            if matches!(play.page.state.status(), Status::Off | Status::Away) {
                prop_assert_eq!(play.page.open, None);
                prop_assert_eq!(&play.page.armed, &[]);
            }
        }
    }

    #[test]
    fn off_means_silent(settings in modes(), before in vec(happening(), 0..40), after in vec(happening(), 1..40)) {
        let mut play = Play::new(settings);
        for happening in before {
            play.play(happening);
        }
        play.play(Happening::Enable(false));
        for happening in after {
            if matches!(happening, Happening::Enable(_)) {
                continue;
            }
            let effects = play.play(happening);
            let loud = effects.iter().find(|effect| {
                matches!(
                    effect,
                    Effect::Open(_) | Effect::Arm(..) | Effect::Knock | Effect::Announce(_) | Effect::Reload
                )
            });
            prop_assert_eq!(loud, None, "after {:?}", happening);
        }
    }

    /// Neither a reload nor an announcement without an id, or a revision, other than the document's.
    #[test]
    fn never_an_act_without_news(settings in modes(), same in 0..5_u8, happenings in vec(happening(), 1..80)) {
        let same = same.to_string();
        let mut play = Play::new(Settings { stamp: Some(same.clone()), ..settings });
        for mut happening in happenings {
            match &mut happening {
                Happening::Hello { id, revision, .. } => {
                    *id = same.parse().expect("a number");
                    *revision = 1;
                }
                Happening::Id { id, .. } => *id = same.parse().expect("a number"),
                _ => {}
            }
            let effects = play.play(happening);
            let acts = effects.iter().find(|it| matches!(it, Effect::Reload | Effect::Announce(_) | Effect::Knock));
            prop_assert_eq!(acts, None);
        }
    }

    /// After any past: once the page is seen and on, and every answer comes, a new server's id is
    /// acted upon, asked about, or paused.
    #[test]
    fn never_a_missed_restart(settings in modes(), happenings in vec(happening(), 1..60)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
        }
        play.play(Happening::PageShow);
        play.play(Happening::Hidden(false));
        play.play(Happening::Enable(true));
        let mut settle = |id| (0..60).any(|_| play.proceed(id));
        let acted = settle("first") || settle("news");
        let status = play.page.state.status();
        prop_assert!(
            acted || matches!(status, Status::Prompt | Status::Paused),
            "{:?} after {:?}", status, play.page.effects
        );
    }

    #[test]
    fn the_toast_never_contradicts_the_state(settings in modes(), happenings in vec(happening(), 1..80)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
            let (status, toast) = (play.page.state.status(), play.page.state.toast);
            // The page's listeners answer before anybody can look.
            let answered = play.page.state.turn.stage != Stage::Announced;
            prop_assert!(!answered || fits(status, toast), "{:?} says {:?}", status, toast);
        }
    }

    /// Whoever saves every few hundred milliseconds, with a restart each time, is never paused.
    #[test]
    fn the_loop_guard_never_blocks_fast_saving(
        mode in 0..2_usize,
        gaps in vec(350..1_500_u64, 20..60),
        reconnects in vec(any::<bool>(), 60),
    ) {
        let mode = [Mode::Reload, Mode::Event][mode];
        let mut page = Page::new(Settings { mode, ..settings() });
        let mut server = 0_u32;
        let greet = |page: &mut Page, server: u32| {
            let stream = page.open.expect("a stream is open");
            page.tell(Input::Opened(stream));
            page.tell(Input::Heard(stream, hello(&server.to_string(), 1_000_000)))
        };
        greet(&mut page, server);
        for (gap, reconnect) in gaps.iter().zip(&reconnects) {
            page.pass(*gap);
            server += 1;
            let effects = if *reconnect {
                page.tell(Input::Failed(page.open.expect("a stream is open")));
                if page.open.is_none() {
                    page.tell(Input::Online);
                }
                greet(&mut page, server)
            } else {
                let stream = page.open.expect("a stream is open");
                page.tell(Input::Heard(stream, Event::Id(server.to_string())))
            };
            prop_assert!(
                effects.iter().any(|it| matches!(it, Effect::Announce(_))),
                "server {} was not acted upon: {:?}", server, effects
            );
            if mode == Mode::Reload {
                page = page.reloaded(Settings { mode, ..settings() });
                greet(&mut page, server);
            }
        }
    }

    #[test]
    fn any_text_is_read_as_some_memory(text in ".{0,200}") {
        let memory = Memory::read(&text);
        prop_assert_eq!(Memory::read(&memory.write()), memory);
    }
}
