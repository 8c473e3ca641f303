//! Is the document out of date?

use super::*;

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
    page.fail();
    page.due(Timer::Retry);
    let effects = page.greeted("b", 100);
    assert_eq!(
        reloads(&effects),
        1,
        "the document began more than 200 ms ago, the server 100 ms ago"
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
fn a_greeting_that_is_heard_late_does_not_make_its_server_younger() {
    let mut page = Page::new(settings());
    page.opened();
    page.pass(13_000);
    assert_eq!(reloads(&page.hear(hello("a", 2_000))), 0);
    assert_eq!(page.status(), Status::Connected);
}

#[test]
fn a_server_whose_stream_was_long_in_coming_is_asked_once_more() {
    for (age, reloaded) in [(3_000, 0), (1_020, 1)] {
        let mut page = Page::new(settings());
        page.pass(2_000);
        assert_eq!(
            reloads(&page.greeted("a", 1_000)),
            0,
            "asked for at its start"
        );
        assert_eq!(page.status(), Status::Connecting);
        assert_eq!(
            reloads(&page.greeted("a", age)),
            reloaded,
            "asked for 2 s after it"
        );
    }
}

#[test]
fn a_server_that_becomes_ready_after_the_document_has_not_made_it() {
    let mut page = Page::new(settings());
    page.opened();
    page.hear(not_ready(Phase::WaitingUntilReady));
    page.pass(300);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
    let mut next = page.reloaded(settings());
    next.opened();
    next.hear(not_ready(Phase::WaitingUntilReady));
    assert_eq!(reloads(&next.hear(id("b"))), 0, "asked for after it");
}

#[test]
fn a_verdict_by_age_is_not_lost_when_the_server_goes_down_again() {
    let mut page = Page::new(Settings {
        delay: 300,
        ..settings()
    });
    page.pass(200);
    page.fail();
    page.due(Timer::Retry);
    page.greeted("b", 100);
    page.hear(phase(Phase::Stopping));
    page.pass(300);
    page.hear(id("c"));
    assert_eq!(page.status(), Status::Restarted);
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
    let mut page = Page::new(stamped("a"));
    assert_eq!(reloads(&page.greeted("b", 50_000)), 1);
    for stamp in ["b", "a", "b"] {
        page = page.reloaded(stamped(stamp));
        assert_eq!(reloads(&page.greeted("a", 50_000)), 0);
    }
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
    old.tell(shown_again(other.memory.clone()));
    assert_eq!(reloads(&old.greeted("b", 1_010)), 1);
}
