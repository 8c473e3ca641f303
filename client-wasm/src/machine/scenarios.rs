//! What the machine does, story by story.
#![allow(clippy::expect_used)]

use super::*;
use crate::config::Mode;

/// A document with its machine, its clock and what it was told to do.
pub(super) struct Page {
    pub(super) state: State,
    pub(super) now: Time,
    pub(super) effects: Vec<Effect>,
    pub(super) memory: Option<String>,
    pub(super) open: Option<Stream>,
    pub(super) armed: Vec<(Timer, u64)>,
}

pub(super) fn settings() -> Settings {
    Settings {
        enabled: true,
        born: 20,
        seed: 7,
        ..Settings::default()
    }
}

impl Page {
    pub(super) fn new(settings: Settings) -> Self {
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
    pub(super) fn reloaded(&self, settings: Settings) -> Self {
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
    pub(super) fn tell(&mut self, input: Input) -> Vec<Effect> {
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
                }));
                effects
            }
            None => effects,
        }
    }

    pub(super) fn tell_only(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.state.step(self.now, input);
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
                Effect::Remember(memory) => self.memory = Some(memory.clone()),
                _ => {}
            }
        }
        self.effects.extend(effects.iter().cloned());
        effects
    }

    pub(super) fn pass(&mut self, ms: u64) {
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

    fn fail(&mut self) -> Vec<Effect> {
        self.tell(Input::Failed(self.stream()))
    }

    fn status(&self) -> Status {
        self.state.status()
    }
}

pub(super) fn hello(id: &str, age: u64) -> Event {
    Event::Hello(Greeting {
        id: Some(id.to_owned()),
        id_age: Some(age),
        revision: None,
        pid: id.bytes().last().map(u32::from),
        heartbeat: Some(10_000),
    })
}

fn revised(id: &str, revision: &str) -> Event {
    Event::Hello(Greeting {
        id: Some(id.to_owned()),
        revision: Some(revision.to_owned()),
        ..Greeting::default()
    })
}

fn id(id: &str) -> Event {
    Event::Id(id.to_owned())
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
            Effect::Show(notice) => Some(notice.kind()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_restart_on_the_same_address_reloads_once() {
    let mut page = Page::new(settings());
    assert_eq!(page.status(), Status::Connecting);
    page.greeted("a", 60_000);
    assert_eq!(page.status(), Status::Connected);
    page.pass(5_000);
    let lost = page.fail();
    assert!(
        matches!(
            lost.as_slice(),
            [
                ..,
                Effect::Open(_),
                Effect::Status {
                    now: Status::Reconnecting,
                    ..
                }
            ]
        ),
        "{lost:?}"
    );
    let effects = page.greeted("b", 3);
    assert_eq!(reloads(&effects), 1);
    assert_eq!(page.open, None, "the stream is closed before the reload");
    assert_eq!(page.status(), Status::Reloading);
}

#[test]
fn the_next_document_tells_what_happened() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(5_000);
    page.fail();
    page.pass(700);
    page.greeted("b", 3);
    let mut next = page.reloaded(settings());
    assert_eq!(shown(&next.effects), ["reloaded"]);
    let told = format!("{:?}", next.effects);
    assert!(told.contains("pids: Some((97, 98))"), "{told}");
    assert!(told.contains("took: Some(760)"), "{told}");
    assert_eq!(reloads(&next.greeted("b", 800)), 0);
    assert_eq!(
        shown(&next.reloaded(settings()).effects),
        [""; 0],
        "told once"
    );
}

#[test]
fn a_broken_connection_with_the_same_id_does_nothing() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    for _ in 0..5 {
        page.pass(2_000);
        page.fail();
        let effects = page.greeted("a", 70_000);
        assert_eq!(reloads(&effects), 0);
        assert_eq!(page.status(), Status::Connected);
    }
}

#[test]
fn a_server_younger_than_the_document_has_not_made_it() {
    let mut page = Page::new(settings());
    page.pass(200);
    let effects = page.greeted("b", 100);
    assert_eq!(
        reloads(&effects),
        1,
        "the document began 230 ms ago, the server 100 ms ago"
    );
    let mut next = page.reloaded(settings());
    next.pass(500);
    assert_eq!(
        reloads(&next.greeted("b", 400)),
        0,
        "this one was asked for after its server was seen"
    );
}

#[test]
fn a_plain_endpoint_sends_its_id_alone() {
    let mut page = Page::new(settings());
    page.opened();
    page.hear(id("a"));
    assert_eq!(page.status(), Status::Connected);
    page.pass(2_000);
    page.fail();
    page.opened();
    assert_eq!(reloads(&page.hear(id("b"))), 1);
}

#[test]
fn an_id_on_a_live_stream_counts() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    assert_eq!(reloads(&page.hear(id("a"))), 0);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
}

#[test]
fn a_stamp_knows_better_than_the_clock() {
    let stamped = |stamp: &str| Settings {
        stamp: Some(stamp.to_owned()),
        ..settings()
    };
    let mut page = Page::new(stamped("a"));
    assert_eq!(reloads(&page.greeted("a", 0)), 0);
    let mut page = Page::new(stamped("a"));
    assert_eq!(reloads(&page.greeted("b", 60_000)), 1);
}

#[test]
fn a_moved_revision_is_a_change() {
    let mut page = Page::new(settings());
    page.opened();
    page.hear(revised("a", "r1"));
    page.pass(2_000);
    page.fail();
    page.opened();
    assert_eq!(reloads(&page.hear(revised("a", "r1"))), 0);
    page.pass(2_000);
    page.fail();
    page.opened();
    let effects = page.hear(revised("a", "r2"));
    assert_eq!(reloads(&effects), 1);
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::Announce(change) if change.cause == Cause::Change)
        )
    );
}

#[test]
fn two_ids_taking_turns_settle_after_one_reload() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    assert_eq!(
        reloads(&page.greeted("b", 50_000)),
        1,
        "b was never seen before"
    );
    let mut page = page.reloaded(settings());
    page.greeted("a", 60_000);
    for round in 0..10 {
        page.pass(2_000);
        page.fail();
        let effects = page.greeted(if round % 2 == 0 { "b" } else { "a" }, 50_000);
        assert_eq!(reloads(&effects), 0, "round {round}: {effects:?}");
    }
    let said = page
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Say(Remark::Workers)))
        .count();
    assert_eq!(said, 1);
}

#[test]
fn stamped_pages_of_two_workers_settle_too() {
    let stamped = |stamp: &str| Settings {
        stamp: Some(stamp.to_owned()),
        ..settings()
    };
    let mut page = Page::new(stamped("a"));
    assert_eq!(reloads(&page.greeted("b", 50_000)), 1);
    for stamp in ["b", "a", "b"] {
        page = page.reloaded(stamped(stamp));
        assert_eq!(reloads(&page.greeted("a", 50_000)), 0);
    }
}

#[test]
fn attempts_follow_the_ladder_until_an_id_has_come() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(10_000);
    page.fail();
    let lost = page.now.mono;
    let mut attempts = vec![0];
    while page.now.mono - lost < 12_000 {
        page.fail();
        page.due(Timer::Retry);
        attempts.push(page.now.mono - lost);
    }
    let before = |ms: u64| attempts.iter().filter(|at| **at < ms).count();
    assert!((9..=13).contains(&before(500)), "{attempts:?}");
    assert!((22..=32).contains(&before(2_000)), "{attempts:?}");
    assert!((50..=75).contains(&before(10_000)), "{attempts:?}");
    page.opened();
    page.fail();
    let waited = page
        .armed
        .iter()
        .find(|(timer, _)| *timer == Timer::Retry)
        .expect("armed")
        .1
        - page.now.mono;
    assert!(
        waited >= 800,
        "an opened stream without an id does not start over: {waited}"
    );
}

#[test]
fn a_stream_that_ends_at_once_is_not_asked_again_at_once() {
    let mut page = Page::new(settings());
    for _ in 0..40 {
        page.opened();
        page.hear(id("a"));
        page.fail();
        page.due(Timer::Retry);
    }
    assert!(
        page.now.mono > 2_000,
        "40 attempts took {} ms",
        page.now.mono
    );
}

#[test]
fn a_connection_that_stays_silent_is_given_up_after_five_seconds() {
    let mut page = Page::new(settings());
    let first = page.stream();
    page.due(Timer::Connect);
    assert_eq!(page.now.mono, 5_050);
    page.due(Timer::Retry);
    assert_ne!(page.stream(), first);
}

#[test]
fn a_silent_stream_is_renewed_after_three_intervals() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    for _ in 0..4 {
        page.pass(10_000);
        page.hear(Event::Ping);
    }
    let stream = page.stream();
    let before = page.now.mono;
    page.due(Timer::Watchdog);
    assert_eq!(page.now.mono - before, 30_000);
    assert_ne!(page.stream(), stream);
}

#[test]
fn a_hidden_page_passes_no_verdict_until_it_is_seen() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.tell(Input::Visibility { hidden: true });
    let stream = page.stream();
    page.due(Timer::Watchdog);
    assert_eq!(page.stream(), stream);
    page.tell(Input::Visibility { hidden: false });
    assert_ne!(page.stream(), stream);
}

#[test]
fn waking_after_a_gap_renews_a_stream_without_pings() {
    let mut page = Page::new(settings());
    page.opened();
    page.hear(id("a"));
    assert_eq!(
        page.armed
            .iter()
            .filter(|(timer, _)| *timer == Timer::Watchdog)
            .count(),
        0
    );
    let stream = page.stream();
    page.pass(2_000);
    page.tell(Input::Online);
    assert_eq!(page.stream(), stream);
    page.now.wall += 60_000;
    page.tell(Input::Visibility { hidden: false });
    assert_ne!(page.stream(), stream);
}

#[test]
fn waking_does_not_wait_for_the_ladder() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    for wake in [Input::Online, Input::Visibility { hidden: false }] {
        page.pass(2_000);
        page.fail();
        page.fail();
        assert_eq!(page.open, None);
        page.tell(wake);
        page.greeted("a", 60_000);
    }
}

#[test]
fn off_is_silent_and_on_catches_up() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    let effects = page.tell(Input::Enable {
        on: false,
        here: true,
    });
    assert!(effects.contains(&Effect::Persist(false)), "{effects:?}");
    assert_eq!((page.open, page.armed.as_slice()), (None, [].as_slice()));
    assert_eq!(page.status(), Status::Off);
    assert_eq!(page.tell(Input::Online), []);
    assert_eq!(page.tell(Input::Visibility { hidden: false }), []);
    let effects = page.tell(Input::Enable {
        on: true,
        here: false,
    });
    assert!(
        !effects.contains(&Effect::Persist(true)),
        "another tab has kept it"
    );
    assert_eq!(reloads(&page.greeted("b", 500)), 1);
}

#[test]
fn a_document_that_starts_off_opens_nothing() {
    let page = Page::new(Settings {
        enabled: false,
        ..settings()
    });
    assert_eq!(page.open, None);
    assert_eq!(page.status(), Status::Off);
}

#[test]
fn left_and_shown_again_it_compares_at_once() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.tell(Input::PageHide);
    assert_eq!((page.open, page.armed.as_slice()), (None, [].as_slice()));
    assert_eq!(page.status(), Status::Away);
    page.tell(Input::Online);
    assert_eq!(page.open, None);
    page.tell(Input::PageShow(None));
    assert_eq!(reloads(&page.greeted("b", 5_000)), 1);
}

#[test]
fn a_restored_document_does_not_believe_a_younger_one_s_memory() {
    let mut old = Page::new(settings());
    old.tell(Input::PageHide);
    let mut other = Page::new(settings());
    other.greeted("a", 60_000);
    other.pass(5_000);
    other.fail();
    other.greeted("b", 10);
    old.now = other.now;
    old.pass(1_000);
    old.tell(Input::PageShow(other.memory.clone()));
    assert_eq!(reloads(&old.greeted("b", 1_010)), 1);
}

#[test]
fn an_own_server_must_answer_before_a_page_of_another_origin_leaves() {
    let mut page = Page::new(Settings {
        knock: true,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    let effects = page.greeted("b", 10);
    assert_eq!(reloads(&effects), 0);
    assert!(effects.contains(&Effect::Knock));
    assert_eq!(page.status(), Status::Restarted);
    page.tell(Input::Knocked { answered: false });
    assert!(page.due(Timer::Knock).contains(&Effect::Knock));
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}

#[test]
fn a_loss_during_the_knock_judges_anew() {
    let mut page = Page::new(Settings {
        knock: true,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.greeted("b", 10);
    let effects = page.fail();
    assert!(effects.contains(&Effect::StopKnock));
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 0);
    page.due(Timer::Retry);
    page.greeted("c", 10);
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}

#[test]
fn a_page_that_does_it_itself_is_not_loaded_again() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    let effects = page.tell_only(Input::Heard(page.stream(), id("b")));
    let Some(Effect::Announce(change)) =
        effects.iter().find(|it| matches!(it, Effect::Announce(_)))
    else {
        panic!("no announcement in {effects:?}");
    };
    let turn = change.turn;
    let effects = page.tell(Input::Answered {
        turn,
        prevented: true,
        waits: true,
    });
    assert_eq!(shown(&effects), ["updating"]);
    assert_eq!(page.status(), Status::Updating);
    let effects = page.tell(Input::Settled {
        turn,
        outcome: Ok(()),
    });
    assert_eq!(shown(&effects), ["updated"]);
    assert_eq!(page.status(), Status::Connected);
    assert_eq!(reloads(&page.effects), 0);
    assert_eq!(reloads(&page.tell(Input::Heard(page.stream(), id("b")))), 0);
}

#[test]
fn a_failed_update_offers_a_reload() {
    let mut page = Page::new(Settings {
        mode: Mode::Event,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.tell(Input::Answered {
        turn: 1,
        prevented: false,
        waits: true,
    });
    let effects = page.tell(Input::Settled {
        turn: 1,
        outcome: Err("no data".to_owned()),
    });
    assert_eq!(shown(&effects), ["failed"]);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn event_mode_never_loads_the_page() {
    let mut page = Page::new(Settings {
        mode: Mode::Event,
        ..settings()
    });
    page.greeted("a", 60_000);
    let effects = page.hear(id("b"));
    assert_eq!(shown(&effects), ["told"]);
    assert_eq!(reloads(&page.effects), 0);
}

#[test]
fn a_second_restart_during_an_update_is_announced_too() {
    let mut page = Page::new(Settings {
        mode: Mode::Event,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.tell(Input::Answered {
        turn: 1,
        prevented: true,
        waits: true,
    });
    let effects = page.tell_only(Input::Heard(page.stream(), id("c")));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Announce(change) if change.turn == 2)),
        "{effects:?}"
    );
    page.tell(Input::Answered {
        turn: 2,
        prevented: true,
        waits: true,
    });
    page.tell(Input::Settled {
        turn: 1,
        outcome: Ok(()),
    });
    assert_eq!(page.status(), Status::Updating);
}

#[test]
fn a_promise_without_prevention_holds_up_the_reload_for_a_while() {
    for settle in [true, false] {
        let mut page = Page::new(settings());
        page.greeted("a", 60_000);
        page.tell_only(Input::Heard(page.stream(), id("b")));
        let effects = page.tell(Input::Answered {
            turn: 1,
            prevented: false,
            waits: true,
        });
        assert_eq!(reloads(&effects), 0);
        let effects = if settle {
            page.tell(Input::Settled {
                turn: 1,
                outcome: Err("whatever".to_owned()),
            })
        } else {
            page.due(Timer::Delay)
        };
        assert_eq!(reloads(&effects), 1);
    }
}

#[test]
fn prompt_mode_asks() {
    let mut page = Page::new(Settings {
        mode: Mode::Prompt,
        ..settings()
    });
    page.greeted("a", 60_000);
    assert_eq!(shown(&page.hear(id("b"))), ["prompt"]);
    assert_eq!(page.status(), Status::Prompt);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn a_dismissed_prompt_stays_away_until_the_next_restart() {
    let mut page = Page::new(Settings {
        mode: Mode::Prompt,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.tell(Input::Chosen(Choice::Dismiss));
    assert_eq!(page.status(), Status::Connected);
    assert_eq!(shown(&page.hear(id("b"))), [""; 0]);
    assert_eq!(shown(&page.hear(id("c"))), ["prompt"]);
}

#[test]
fn a_delay_and_a_hidden_page_act_later() {
    let mut page = Page::new(Settings {
        delay: 250,
        ..settings()
    });
    page.greeted("a", 60_000);
    assert_eq!(reloads(&page.hear(id("b"))), 0);
    let before = page.now.mono;
    assert_eq!(reloads(&page.due(Timer::Delay)), 1);
    assert_eq!(page.now.mono - before, 250);

    let mut page = Page::new(Settings {
        hidden: true,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.hear(id("b"));
    let before = page.now.mono;
    page.due(Timer::Delay);
    assert!((150..=660).contains(&(page.now.mono - before)));
}

#[test]
fn a_backend_that_is_not_ready_is_waited_for() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.opened();
    let effects = page.hear(Event::Hello(Greeting::default()));
    assert_eq!(shown(&effects), ["waiting"]);
    assert_eq!(page.status(), Status::Waiting);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
}

#[test]
fn a_stop_and_a_loss_read_differently_and_a_blink_not_at_all() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.hear(Event::Shutdown);
    page.hear(Event::Done);
    assert_eq!(page.status(), Status::Stopped);
    assert_eq!(shown(&page.due(Timer::Notice)), ["stopped"]);
    assert_eq!(shown(&page.greeted("a", 60_000)), ["back"]);
    page.pass(2_000);
    page.fail();
    assert_eq!(shown(&page.greeted("a", 60_000)), [""; 0]);
    page.pass(2_000);
    page.fail();
    assert_eq!(shown(&page.due(Timer::Notice)), ["lost"]);
}

#[test]
fn a_constant_wrong_stamp_is_a_loop_and_is_paused() {
    let stamped = || Settings {
        stamp: Some("old".to_owned()),
        ..settings()
    };
    let mut page = Page::new(stamped());
    for _ in 0..3 {
        // The id has to be new each time, or it would be known as one that comes back.
        let id = page.now.wall.to_string();
        assert_eq!(reloads(&page.greeted(&id, 5)), 1);
        page = page.reloaded(stamped());
    }
    let effects = page.greeted("b", 5);
    assert_eq!(reloads(&effects), 0);
    assert_eq!(shown(&effects), ["paused"]);
    assert_eq!(page.status(), Status::Paused);
    assert_eq!(reloads(&page.due(Timer::Quiet)), 1, "one on trial");
    let mut page = page.reloaded(stamped());
    assert_eq!(reloads(&page.greeted("c", 5)), 0, "and the loop goes on");
    assert_eq!(page.status(), Status::Paused);
}

#[test]
fn a_reload_that_did_not_help_is_not_tried_again() {
    let stamped = || Settings {
        stamp: Some("old".to_owned()),
        ..settings()
    };
    let mut page = Page::new(stamped());
    assert_eq!(reloads(&page.greeted("b", 60_000)), 1);
    let mut page = page.reloaded(stamped());
    let effects = page.greeted("b", 60_000);
    assert_eq!(reloads(&effects), 0);
    assert!(
        effects.contains(&Effect::Say(Remark::Workers)),
        "{effects:?}"
    );
    assert_eq!(
        reloads(&page.hear(id("c"))),
        1,
        "a real restart still counts"
    );
}

#[test]
fn a_paused_page_can_be_loaded_by_hand() {
    let stamped = || Settings {
        stamp: Some("old".to_owned()),
        ..settings()
    };
    let mut page = Page::new(stamped());
    while reloads(&page.greeted(&page.now.wall.to_string(), 5)) == 1 {
        page = page.reloaded(stamped());
    }
    assert_eq!(page.status(), Status::Paused);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn a_reload_that_its_person_stopped_becomes_a_prompt() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
    page.due(Timer::Leave);
    let effects = page.greeted("b", 6_000);
    assert_eq!(reloads(&effects), 0);
    assert_eq!(shown(&effects), ["prompt"]);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn a_stream_that_never_opens_is_explained_once() {
    let mut page = Page::new(settings());
    while page.now.mono < 30_000 {
        page.fail();
        page.next_timer();
    }
    let said = page
        .effects
        .iter()
        .filter(|it| **it == Effect::Say(Remark::Unreached))
        .count();
    assert_eq!(said, 1);
}

#[test]
fn a_retired_stream_is_not_listened_to() {
    let mut page = Page::new(settings());
    let first = page.stream();
    page.due(Timer::Connect);
    page.due(Timer::Retry);
    for input in [
        Input::Opened(first),
        Input::Heard(first, id("z")),
        Input::Failed(first),
    ] {
        assert_eq!(page.tell(input), []);
    }
}
