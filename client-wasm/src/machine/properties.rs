//! What holds for any sequence of inputs.
#![allow(clippy::expect_used)]

use proptest::collection::vec;
use proptest::prelude::*;

use super::scenarios::{Page, settings};
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
    left: bool,
}

impl Play {
    fn new(settings: Settings) -> Self {
        let mut play = Self {
            page: Page::new(settings),
            stream: 0,
            turn: 0,
            left: false,
        };
        play.note(&play.page.effects.clone());
        play
    }

    fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Open(stream) => self.stream = *stream,
                Effect::Announce(change) => self.turn = change.turn,
                Effect::Reload => self.left = true,
                _ => {}
            }
        }
    }

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
            Happening::PageShow => Input::PageShow(self.page.memory.clone()),
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

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

    /// After any past, a connection that is left alone ends up compared with the server's id.
    #[test]
    fn never_a_missed_restart(settings in modes(), happenings in vec(happening(), 1..60)) {
        let mut play = Play::new(settings);
        for happening in happenings {
            play.play(happening);
            prop_assume!(!play.left);
        }
        play.play(Happening::PageShow);
        play.play(Happening::Hidden(false));
        play.play(Happening::Enable(false));
        play.play(Happening::Enable(true));
        play.play(Happening::Opened(0));
        let settled = Input::Heard(play.stream, Event::Id("settled".to_owned()));
        play.page.tell_only(settled);
        play.play(Happening::Enable(false));
        play.play(Happening::Enable(true));
        play.play(Happening::Opened(0));
        let news = Input::Heard(play.stream, Event::Id("news".to_owned()));
        play.page.tell_only(news);
        let status = play.page.state.status();
        prop_assert!(
            matches!(status, Status::Restarted | Status::Prompt | Status::Paused),
            "{:?} after {:?}", status, play.page.effects
        );
    }

    /// Whoever saves every few hundred milliseconds, with a restart each time, is never paused.
    #[test]
    fn the_loop_guard_never_blocks_fast_saving(
        mode in 0..2_usize,
        gaps in vec(30..700_u64, 20..60),
        reconnects in vec(any::<bool>(), 60),
    ) {
        let mode = [Mode::Reload, Mode::Event][mode];
        let mut page = Page::new(Settings { mode, ..settings() });
        let mut server = 0_u32;
        let greet = |page: &mut Page, server: u32| {
            let stream = page.open.expect("a stream is open");
            page.tell(Input::Opened(stream));
            page.tell(Input::Heard(stream, super::scenarios::hello(&server.to_string(), 1_000_000)))
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
