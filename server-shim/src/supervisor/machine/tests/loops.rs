//! Backends that change the very files that they are restarted for.

use super::*;

/// The process `run` writes these files soon after its start, one after the other; what that leads to.
fn writes(story: &mut Story, run: Run, paths: &[&str]) -> String {
    story.pass(300);
    let mut then = String::new();
    for path in paths {
        let reads = format!("read {path}");
        if story.whole(path) != reads && story.timers.contains_key(&Timer::Settle) {
            assert_eq!(story.due(Timer::Settle), reads);
        }
        then += &story.read(&[path]);
    }
    if then.contains("stop,") {
        assert!(story.rises(run + 1).contains("ready, id"), "{then}");
    }
    then
}

/// Until the loop is found; which restarts it has cost.
fn looped(paths: &[&str]) -> Story {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.rises(2);
    for run in 2..6 {
        let then = writes(&mut story, run, paths);
        assert_eq!(then, "no id, stopping, stop, kill in 3000", "run {run}");
    }
    story.news();
    assert_eq!(writes(&mut story, 6, paths), "", "the fifth");
    story
}

#[test]
fn the_fifth_self_caused_restart_is_named_and_not_done() {
    for paths in [&["a.db"][..], &["a.db", "b.db"], &["a.db", "b.db", "c.db"]] {
        let mut story = looped(paths);
        assert_eq!(
            story.news(),
            [News::Loop {
                path: "a.db".into()
            }]
        );
        story.pass(60_000);
        for _ in 0..20 {
            story.pass(30);
            assert_eq!(story.whole("a.db"), "", "it goes on");
        }
        assert_eq!(story.timers, BTreeMap::new());
        assert_eq!(story.news(), []);
    }
}

#[test]
fn another_file_and_the_key_resume() {
    let mut story = looped(&["a.db"]);
    assert_eq!(story.save("a.py"), "no id, stopping, stop, kill in 3000");
    story.rises(7);
    assert_ne!(writes(&mut story, 7, &["a.db"]), "", "it is suspected anew");

    let mut story = looped(&["a.db"]);
    assert_eq!(story.ask(), "no id, stopping, stop, kill in 3000");
    story.rises(7);
    assert_ne!(writes(&mut story, 7, &["a.db"]), "", "it is suspected anew");
}

#[test]
fn a_person_who_saves_is_no_loop() {
    let mut story = Story::ready(PLAIN);
    for run in 2..30 {
        assert_eq!(story.save("a.py"), "no id, stopping, stop, kill in 3000");
        story.rises(run);
        story.pass(1_100);
    }
    for run in 30..60 {
        let path = if run % 2 == 0 { "a.py" } else { "b.py" };
        assert_ne!(
            writes(&mut story, run - 1, &[path]),
            "",
            "two files in turns"
        );
    }
}

/// A log that is never closed is settled long after the start that it follows.
#[test]
fn what_began_soon_after_the_start_is_suspected_however_late_it_settles() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.rises(2);
    for run in 2..6 {
        story.pass(300);
        let began = story.now;
        while story.now < began + ms(5_000) {
            assert_ne!(story.touched("a.log"), "read a.log", "run {run}");
            story.pass(5);
        }
        assert_eq!(story.due(Timer::Settle), "read a.log");
        story.news();
        assert_eq!(
            story.read(&["a.log"]),
            "no id, stopping, stop, kill in 3000",
            "run {run}"
        );
        story.rises(run + 1);
    }
    story.pass(300);
    story.touched("a.log");
    story.due(Timer::Settle);
    assert_eq!(story.read(&["a.log"]), "");
    // From now on it keeps nothing waiting.
    assert_eq!(story.touched("a.log"), "");
    assert_eq!(story.ask(), "no id, stopping, stop, kill in 3000");
    assert!(story.rises(7).ends_with("ready, id, op 6 Restarted"));
}

/// It would be started again and again without any pause.
#[test]
fn who_writes_when_it_crashes_is_found_too() {
    let mut story = Story::ready(PLAIN);
    for run in 1..5 {
        story.pass(3_000);
        assert!(story.gone(run).contains("again in 250"), "run {run}");
        story.whole("crash.log");
        if story.timers.contains_key(&Timer::Settle) {
            story.due(Timer::Settle);
        }
        assert_eq!(
            story.read(&["crash.log"]),
            "waiting_for_port, port?",
            "run {run}"
        );
        story.free();
        story.spawned(run + 1);
    }
    assert!(story.gone(5).contains("again in 250"));
    story.whole("crash.log");
    assert_eq!(
        story.read(&["crash.log"]),
        "",
        "it waits as after any crash"
    );
    assert!(story.timers.contains_key(&Timer::Pause(0)));
    assert!(
        story
            .effects
            .iter()
            .any(|it| matches!(it, Effect::News(_, News::Loop { .. })))
    );
}
