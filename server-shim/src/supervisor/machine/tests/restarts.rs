//! From a change to the new id, and what a change leads to wherever the service stands.

use super::*;

const ALL_OF_A_RESTART: &str = "waiting_for_port, port? | starting, spawn 2 | waiting_until_ready, probe 2, too late in 30000 \
     | ready, id, op 1 Restarted";

#[test]
fn a_start_is_announced_once() {
    let mut story = Story::new([PLAIN]);
    assert_eq!(story.tell(Input::Start), "waiting_for_port, port?");
    assert_eq!(story.free(), "starting, spawn 1");
    let waits = "waiting_until_ready, probe 1, too late in 30000";
    assert_eq!(story.spawned(1), waits);
    story.pass(300);
    assert_eq!(story.is_ready(1), "ready, id");
    assert_eq!(story.timers, BTreeMap::new());
    assert_eq!(story.is_ready(1), "", "said once more");
    let news = story.news();
    assert!(
        matches!(news[0], News::Starting { cause: None }),
        "{news:?}"
    );
    let took = ms(300);
    let is = |news: &News| matches!(news, News::Ready { pid: Some(101), before: None, took: it, .. } if *it == took);
    assert!(is(&news[1]) && news.len() == 2, "{news:?}");
}

#[test]
fn a_save_moves_the_id_once() {
    let mut story = Story::ready(PLAIN);
    assert_eq!(story.whole("a.py"), "read a.py");
    assert_eq!(story.read(&["a.py"]), "no id, stopping, stop, kill in 3000");
    assert_eq!(story.rises(2), ALL_OF_A_RESTART);
    assert_eq!((story.moves(), story.timers.len()), (2, 0));
    let news = story.news();
    let last = news.last().unwrap();
    let pids = matches!(
        last,
        News::Ready {
            pid: Some(102),
            before: Some(101),
            ..
        }
    );
    assert!(pids, "{news:?}");
}

#[test]
fn equal_bytes_do_nothing() {
    let mut story = Story::ready(CHECKED);
    assert_eq!(story.whole("a.py"), "read a.py");
    assert_eq!(story.read(&[]), "");
}

/// Where a service may stand when a file is saved.
struct Case {
    name: &'static str,
    rules: Rules,
    /// Leads there from a service that is ready.
    before: fn(&mut Story),
    /// What the save leads to at once.
    at_once: &'static str,
    /// From there to the new id.
    after: fn(&mut Story) -> String,
    then: &'static str,
}

const STOP: &str = "no id, stopping, stop, kill in 3000";
const STOP_UNANNOUNCED: &str = "stopping, stop, kill in 3000";

fn waiting(story: &mut Story) {
    story.save("a.py");
    story.gone(1);
    story.free();
    story.spawned(2);
}

#[test]
fn a_save_wherever_it_stands_is_one_follow_up() {
    let cases = [
        Case {
            name: "ready",
            rules: PLAIN,
            before: |_| (),
            at_once: STOP,
            after: |story| story.rises(2),
            then: ALL_OF_A_RESTART,
        },
        Case {
            name: "stopping",
            rules: PLAIN,
            before: |story| {
                story.save("a.py");
            },
            at_once: "",
            after: |story| story.rises(2),
            then: ALL_OF_A_RESTART,
        },
        Case {
            name: "awaiting its port",
            rules: PLAIN,
            before: |story| {
                story.save("a.py");
                story.gone(1);
            },
            at_once: "",
            after: |story| {
                let all = [story.free(), story.spawned(2), story.is_ready(2)];
                all.join(" | ")
            },
            then: "starting, spawn 2 | waiting_until_ready, probe 2, too late in 30000 \
                   | ready, id, op 1 Restarted",
        },
    ];
    run(cases);
}

#[test]
fn a_save_before_it_is_ready_is_one_more_restart() {
    let cases = [
        Case {
            name: "starting",
            rules: PLAIN,
            before: |story| {
                story.save("a.py");
                story.gone(1);
                story.free();
            },
            at_once: "",
            after: |story| [story.spawned(2), story.rises(3)].join(" | "),
            then: "waiting_until_ready, probe 2, too late in 30000, op 1 Cancelled, stopping, stop, \
                   kill in 3000 | waiting_for_port, port? | starting, spawn 3 \
                   | waiting_until_ready, probe 3, too late in 30000 | ready, id, op 2 Restarted",
        },
        Case {
            name: "waiting until ready",
            rules: PLAIN,
            before: waiting,
            at_once: "op 1 Cancelled, stopping, stop, kill in 3000",
            after: |story| story.rises(3),
            then: "waiting_for_port, port? | starting, spawn 3 \
                   | waiting_until_ready, probe 3, too late in 30000 | ready, id, op 2 Restarted",
        },
        Case {
            name: "late",
            rules: PLAIN,
            before: |story| {
                waiting(story);
                story.due(Timer::Ready(0));
                missing(story, 2);
            },
            at_once: STOP_UNANNOUNCED,
            after: |story| story.rises(3),
            then: "waiting_for_port, port? | starting, spawn 3 | waiting_until_ready, probe 3, \
                   too late in 30000 | solved, ready, id, op 2 Restarted",
        },
    ];
    run(cases);
}

#[test]
fn a_save_wherever_nothing_runs_is_one_start() {
    let cases = [
        Case {
            name: "backing off",
            rules: PLAIN,
            before: |story| {
                story.gone(1);
            },
            at_once: "waiting_for_port, port?",
            after: |story| {
                assert_eq!(story.timers, BTreeMap::new(), "it still backs off");
                [story.free(), story.spawned(2), story.is_ready(2)].join(" | ")
            },
            then: "starting, spawn 2 | waiting_until_ready, probe 2, too late in 30000 \
                   | solved, ready, id, op 1 Restarted",
        },
        Case {
            name: "down",
            rules: PLAIN,
            before: |story| {
                story.save("a.py");
                story.gone(1);
                story.free();
                spawn_failed(story, 2);
            },
            at_once: "waiting_for_port, port?",
            after: |story| [story.free(), story.spawned(3), story.is_ready(3)].join(" | "),
            then: "starting, spawn 3 | waiting_until_ready, probe 3, too late in 30000 \
                   | solved, ready, id, op 2 Restarted",
        },
    ];
    run(cases);
}

#[test]
fn a_save_during_a_checked_restart_is_checked_too() {
    let cases = [
        Case {
            name: "checking",
            rules: CHECKED,
            before: |story| {
                story.save("a.py");
            },
            at_once: "stop check, op 1 Cancelled, checking, check 2",
            after: |story| {
                [
                    story.checked(1, true),
                    story.checked(2, true),
                    story.rises(2),
                ]
                .join(" | ")
            },
            then: " | no id, stopping, stop, kill in 3000 | waiting_for_port, port? | starting, spawn 2 \
                   | waiting_until_ready, probe 2, too late in 30000 | ready, id, op 2 Restarted",
        },
        Case {
            name: "stopping with a check",
            rules: CHECKED,
            before: |story| {
                story.save("a.py");
                story.checked(1, true);
            },
            at_once: "",
            after: |story| [story.gone(1), story.checked(2, true)].join(" | "),
            then: "op 1 Cancelled, checking, check 2 | waiting_for_port, port?",
        },
        Case {
            name: "awaiting its port with a check",
            rules: CHECKED,
            before: |story| {
                story.save("a.py");
                story.checked(1, true);
                story.gone(1);
            },
            at_once: "op 1 Cancelled, checking, check 2",
            after: |story| [story.free(), story.checked(2, true), story.free()].join(" | "),
            then: " | waiting_for_port, port? | starting, spawn 2",
        },
    ];
    run(cases);
}

fn run(cases: impl IntoIterator<Item = Case>) {
    for case in cases {
        let mut story = Story::ready(case.rules);
        (case.before)(&mut story);
        let before = story.moves();
        assert_eq!(story.save("b.py"), case.at_once, "{}: the save", case.name);
        assert_eq!((case.after)(&mut story), case.then, "{}", case.name);
        let moved = story.moves() - before;
        assert_eq!(
            moved,
            usize::from(case.then.contains("Restarted")),
            "{}",
            case.name
        );
    }
}

#[test]
fn many_saves_during_a_start_are_one_follow_up() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    story.free();
    for _ in 0..9 {
        assert_eq!(story.save("b.py"), "");
    }
    let stops = "waiting_until_ready, probe 2, too late in 30000, op 1 Cancelled, stopping, stop, \
                 kill in 3000";
    assert_eq!(story.spawned(2), stops);
    assert!(story.rises(3).ends_with("| ready, id, op 2 Restarted"));
    assert_eq!(story.moves(), 2);
}

/// The program may be what was just built.
#[test]
fn a_save_during_a_start_that_fails_starts_once_more() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    story.free();
    assert_eq!(story.save("program"), "");
    let again = "crashed, problem `cannot be started: not found`, op 1 Exited, \
                 waiting_for_port, port?";
    assert_eq!(spawn_failed(&mut story, 2), again);
    assert_eq!(story.free(), "starting, spawn 3");
}

/// Nothing half-written is read by a new process, and no id moves that is about to move again.
#[test]
fn what_is_not_settled_keeps_everything_waiting() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    assert_eq!(story.touched("b.py"), "settle in 10");
    assert_eq!(story.free(), "");
    assert_eq!(story.due(Timer::Settle), "read b.py");
    assert_eq!(story.read(&["b.py"]), "starting, spawn 2");
    story.spawned(2);
    story.pass(5_000);
    assert_eq!(story.whole("b.py"), "read b.py");
    assert_eq!(story.is_ready(2), "");
    assert_eq!(story.read(&[]), "ready, id, op 1 Restarted");
}

fn spawn_failed(story: &mut Story, run: Run) -> String {
    let reason = "not found".to_owned();
    story.tell(Input::SpawnFailed {
        service: 0,
        run,
        reason,
    })
}

pub(super) fn missing(story: &mut Story, run: Run) -> String {
    story.tell(Input::Missing {
        service: 0,
        run,
        what: "nothing listens yet".to_owned(),
        output: "the end".to_owned(),
    })
}
