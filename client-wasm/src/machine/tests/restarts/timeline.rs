//! What is shown while one is under way.

use super::*;

/// Whether the toast says that it takes long, and of how long it tells.
fn lasts(page: &Page) -> (bool, u64, u64) {
    match last_notice(page) {
        Notice::Restarting { late, lasts, .. } => (late, lasts.asked, lasts.since),
        other => panic!("{other:?} is no restart"),
    }
}

#[test]
fn it_is_shown_at_once_and_with_each_phase() {
    let mut page = page();
    let effects = page.tell(ask(0, None));
    let asked = requests(&effects);
    let of = (asked[0].op_id, asked[0].service, asked[0].within);
    assert_eq!(of, (name("asked-0"), None, 5_000));
    assert_eq!(shown(&effects), ["restarting"]);
    page.tell(Input::Accepted(1, name("op")));
    for what in [
        Operated::Known(begun()),
        Operated::Known(passed(1)),
        Operated::Known(passed(2)),
    ] {
        page.pass(100);
        assert_eq!(shown(&operated(&mut page, what)), ["restarting"]);
    }
    assert_eq!(lasts(&page), (false, 300, 0));
}

#[test]
fn without_an_end_it_says_what_is_known_and_goes_on() {
    let mut page = page();
    restarting(&mut page);
    page.pass(2_000);
    operated(&mut page, Operated::Known(passed(1)));
    let effects = page.due(Timer::Patience);
    assert_eq!(shown(&effects), ["restarting"]);
    assert_eq!(lasts(&page), (true, 30_000, 28_000));
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(shown(&effects), ["restarted"]);
}

#[test]
fn a_second_one_does_not_put_off_the_word_of_the_first() {
    let mut page = page();
    restarting(&mut page);
    page.pass(20_000);
    page.tell(ask(1, Some("worker")));
    let left = page
        .armed
        .iter()
        .filter(|(timer, _)| *timer == Timer::Patience);
    let left: Vec<_> = left.collect();
    assert!(
        left.len() == 1 && left[0].1 <= page.now.mono + 10_000,
        "{left:?}"
    );
}

#[test]
fn what_is_dismissed_comes_back_only_to_say_that_it_failed() {
    for (status, kinds) in [
        (OperationStatus::Restarted, Vec::new()),
        (OperationStatus::Exited, vec!["unrestarted"]),
    ] {
        let mut page = page();
        restarting(&mut page);
        page.tell(Input::Chosen(Choice::Dismiss));
        let effects = operated(&mut page, Operated::Known(passed(1)));
        assert_eq!(shown(&effects), [""; 0]);
        let effects = operated(&mut page, Operated::Known(ended(status)));
        assert_eq!(shown(&effects), kinds);
    }
}

#[test]
fn the_timeline_stays_while_the_server_is_away() {
    let mut page = page();
    restarting(&mut page);
    page.hear(phase(Phase::Stopping));
    page.due(Timer::Notice);
    assert_eq!(last_notice(&page).kind(), Kind::Restarting);
}

#[test]
fn nothing_is_said_of_the_start_to_who_has_dismissed_it() {
    let mut page = page();
    restarting(&mut page);
    page.hear(phase(Phase::Stopping));
    page.tell(Input::Chosen(Choice::Dismiss));
    page.hear(phase(Phase::Starting));
    assert_eq!(shown(&page.due(Timer::Notice)), [""; 0]);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
}

#[test]
fn the_receipt_of_a_failed_restart_outlasts_the_next_start() {
    let mut page = page();
    restarting(&mut page);
    page.hear(phase(Phase::Crashed));
    let end = Operated::Known(ended(OperationStatus::Exited));
    assert_eq!(shown(&operated(&mut page, end)), ["unrestarted"]);
    assert_eq!(shown(&page.due(Timer::Notice)), [""; 0]);
    page.fail();
    page.opened();
    assert_eq!(shown(&page.hear(not_ready(Phase::Crashed))), [""; 0]);
    page.tell(Input::Chosen(Choice::Dismiss));
    assert_eq!(shown(&page.hear(not_ready(Phase::Crashed))), ["waiting"]);
}
