//! Everything ends.

use super::restarts::missing;
use super::*;

const QUIT: Input = Input::Quit { hard: false };

/// Leads from a service that is ready to some stage.
type Way = fn(&mut Story);

fn starting(story: &mut Story) {
    story.save("a.py");
    story.gone(1);
    story.free();
}

/// Where nothing runs, everything is over at once.
#[test]
fn quit_where_nothing_runs() {
    let ways: [(&str, Way, &str); 5] = [
        ("backing off", |story| drop(story.gone(1)), "done"),
        (
            "down",
            |story| {
                starting(story);
                let reason = String::new();
                story.tell(Input::SpawnFailed {
                    service: 0,
                    run: 2,
                    reason,
                });
            },
            "done",
        ),
        (
            "awaiting its port",
            |story| {
                story.save("a.py");
                story.gone(1);
            },
            "op 1 Cancelled, done",
        ),
        (
            "port held",
            |story| {
                story.save("a.py");
                story.gone(1);
                story.held();
            },
            "done",
        ),
        (
            "port free",
            |story| {
                story.save("a.py");
                story.gone(1);
                story.touched("a.py");
                story.free();
            },
            "op 1 Cancelled, done",
        ),
    ];
    for (name, way, then) in ways {
        for hard in [false, true] {
            let mut story = Story::ready(PLAIN);
            way(&mut story);
            assert_eq!(story.tell(Input::Quit { hard }), then, "{name}");
            assert_eq!(story.timers, BTreeMap::new(), "{name}");
            silent(&mut story, name);
        }
    }
}

/// Where something runs, that ends before everything is over.
#[test]
fn quit_where_something_runs() {
    let ways: [(&str, Rules, Way, &str); 5] = [
        (
            "ready",
            PLAIN,
            |_| (),
            "no id, stopping, stop, kill in 3000",
        ),
        (
            "checking",
            CHECKED,
            |story| drop(story.save("a.py")),
            "stop check, no id, stopping, stop, kill in 3000, op 1 Cancelled",
        ),
        (
            "failed",
            CHECKED,
            |story| {
                story.save("a.py");
                story.checked(1, false);
            },
            "no id, stopping, stop, kill in 3000",
        ),
        (
            "passed",
            CHECKED,
            |story| {
                story.save("a.py");
                story.touched("a.py");
                assert_eq!(story.checked(1, true), "");
            },
            "no id, stopping, stop, kill in 3000, op 1 Cancelled",
        ),
        (
            "stopping",
            PLAIN,
            |story| drop(story.save("a.py")),
            "op 1 Cancelled",
        ),
    ];
    for (name, rules, way, then) in ways {
        for hard in [false, true] {
            let mut story = Story::ready(rules.clone());
            way(&mut story);
            let kill = if hard { ", kill" } else { "" };
            let then = format!("{then}{kill}");
            assert_eq!(story.tell(Input::Quit { hard }), then, "{name}");
            assert_eq!(story.gone(1), "done", "{name}");
            assert_eq!(story.timers, BTreeMap::new(), "{name}");
            silent(&mut story, name);
        }
    }
}

#[test]
fn quit_before_it_is_ready() {
    let ways: [(&str, Way); 2] = [
        ("waiting until ready", |story| drop(story.spawned(2))),
        ("late", |story| {
            story.spawned(2);
            story.due(Timer::Ready(0));
            missing(story, 2);
        }),
    ];
    for (name, way) in ways {
        let mut story = Story::ready(PLAIN);
        starting(&mut story);
        way(&mut story);
        let then = story.tell(QUIT);
        assert!(
            then.starts_with("stopping, stop, kill in 3000"),
            "{name}: {then}"
        );
        assert_eq!(story.due(Timer::Stop(0)), "kill", "{name}");
        assert_eq!(story.gone(2), "done", "{name}");
        silent(&mut story, name);
    }
}

/// What is being born is ended as soon as it is there.
#[test]
fn quit_while_it_starts() {
    for hard in [false, true] {
        let mut story = Story::ready(PLAIN);
        starting(&mut story);
        assert_eq!(story.save("a.py"), "");
        assert_eq!(story.tell(QUIT), "op 1 Cancelled");
        if hard {
            assert_eq!(story.tell(Input::Quit { hard }), "");
        }
        let kill = if hard { ", kill" } else { "" };
        assert_eq!(
            story.spawned(2),
            format!("stopping, stop, kill in 3000{kill}")
        );
        assert_eq!(story.gone(2), "done");
        silent(&mut story, "starting");
    }
    let mut story = Story::ready(PLAIN);
    starting(&mut story);
    story.tell(QUIT);
    let reason = String::new();
    let failed = Input::SpawnFailed {
        service: 0,
        run: 2,
        reason,
    };
    assert_eq!(story.tell(failed), "done");
}

/// Two questions about the port were under way, and their answers differ.
#[test]
fn quit_while_it_starts_and_a_port_was_to_be_looked_at_again() {
    let mut story = Story::ready(CHECKED);
    story.save("a.py");
    story.checked(1, true);
    story.gone(1);
    story.save("a.py");
    story.checked(2, true);
    assert!(story.held().ends_with("again in 1000"));
    assert_eq!(story.free(), "starting, spawn 2");
    story.tell(QUIT);
    story.spawned(2);
    assert_eq!(story.gone(2), "done");
    assert_eq!(story.timers, BTreeMap::new());
}

#[test]
fn the_second_signal_kills() {
    let mut story = Story::ready(PLAIN);
    story.tell(QUIT);
    assert_eq!(story.tell(QUIT), "", "once more the same");
    assert_eq!(story.tell(Input::Quit { hard: true }), "kill");
    assert_eq!(story.gone(1), "done");
}

#[test]
fn quit_without_services_and_before_the_start() {
    let mut story = Story::new([]);
    assert_eq!(story.tell(Input::Start), "");
    assert_eq!(story.touched("a.css"), "settle in 10");
    assert_eq!(story.tell(QUIT), "done");
    assert_eq!(story.timers, BTreeMap::new());
    silent(&mut story, "no services");

    let mut story = Story::new([PLAIN, ATTACHED]);
    assert_eq!(story.tell(QUIT), "done");
    assert_eq!(story.tell(Input::Start), "");
}

#[test]
fn quit_ends_no_process_of_somebody_else() {
    let mut story = Story::new([ATTACHED]);
    story.tell(Input::Start);
    story.tell(Input::Up {
        service: 0,
        pid: Some(5),
    });
    assert_eq!(story.tell(QUIT), "done");
    assert_eq!(story.tell(Input::Away(0)), "");
    assert_eq!(
        story.tell(Input::Up {
            service: 0,
            pid: Some(6)
        }),
        ""
    );
}

/// Whatever is still said after the end changes nothing.
fn silent(story: &mut Story, name: &str) {
    let failed = CheckOutcome::Failed {
        reason: String::new(),
        output: String::new(),
    };
    for input in [
        Input::File(FileEvent::Whole("a.py".into())),
        Input::Due(Timer::Settle),
        Input::Due(Timer::Stop(0)),
        Input::Due(Timer::Ready(0)),
        Input::Due(Timer::Pause(0)),
        Input::Port(0, PortState::Free),
        Input::Checked {
            service: 0,
            check: 1,
            outcome: failed,
            took: ms(1),
        },
        Input::Ready { service: 0, run: 2 },
        Input::HandedOver {
            service: 0,
            run: 2,
            pid: None,
        },
        Input::Restart {
            services: vec![0],
            cause: Cause::Page,
        },
        Input::Pause,
        QUIT,
        Input::Quit { hard: true },
    ] {
        let asked = format!("{input:?}");
        assert_eq!(story.tell(input), "", "{name}: {asked}");
    }
    assert_eq!(story.read(&["a.py", "a.css"]), "", "{name}");
}
