//! The loop guard.

use super::*;

#[test]
fn a_constant_wrong_stamp_is_a_loop_and_is_paused() {
    let mut page = Page::new(stamped("old"));
    for _ in 0..3 {
        // The id has to be new each time, or it would be known as one that comes back.
        let id = page.now.wall.to_string();
        assert_eq!(reloads(&page.greeted(&id, 5)), 1);
        page = page.reloaded(stamped("old"));
    }
    let effects = page.greeted("b", 5);
    assert_eq!(reloads(&effects), 0);
    assert_eq!(shown(&effects), ["paused"]);
    assert_eq!(page.status(), Status::Paused);
    assert_eq!(reloads(&page.due(Timer::Quiet)), 1, "one on trial");
    let mut page = page.reloaded(stamped("old"));
    assert_eq!(reloads(&page.greeted("c", 5)), 0, "and the loop goes on");
    assert_eq!(page.status(), Status::Paused);
}

#[test]
fn a_reload_that_did_not_help_is_not_tried_again() {
    let mut page = Page::new(stamped("old"));
    assert_eq!(reloads(&page.greeted("b", 60_000)), 1);
    let mut page = page.reloaded(stamped("old"));
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
    let mut page = Page::new(stamped("old"));
    while reloads(&page.greeted(&page.now.wall.to_string(), 5)) == 1 {
        page = page.reloaded(stamped("old"));
    }
    assert_eq!(page.status(), Status::Paused);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn a_pause_outlasts_a_lost_connection() {
    let mut page = Page::new(stamped("old"));
    while reloads(&page.greeted(&page.now.wall.to_string(), 5)) == 1 {
        page = page.reloaded(stamped("old"));
    }
    page.pass(2_000);
    page.fail();
    assert_eq!(reloads(&page.greeted("x", 5)), 0);
    assert_eq!(page.status(), Status::Paused);
}

#[test]
fn a_new_id_for_each_connection_of_an_endpoint_that_ends_its_streams_is_a_loop() {
    let mut page = Page::new(settings());
    let began = page.now.wall;
    let mut count = 0;
    while page.status() != Status::Paused {
        page.opened();
        page.hear(id(&page.now.wall.to_string()));
        page.pass(20);
        page.fail();
        if page.open.is_none() {
            page.due(Timer::Retry);
        }
        page.opened();
        count += reloads(&page.hear(id(&page.now.wall.to_string())));
        if page.status() == Status::Reloading {
            page = page.reloaded(settings());
        }
        assert!(page.now.wall - began < 10_000, "{count} reloads");
    }
    assert_eq!(count, 30);
}

#[test]
fn the_end_of_a_pause_asks_the_page_s_own_server_again() {
    let with_knock = || Settings {
        knock: true,
        ..stamped("old")
    };
    let mut page = Page::new(with_knock());
    loop {
        page.greeted(&page.now.wall.to_string(), 5);
        if reloads(&page.tell(Input::Knocked { answered: true })) == 0 {
            break;
        }
        page = page.reloaded(with_knock());
    }
    assert_eq!(page.status(), Status::Paused);
    let effects = page.due(Timer::Quiet);
    assert!(
        effects.contains(&Effect::Knock) && reloads(&effects) == 0,
        "{effects:?}"
    );
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}
