//! Operations: which one a request is given, and how each ends.

use super::effect::Status;
use super::several::{goes, up};
use super::*;

/// Independent services, up as runs 1 to that many.
fn several(services: usize) -> Story {
    let mut story = Story::new(vec![PLAIN; services]);
    story.tell(Input::Start);
    for no in 0..services {
        up(&mut story, no, no as u64 + 1);
    }
    assert_eq!(story.moves(), 1);
    story.pass(60_000);
    story
}

#[test]
fn a_request_is_given_what_runs_already_whatever_that_is_for() {
    let mut story = Story::ready(CHECKED);
    assert_eq!(story.save("a.py"), "checking, check 1");
    for _ in 0..3 {
        assert_eq!(story.ask(), "", "nothing is begun anew");
        assert_eq!(story.accepted(), Some(1));
    }
    story.checked(1, true);
    story.ask();
    let rises = story.rises(2);
    assert!(rises.ends_with("op 1 Restarted"), "{rises}");
    assert_eq!(story.accepted(), Some(1));
    story.ask();
    assert_eq!(story.accepted(), Some(2), "that one has ended");
}

/// Who has asked has not asked for the sake of the files.
#[test]
fn what_was_put_back_is_restarted_all_the_same_for_who_has_asked() {
    let mut story = Story::ready(CHECKED);
    story.save("a.py");
    story.ask();
    assert_eq!(story.save_as("a.py", 0), "stop check, check 2");
    assert_eq!(
        story.checked(2, true),
        "no id, stopping, stop, kill in 3000"
    );
    assert!(story.rises(2).ends_with("op 1 Restarted"));
    assert_eq!(story.phases_of(1)[..2], ["checking", "stopping"]);
}

/// Each has the phase in which it has come, and all after that.
#[test]
fn every_operation_has_phases_of_its_own() {
    let mut story = several(2);
    story.save("0/a.py");
    story.ask_for(&[0, 1]);
    assert_eq!(story.accepted(), Some(2));
    assert_eq!(story.phases_of(1), ["stopping"]);
    assert_eq!(story.phases_of(2), ["stopping", "stopping"]);
    goes(&mut story, 0, 1);
    up(&mut story, 0, 3);
    let rises = [
        "stopping",
        "waiting_for_port",
        "starting",
        "waiting_until_ready",
        "ready",
    ];
    assert_eq!(story.phases_of(1), rises);
    assert_eq!(story.phases_of(2)[2..], rises[1..]);
}

#[test]
fn who_finds_the_port_held_once_more_is_told_where_it_stands() {
    let mut story = Story::ready(PLAIN);
    story.ask();
    story.gone(1);
    story.held();
    for op in 2..4 {
        assert_eq!(story.ask(), "waiting_for_port, port?");
        assert!(
            story
                .held()
                .ends_with(&format!("op {op} PortStillInUse, again in 1000"))
        );
        assert_eq!(story.phases_of(op), ["waiting_for_port"]);
    }
}

#[test]
fn what_was_begun_anew_names_what_has_taken_its_place() {
    let mut story = several(2);
    story.ask_for(&[0, 1]);
    for no in 0..2 {
        goes(&mut story, no, no as u64 + 1);
    }
    up(&mut story, 0, 3);
    story.tell(Input::Port(1, PortState::Free));
    story.tell(Input::Spawned {
        service: 1,
        run: 4,
        pid: 1,
    });
    story.save("1/a.py");
    let successors = story.effects.iter().filter_map(|effect| match effect {
        Effect::Ended { op, outcome, .. } => Some((*op, outcome.successor)),
        _ => None,
    });
    assert_eq!(successors.collect::<Vec<_>>(), [(1, Some(2))]);
}

/// Not that of the others, nor the time until all had come to their end.
#[test]
fn each_service_takes_its_own_time() {
    let mut story = several(2);
    story.ask_for(&[0, 1]);
    for no in 0..2 {
        goes(&mut story, no, no as u64 + 1);
    }
    story.pass(100);
    up(&mut story, 0, 3);
    story.pass(400);
    up(&mut story, 1, 4);
    let turned = [100, 500].into_iter().enumerate();
    let turned: Vec<_> = turned
        .map(|(no, took)| (no, Status::Restarted, took))
        .collect();
    assert_eq!(story.turned(), turned);
}

#[test]
fn a_request_for_several_joins_what_runs_and_begins_the_rest() {
    let mut story = several(3);
    story.ask_for(&[1]);
    assert_eq!(
        story.ask_for(&[0, 1, 2]),
        "no id, stopping, stop, kill in 3000, no id, 2:stopping, 2:stop, 2:kill in 3000"
    );
    assert_eq!(story.accepted(), Some(2));
    story.ask_for(&[1, 2]);
    assert_eq!(story.accepted(), Some(2), "all of these are parts of it");
    goes(&mut story, 1, 2);
    assert_eq!(up(&mut story, 1, 4), "1:ready, op 1 Restarted");
    story.ask_for(&[0, 1, 2]);
    assert_eq!(story.accepted(), Some(2), "some of it has still to come");
    goes(&mut story, 0, 1);
    assert_eq!(up(&mut story, 0, 5), "ready");
    goes(&mut story, 2, 3);
    assert_eq!(up(&mut story, 2, 6), "2:ready, 2:id, op 2 Restarted");
    assert_eq!(story.moves(), 2);
}

#[test]
fn one_that_is_over_in_an_operation_that_goes_on_is_restarted_once_more() {
    let mut story = several(2);
    story.ask_for(&[0, 1]);
    goes(&mut story, 0, 1);
    up(&mut story, 0, 3);
    assert_eq!(story.ask_for(&[0]), "stopping, stop, kill in 3000");
    assert_eq!(story.accepted(), Some(2));
}

#[test]
fn the_first_that_fails_says_how_it_has_ended() {
    let mut story = several(3);
    story.ask_for(&[0, 1, 2]);
    for no in 0..3 {
        goes(&mut story, no, no as u64 + 1);
        story.tell(Input::Port(no, PortState::Free));
        story.tell(Input::Spawned {
            service: no,
            run: no as u64 + 4,
            pid: 1,
        });
    }
    goes(&mut story, 1, 5);
    let missing = Input::Missing {
        service: 2,
        run: 6,
        what: "nothing listens".to_owned(),
        output: "the end".to_owned(),
    };
    story.due(Timer::Ready(2));
    story.tell(missing);
    assert_eq!(story.ended(), [], "one has still to come");
    story.tell(Input::Ready { service: 0, run: 4 });
    assert_eq!(story.ended(), [(1, Status::Exited, Some(1), Some("ended"))]);
}

#[test]
fn every_end_has_its_reason() {
    type Way = fn(&mut Story) -> String;
    let ways: [(Rules, Way, Status, &str); 7] = [
        (
            CHECKED,
            |it| it.checked(1, false),
            Status::CheckFailed,
            "check failed: no",
        ),
        (
            CHECKED,
            |it| it.save_as("a.py", 0),
            Status::Cancelled,
            "what had changed was put back",
        ),
        (
            CHECKED,
            |it| it.save("a.py"),
            Status::Cancelled,
            "it was begun anew, for something newer",
        ),
        (
            PLAIN,
            |it| it.tell(Input::Quit { hard: false }),
            Status::Cancelled,
            "server-reload was ended",
        ),
        (
            PLAIN,
            |it| {
                it.gone(1);
                it.held()
            },
            Status::PortStillInUse,
            "port 8000 is held by pid 7",
        ),
        (
            PLAIN,
            |it| {
                it.gone(1);
                it.former()
            },
            Status::PidUnchanged,
            "port 8000 is still held by the old process: `app` (pid 7) has left its process group",
        ),
        (
            PLAIN,
            |it| {
                it.gone(1);
                it.free();
                it.spawned(2);
                it.gone(2)
            },
            Status::Exited,
            "exited with code 1",
        ),
    ];
    for (rules, way, status, reason) in ways {
        let mut story = Story::ready(rules);
        story.save("a.py");
        way(&mut story);
        let ended = story.ended();
        assert_eq!(ended[0], (1, status, Some(0), Some(reason)));
    }
}

/// The process that stays is named, as the one after the restart.
fn stayed(story: &Story) -> Option<u32> {
    let ended = story.effects.iter().find_map(|effect| match effect {
        Effect::Ended { outcome, .. } => Some(outcome.stayed),
        _ => None,
    });
    ended.flatten()
}

#[test]
fn who_stays_on_the_port_is_known() {
    for (former, pid) in [(true, Some(7)), (false, None)] {
        let mut story = Story::ready(PLAIN);
        story.ask();
        story.gone(1);
        story.held_by(Story::holder(former));
        assert_eq!(stayed(&story), pid);
    }
}

/// The new process finds the old one of its service on its port.
#[test]
fn who_is_refused_by_the_old_process_has_changed_nothing() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    story.free();
    story.spawned(2);
    let refusal = Refusal::Held {
        holder: Story::holder(true),
        ours: false,
    };
    story.tell(Input::Refused {
        service: 0,
        run: 2,
        refusal,
    });
    assert!(story.gone(2).ends_with("op 1 PidUnchanged"));
    assert_eq!(stayed(&story), Some(7));
}

/// The phase in which it has ended carries its number, and what comes later does not.
#[test]
fn the_last_phase_is_told_before_the_end() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    story.free();
    story.spawned(2);
    story.gone(2);
    story.due(Timer::Pause(0));
    let phases = story.effects.iter().filter_map(|effect| match effect {
        Effect::Phase { phase, ops, .. } => Some((phase.as_str(), ops.clone())),
        _ => None,
    });
    let last: Vec<_> = phases.collect();
    let last = &last[last.len() - 2..];
    assert_eq!(
        last,
        [("backing_off", vec![1]), ("waiting_for_port", vec![2])]
    );
}
