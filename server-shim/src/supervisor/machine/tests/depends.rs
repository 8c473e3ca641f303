//! Services that need others.

use super::several::{goes, up};
use super::*;

const fn need(service: ServiceNo, restart: bool) -> Need {
    Need { service, restart }
}

fn needing(needs: &[Need]) -> Rules {
    Rules {
        needs: needs.to_vec(),
        ..PLAIN
    }
}

/// Frees the port of every service that waits for it.
fn all_free(story: &mut Story, services: usize) -> Vec<String> {
    let free = |no| story.tell(Input::Port(no, PortState::Free));
    (0..services).map(free).collect()
}

fn spawned(story: &mut Story, service: ServiceNo, run: Run) -> String {
    let pid = 100 + u32::try_from(run).unwrap();
    story.tell(Input::Spawned { service, run, pid })
}

fn is_ready(story: &mut Story, service: ServiceNo, run: Run) -> String {
    spawned(story, service, run);
    story.tell(Input::Ready { service, run })
}

/// Database and API, which needs it; up, as runs 1 and 2.
fn two(database: Rules, restart: bool) -> Story {
    let mut story = Story::new([database, needing(&[need(0, restart)])]);
    story.tell(Input::Start);
    assert_eq!(
        all_free(&mut story, 2),
        ["starting, spawn 1", "1:waiting_for_service"]
    );
    assert_eq!(is_ready(&mut story, 0, 1), "ready, 1:starting, 1:spawn 2");
    assert_eq!(is_ready(&mut story, 1, 2), "1:ready, 1:id");
    story.pass(60_000);
    story
}

/// Two roots, one that needs both, and one that needs that.
#[test]
fn all_start_at_once_but_those_that_need_others() {
    let rules = [
        PLAIN,
        PLAIN,
        needing(&[need(0, false), need(1, false)]),
        needing(&[need(2, false)]),
        PLAIN,
    ];
    let mut story = Story::new(rules);
    story.tell(Input::Start);
    assert_eq!(
        all_free(&mut story, 5),
        [
            "starting, spawn 1",
            "1:starting, 1:spawn 2",
            "2:waiting_for_service",
            "3:waiting_for_service",
            "4:starting, 4:spawn 3"
        ]
    );
    assert_eq!(is_ready(&mut story, 1, 2), "1:ready");
    assert_eq!(is_ready(&mut story, 4, 3), "4:ready");
    assert_eq!(is_ready(&mut story, 0, 1), "ready, 2:starting, 2:spawn 4");
    assert_eq!(is_ready(&mut story, 2, 4), "2:ready, 3:starting, 3:spawn 5");
    assert_eq!(is_ready(&mut story, 3, 5), "3:ready, 3:id");
}

#[test]
fn who_only_needs_it_goes_on_while_it_is_restarted() {
    let mut story = two(PLAIN, false);
    let stops = "no id, stopping, stop, kill in 3000";
    assert_eq!(story.ask_for(&[0]), stops);
    assert_eq!(story.opened()[0].0, [0]);
    goes(&mut story, 0, 1);
    assert_eq!(up(&mut story, 0, 3), "ready, id, op 1 Restarted");
}

#[test]
fn who_is_restarted_with_it_is_part_of_its_operation() {
    let mut story = two(PLAIN, true);
    let both = "no id, stopping, stop, kill in 3000, no id, 1:stopping, 1:stop, 1:kill in 3000";
    assert_eq!(story.save("0/a.py"), both);
    let plan = [
        "stopping",
        "waiting_for_port",
        "waiting_for_service",
        "starting",
        "waiting_until_ready",
        "ready",
    ];
    assert_eq!(story.opened(), [(vec![0, 1], plan.to_vec())]);
    assert_eq!(goes(&mut story, 1, 2), "1:waiting_for_port, 1:port?");
    assert_eq!(
        story.tell(Input::Port(1, PortState::Free)),
        "1:waiting_for_service"
    );
    goes(&mut story, 0, 1);
    assert_eq!(up(&mut story, 0, 3), "ready, 1:starting, 1:spawn 4");
    assert_eq!(is_ready(&mut story, 1, 4), "1:ready, 1:id, op 1 Restarted");
    assert_eq!(story.moves(), 2);
}

#[test]
fn nobody_follows_a_restart_that_does_not_come() {
    let mut story = two(CHECKED, true);
    assert_eq!(story.save("0/a.py"), "checking, check 1");
    assert_eq!(story.opened()[0].0, [0, 1]);
    let failed = "problem `check failed: no`, failed, op 1 CheckFailed";
    assert_eq!(story.checked(1, false), failed);
    assert_eq!(story.save("0/a.py"), "checking, check 2");
    let both = "no id, stopping, stop, kill in 3000, no id, 1:stopping, 1:stop, 1:kill in 3000";
    assert_eq!(story.checked(2, true), both);
}

/// Whether the other passes its check is not what was asked.
#[test]
fn who_was_asked_for_does_not_wait_for_the_check_of_another() {
    let mut story = two(CHECKED, true);
    assert_eq!(story.save("0/a.py"), "checking, check 1");
    let stops = "no id, 1:stopping, 1:stop, 1:kill in 3000";
    assert_eq!(story.ask_for(&[1]), stops);
    assert_eq!(story.accepted(), Some(1), "it is part of that");
    assert_eq!(story.ask_for(&[1]), "");
    let failed = "problem `check failed: no`, failed";
    assert_eq!(story.checked(1, false), failed);
    goes(&mut story, 1, 2);
    assert_eq!(up(&mut story, 1, 3), "1:ready, 1:id, op 1 CheckFailed");
    let turned = [
        (0, effect::Status::CheckFailed),
        (1, effect::Status::Restarted),
    ];
    let each = story
        .turned()
        .into_iter()
        .map(|(no, status, _)| (no, status));
    assert_eq!(each.collect::<Vec<_>>(), turned, "each has its own end");
}

#[test]
fn who_was_asked_for_is_restarted_once_more_with_what_it_needs() {
    let mut story = two(CHECKED, true);
    story.save("0/a.py");
    story.ask_for(&[1]);
    goes(&mut story, 1, 2);
    assert_eq!(up(&mut story, 1, 3), "1:ready");
    assert_eq!(story.ended(), [], "it may have to follow");
    let both = "no id, stopping, stop, kill in 3000, 1:stopping, 1:stop, 1:kill in 3000";
    assert_eq!(story.checked(1, true), both);
    goes(&mut story, 0, 1);
    assert_eq!(up(&mut story, 0, 4), "ready");
    goes(&mut story, 1, 3);
    assert_eq!(up(&mut story, 1, 5), "1:ready, 1:id, op 1 Restarted");
}

/// One part of it runs already, for another reason.
#[test]
fn a_request_is_rather_given_what_runs_than_what_waits() {
    let mut story = Story::new([
        CHECKED,
        Rules {
            check: true,
            ..needing(&[need(0, true)])
        },
    ]);
    story.tell(Input::Start);
    up(&mut story, 0, 1);
    up(&mut story, 1, 2);
    story.pass(60_000);
    assert_eq!(story.save("1/a.py"), "1:checking, 1:check 1");
    assert_eq!(story.save("0/a.py"), "checking, check 2");
    assert_eq!(story.ask_for(&[1]), "");
    assert_eq!(story.accepted(), Some(1));
}

/// An id that would move once more is no news.
#[test]
fn the_id_waits_for_who_may_have_to_follow() {
    let database = Rules {
        reload: false,
        ..CHECKED
    };
    let mut story = two(database, true);
    story.save("1/a.py");
    goes(&mut story, 1, 2);
    story.tell(Input::Port(1, PortState::Free));
    spawned(&mut story, 1, 3);
    assert_eq!(story.save("0/a.py"), "checking, check 1");
    let ready = Input::Ready { service: 1, run: 3 };
    assert_eq!(story.tell(ready), "1:ready, op 1 Restarted");
    let failed = "problem `check failed: no`, failed, op 2 CheckFailed, 1:id";
    assert_eq!(story.checked(1, false), failed);
}

#[test]
fn a_crash_pulls_along_too() {
    let mut story = two(PLAIN, true);
    assert!(goes(&mut story, 0, 1).ends_with("again in 250"));
    let both = "waiting_for_port, port?, no id, 1:stopping, 1:stop, 1:kill in 3000";
    assert_eq!(story.due(Timer::Pause(0)), both);
    goes(&mut story, 1, 2);
    story.tell(Input::Port(1, PortState::Free));
    assert_eq!(up(&mut story, 0, 3), "solved, ready, 1:starting, 1:spawn 4");
    assert_eq!(is_ready(&mut story, 1, 4), "1:ready, 1:id, op 1 Restarted");
}

/// Nothing would ever end the operation of who waits for it.
#[test]
fn who_waits_for_one_that_has_crashed_has_failed() {
    let mut story = two(PLAIN, true);
    story.ask_for(&[0]);
    goes(&mut story, 1, 2);
    story.tell(Input::Port(1, PortState::Free));
    goes(&mut story, 0, 1);
    story.tell(Input::Port(0, PortState::Free));
    spawned(&mut story, 0, 3);
    assert!(goes(&mut story, 0, 3).ends_with("again in 250, op 1 Exited"));
    let first = (1, effect::Status::Exited, Some(0), Some("ended"));
    assert_eq!(story.ended(), [first]);
    story.due(Timer::Pause(0));
    assert_eq!(up(&mut story, 0, 4), "solved, ready, 1:starting, 1:spawn 5");
    assert_eq!(is_ready(&mut story, 1, 5), "1:ready, 1:id, op 2 Restarted");
}

#[test]
fn who_is_being_started_follows_when_it_is_there() {
    let mut story = two(PLAIN, true);
    story.ask_for(&[1]);
    goes(&mut story, 1, 2);
    assert_eq!(
        story.tell(Input::Port(1, PortState::Free)),
        "1:starting, 1:spawn 3"
    );
    assert_eq!(story.ask_for(&[0]), "no id, stopping, stop, kill in 3000");
    assert_eq!(
        spawned(&mut story, 1, 3),
        "1:waiting_until_ready, 1:probe 3, 1:too late in 30000, op 1 Cancelled, 1:stopping, \
         1:stop, 1:kill in 3000"
    );
    goes(&mut story, 0, 1);
    up(&mut story, 0, 4);
    goes(&mut story, 1, 3);
    assert_eq!(up(&mut story, 1, 5), "1:ready, 1:id, op 2 Restarted");
}

#[test]
fn one_of_somebody_else_pulls_along_when_it_is_another() {
    let mut story = Story::new([ATTACHED, needing(&[need(0, true)])]);
    let is_up = |pid| Input::Up {
        service: 0,
        pid: Some(pid),
    };
    story.tell(Input::Start);
    assert_eq!(
        story.tell(Input::Port(1, PortState::Free)),
        "1:waiting_for_service"
    );
    assert_eq!(story.tell(is_up(5)), "ready, 1:starting, 1:spawn 2");
    assert_eq!(is_ready(&mut story, 1, 2), "1:ready, 1:id");
    story.tell(Input::Away(0));
    assert_eq!(story.tell(is_up(5)), "ready, id", "it was only away");
    story.tell(Input::Away(0));
    let moved = story.tell(is_up(6));
    assert_eq!(moved, "no id, 1:stopping, 1:stop, 1:kill in 3000, ready");
    assert_eq!(story.opened()[0].0, [1]);
    assert_eq!(story.ask_for(&[0]), "", "it is not ours");
}

#[test]
fn those_that_pages_do_not_depend_on_leave_the_id_alone() {
    let worker = Rules {
        reload: false,
        ..PLAIN
    };
    let mut story = Story::new([PLAIN, worker.clone()]);
    story.tell(Input::Start);
    assert_eq!(
        up(&mut story, 0, 1),
        "ready, id",
        "the other is not there yet"
    );
    assert_eq!(up(&mut story, 1, 2), "1:ready");
    story.pass(60_000);
    assert_eq!(story.ask_for(&[1]), "1:stopping, 1:stop, 1:kill in 3000");
    assert_eq!(story.whole("a.css"), "read a.css");
    assert_eq!(
        story.read(&["a.css"]),
        "style /a.css",
        "pages need not wait"
    );
    goes(&mut story, 1, 2);
    assert_eq!(up(&mut story, 1, 3), "1:ready, op 1 Restarted");
    let mut alone = Story::new([worker]);
    alone.tell(Input::Start);
    assert_eq!(up(&mut alone, 0, 1), "ready");
}
