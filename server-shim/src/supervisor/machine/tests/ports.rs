//! Ports that somebody else holds, and groups that do not end.

use super::*;

fn stopped(story: &mut Story) {
    story.save("a.py");
    story.gone(1);
}

#[test]
fn a_held_port_is_told_once_and_looked_at_again() {
    let mut story = Story::ready(PLAIN);
    stopped(&mut story);
    story.news();
    let held = "problem `port 8000 is held by pid 7`, op 1 PortStillInUse, again in 1000";
    assert_eq!(story.held(), held);
    for _ in 0..3 {
        assert_eq!(story.due(Timer::Pause(0)), "port?");
        assert_eq!(story.held(), "again in 1000");
    }
    let news = story.news();
    assert!(matches!(news[..], [News::PortHeld { .. }]), "{news:?}");
    assert_eq!(story.due(Timer::Pause(0)), "port?");
    assert_eq!(story.free(), "starting, spawn 2");
    story.spawned(2);
    assert_eq!(story.is_ready(2), "solved, ready, id");
}

#[test]
fn a_save_while_the_port_is_held_looks_at_once() {
    for rules in [PLAIN, CHECKED] {
        let mut story = Story::ready(rules.clone());
        stopped(&mut story);
        if rules.check {
            // The process has ended during the check.
            assert_eq!(story.checked(1, true), "waiting_for_port, port?");
        }
        story.held();
        let first = if rules.check {
            "checking, check 2"
        } else {
            "waiting_for_port, port?"
        };
        assert_eq!(story.save("a.py"), first);
        assert_eq!(story.timers, BTreeMap::new());
        if rules.check {
            assert_eq!(story.checked(2, true), "waiting_for_port, port?");
        }
        assert_eq!(
            story.held(),
            "op 2 PortStillInUse, again in 1000",
            "told before"
        );
        story.due(Timer::Pause(0));
        assert_eq!(story.free(), "starting, spawn 2");
    }
}

#[test]
fn a_group_that_does_not_end_is_killed() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    let at = story.timers[&Timer::Stop(0)];
    assert_eq!(at, story.now + PLAIN.stop_timeout);
    assert_eq!(story.due(Timer::Stop(0)), "kill");
    let last = story.news().pop();
    assert_eq!(
        last,
        Some(News::Killing {
            after: PLAIN.stop_timeout
        })
    );
    assert!(story.rises(2).ends_with("| ready, id, op 1 Restarted"));
}

/// The process says itself that it cannot have its port, and ends.
#[test]
fn a_refused_port_is_named_as_what_it_was() {
    let holder = Holder {
        port: 8_000,
        pid: Some(7),
        ..Holder::default()
    };
    let held = |ours| Refusal::Held {
        holder: holder.clone(),
        ours,
    };
    let cases = [
        (
            held(false),
            "backing_off, problem `port 8000 is held by pid 7`, again in 250, op 1 PortStillInUse",
        ),
        (
            held(true),
            "crashed, problem `the backend wants port 8000, on which server-reload listens`, \
             op 1 PortStillInUse",
        ),
        (
            Refusal::Lingering { port: 8_000 },
            "backing_off, problem `port 8000 is free, but the backend does not reuse its address`, \
             again in 250, op 1 PortStillInUse",
        ),
    ];
    for (refusal, then) in cases {
        let mut story = Story::ready(PLAIN);
        stopped(&mut story);
        story.free();
        story.spawned(2);
        let run = 2;
        let refused = Input::Refused {
            service: 0,
            run,
            refusal,
        };
        assert_eq!(story.tell(refused), "");
        assert_eq!(story.gone(2), then);
        story.ask();
        story.free();
        story.spawned(3);
        let plain = "backing_off, problem `exited with code 1`, again in 250, op 2 Exited";
        assert_eq!(story.gone(3), plain, "the next says nothing of a port");
    }
}

/// A start that nobody has asked for has no number; what a person then asks for has.
#[test]
fn a_restart_asked_for_during_the_first_start_is_that_start() {
    let mut story = Story::new([PLAIN]);
    story.tell(Input::Start);
    assert_eq!(story.ask(), "");
    assert_eq!(story.ask(), "");
    story.free();
    story.spawned(1);
    assert_eq!(story.is_ready(1), "ready, id, op 1 Restarted");
}
