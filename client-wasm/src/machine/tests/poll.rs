//! Where streams are blocked.

use super::*;

/// What the server answers who asks for its id.
fn health(id: &str) -> Input {
    healthy(Some(id), None)
}

fn healthy(id: Option<&str>, revision: Option<&str>) -> Input {
    Input::Health(Some(Health {
        id: id.map(name),
        id_age: id.map(|_| 60_000),
        revision: revision.map(name),
        pid: None,
    }))
}

/// A page whose streams are refused, and whose server answers all the same.
fn refused(settings: Settings) -> Page {
    let mut page = Page::new(settings);
    for _ in 0..3 {
        page.fail();
        page.due(Timer::Retry);
    }
    assert_eq!(page.due(Timer::Poll)[0], Effect::AskHealth);
    page.tell(health("a"));
    assert_eq!(page.status(), Status::Polling);
    page
}

fn asks(effects: &[Effect]) -> usize {
    let asks = effects.iter().filter(|it| **it == Effect::AskHealth);
    asks.count()
}

#[test]
fn a_stream_that_opens_and_says_nothing_is_polled_beside() {
    let mut page = Page::new(settings());
    page.pass(1_000);
    page.opened();
    let before = page.now.mono;
    assert_eq!(asks(&page.due(Timer::Poll)), 1);
    assert_eq!(page.now.mono - before, 3_000);
    assert_eq!(page.status(), Status::Connecting, "not before it answers");
    page.tell(health("a"));
    assert_eq!(page.status(), Status::Polling);
    let before = page.now.mono;
    assert_eq!(asks(&page.due(Timer::Poll)), 1);
    assert_eq!(page.now.mono - before, 2_000);
}

#[test]
fn streams_that_are_refused_are_polled_beside() {
    let mut page = refused(settings());
    let effects = page.tell(health("b"));
    assert_eq!(effects, [], "nobody has asked");
    page.due(Timer::Poll);
    assert_eq!(reloads(&page.tell(health("b"))), 1);
    let next = page.reloaded(settings());
    assert_eq!(shown(&next.effects), ["reloaded"]);
}

#[test]
fn two_refusals_are_not_enough() {
    let mut page = Page::new(settings());
    page.fail();
    page.due(Timer::Retry);
    page.fail();
    assert_eq!(asks(&page.due(Timer::Poll)), 0);
}

#[test]
fn the_same_id_is_told_once() {
    let mut page = refused(settings());
    for _ in 0..3 {
        assert_eq!(asks(&page.due(Timer::Poll)), 1);
        assert_eq!(page.tell(health("a")), []);
    }
}

#[test]
fn a_server_that_does_not_answer_has_not_been_restarted() {
    let mut page = refused(settings());
    page.due(Timer::Poll);
    page.tell(Input::Health(None));
    assert_eq!(page.status(), Status::Reconnecting);
    assert_eq!(shown(&page.due(Timer::Notice)), ["lost"]);
    page.due(Timer::Poll);
    let effects = page.tell(health("a"));
    assert_eq!((shown(&effects), reloads(&effects)), (vec!["back"], 0));
    assert_eq!(page.status(), Status::Polling);
}

#[test]
fn the_server_itself_is_down_and_nothing_is_polled() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(5_000);
    page.fail();
    for _ in 0..40 {
        if page.open.is_some() {
            page.fail();
        }
        if page.next_timer().contains(&Effect::AskHealth) {
            page.tell(Input::Health(None));
        }
        assert_eq!(page.status(), Status::Reconnecting);
    }
    if page.open.is_none() {
        page.due(Timer::Retry);
    }
    assert_eq!(reloads(&page.greeted("b", 10)), 1);
}

#[test]
fn a_stream_that_speaks_ends_it() {
    let mut page = refused(settings());
    page.opened();
    assert_eq!(page.status(), Status::Polling, "it has only opened");
    page.hear(hello("a", 60_000));
    assert_eq!(page.status(), Status::Connected);
    assert!(page.armed.iter().all(|(timer, _)| *timer != Timer::Poll));
    assert_eq!(page.tell(health("b")), []);
}

#[test]
fn streams_are_tried_slowly_meanwhile_and_drop_nothing() {
    let mut page = refused(in_mode(Mode::Prompt));
    page.due(Timer::Poll);
    assert_eq!(shown(&page.tell(health("b"))), ["prompt"]);
    page.fail();
    let before = page.now.mono;
    page.due(Timer::Retry);
    assert!((800..=1_200).contains(&(page.now.mono - before)));
    assert_eq!(page.status(), Status::Prompt);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn hidden_off_and_away_nothing_is_polled() {
    let mut page = refused(settings());
    page.tell(Input::Visibility { hidden: true });
    assert_eq!(asks(&page.due(Timer::Poll)), 0);
    assert!(page.armed.iter().all(|(timer, _)| *timer != Timer::Poll));
    let effects = page.tell(Input::Visibility { hidden: false });
    assert_eq!(asks(&effects), 1, "at once");
    page.tell(Input::PageHide);
    assert_eq!(page.armed, []);
    assert_eq!(page.tell(health("b")), []);
}

#[test]
fn a_server_that_is_not_ready_is_waited_for() {
    let mut page = refused(settings());
    page.due(Timer::Poll);
    assert_eq!(shown(&page.tell(healthy(None, None))), ["waiting"]);
    assert_eq!(page.status(), Status::Waiting);
    page.due(Timer::Poll);
    assert_eq!(page.tell(healthy(None, None)), []);
    page.due(Timer::Poll);
    assert_eq!(reloads(&page.tell(health("b"))), 1);
}

#[test]
fn page_files_that_moved_are_a_change() {
    let mut page = refused(settings());
    for (revision, count) in [("r1", 0), ("r1", 0), ("r2", 1)] {
        page.due(Timer::Poll);
        let effects = page.tell(healthy(Some("a"), Some(revision)));
        assert_eq!(reloads(&effects), count, "{revision}");
    }
}

#[test]
fn a_pause_ends_although_the_id_is_asked_for() {
    let mut page = refused(settings());
    for _ in 0..30 {
        page.state.memory.admit(page.now.wall, 10_000, false);
    }
    page.due(Timer::Poll);
    assert_eq!(shown(&page.tell(health("b"))), ["paused"]);
    let quiet = page.now.mono + 10_000;
    while page.now.mono < quiet - 2_000 {
        page.due(Timer::Poll);
        page.tell(health("b"));
    }
    page.due(Timer::Quiet);
    assert_eq!(page.now.mono, quiet);
}

#[test]
fn no_restart_is_asked_for_whose_end_nobody_would_tell() {
    let mut page = refused(settings());
    let ask = Input::Restart(Ask {
        op_id: name("mine"),
        call: Some(1),
        service: None,
        confirm: Confirm::Off,
    });
    let effects = page.tell(ask);
    assert!(effects.contains(&Effect::Show(Notice::Refused(Why::NoConnection))));
}
