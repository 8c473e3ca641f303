//! The connection: attempts, time-outs, the watchdog, the toggle, the lifecycle.

use super::*;

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
    assert!((12..=17).contains(&before(500)), "{attempts:?}");
    assert!((24..=36).contains(&before(2_000)), "{attempts:?}");
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
    page.tell(shown_again(Vec::new()));
    assert_eq!(reloads(&page.greeted("b", 5_000)), 1);
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
fn a_stream_that_never_opens_is_explained_once() {
    let mut page = Page::new(settings());
    while page.now.mono < 30_000 {
        if page.open.is_some() {
            page.fail();
        }
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

#[test]
fn a_stream_that_opens_and_says_nothing_is_given_up_too() {
    let mut page = Page::new(settings());
    page.opened();
    let stream = page.stream();
    page.due(Timer::Connect);
    page.due(Timer::Retry);
    assert_ne!(page.stream(), stream);
}

#[test]
fn a_wall_clock_that_is_set_back_does_not_keep_a_dead_stream() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    let stream = page.stream();
    page.now.wall -= 3_600_000;
    page.due(Timer::Watchdog);
    assert_ne!(page.stream(), stream);
}

#[test]
fn a_toggle_used_elsewhere_counts_after_the_back_forward_cache() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.tell(Input::PageHide);
    page.tell(Input::PageShow {
        memory: Vec::new(),
        enabled: Some(false),
    });
    assert_eq!((page.status(), page.open), (Status::Off, None));
}

#[test]
fn no_loss_is_told_of_while_the_backend_starts() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.opened();
    page.hear(Event::Hello(Greeting::default()));
    assert!(
        page.armed.iter().all(|(timer, _)| *timer != Timer::Notice),
        "{:?}",
        page.armed
    );
}

#[test]
fn a_page_that_waited_for_its_first_server_is_not_told_that_it_is_back() {
    let mut page = Page::new(stamped("a"));
    page.opened();
    page.hear(Event::Hello(Greeting::default()));
    let effects = page.hear(id("a"));
    assert!(effects.contains(&Effect::Hide), "{effects:?}");
    assert_eq!(shown(&effects), [""; 0]);
}

fn remarks(effects: &[Effect]) -> Vec<Remark> {
    let remarks = effects.iter().filter_map(|effect| match effect {
        Effect::Say(remark) => Some(*remark),
        _ => None,
    });
    remarks.collect()
}

#[test]
fn a_stream_that_cannot_come_is_named_once_and_asked_for_when_something_changes() {
    for (policy, remark) in [(true, Remark::Forbidden), (false, Remark::Refused)] {
        let mut page = Page::new(settings());
        page.fail();
        assert_eq!(
            remarks(&page.tell(Input::Barred { policy })),
            [remark],
            "after the loss"
        );
        assert_eq!(page.armed, []);
        page.tell(Input::Online);
        let effects = page.tell(Input::Barred { policy });
        assert!(effects.contains(&Effect::Close), "before the loss");
        assert_eq!(remarks(&effects), []);
        assert_eq!(page.armed, []);
        for change in [
            vec![Input::Visibility { hidden: false }],
            vec![Input::PageHide, shown_again(Vec::new())],
            [false, true]
                .map(|on| Input::Enable { on, here: true })
                .into(),
        ] {
            for input in change {
                page.tell(input);
            }
            page.stream();
            page.tell(Input::Barred { policy });
        }
    }
}

#[test]
fn who_was_let_in_once_is_not_refused() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.fail();
    assert_eq!(remarks(&page.tell(Input::Barred { policy: false })), []);
    page.due(Timer::Retry);
    assert_eq!(reloads(&page.greeted("b", 10)), 1);
}
