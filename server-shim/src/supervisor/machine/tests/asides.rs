//! Pages' own files, pausing, and commands that restart themselves.

use super::*;

fn not_watched() -> Story {
    let mut story = Story::new([]);
    story.tell(Input::Start);
    story
}

#[test]
fn one_decision_for_all_that_was_changed_at_once() {
    let restart = "no id, stopping, stop, kill in 3000";
    let cases: [(&[&str], &str); 6] = [
        (&["a.css"], "style /a.css"),
        (&["a.html"], "page /a.html"),
        (&["a.css", "b.html"], "page /a.css /b.html"),
        (&["a.css", "b.css"], "style /a.css /b.css"),
        (&["a.css", "b.py"], restart),
        (&["a.css", "b.html", "c.py"], restart),
    ];
    for (paths, then) in cases {
        let mut story = Story::ready(PLAIN);
        assert_eq!(story.read(paths), then, "{paths:?}");
        if then == restart {
            assert!(
                story.rises(2).ends_with("| ready, id, op 1 Restarted"),
                "{paths:?}"
            );
        }
        let changes = |effect: &&Effect| matches!(effect, Effect::Change { .. });
        let told = story.effects.iter().filter(changes).count();
        assert_eq!(told + story.moves(), 2, "{paths:?}");
    }
}

#[test]
fn without_a_service_every_file_is_a_page_file() {
    let cases: [(&[&str], &str); 3] = [
        (&["a.py"], "page /a.py"),
        (&["a.css"], "style /a.css"),
        (&["a.css", "b.py"], "page /a.css /b.py"),
    ];
    for (paths, then) in cases {
        assert_eq!(not_watched().read(paths), then);
    }
    let mut story = not_watched();
    assert_eq!(story.save("a.css"), "style /a.css");
    let changed = News::Changed {
        paths: vec!["a.css".into()],
        style: true,
    };
    assert_eq!(story.news(), [changed]);
}

/// A page that loads anew finds nobody there; and it would do it twice.
#[test]
fn page_files_wait_for_a_service_that_is_restarted() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    assert_eq!(story.save("a.css"), "");
    story.gone(1);
    story.free();
    story.spawned(2);
    assert_eq!(story.save("b.html"), "");
    assert_eq!(
        story.is_ready(2),
        "ready, id, op 1 Restarted",
        "which loads them anew"
    );
    assert_eq!(story.save("a.css"), "style /a.css");
}

#[test]
fn page_files_are_told_where_no_restart_follows() {
    let mut story = Story::ready(CHECKED);
    assert_eq!(story.read(&["a.py", "a.css"]), "checking, check 1");
    assert_eq!(story.save("b.css"), "");
    let failed = "problem `check failed: no`, failed, op 1 CheckFailed, style /a.css /b.css";
    assert_eq!(story.checked(1, false), failed);

    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    story.pass(5_000);
    story.whole("a.py");
    let back = story.read_as(&[("a.py", 0), ("a.html", 1)]);
    assert_eq!(back, "stop check, ready, op 1 Cancelled, page /a.html");
}

#[test]
fn a_pause_keeps_what_was_changed() {
    let mut story = Story::ready(PLAIN);
    assert_eq!(story.tell(Input::Pause), "");
    assert_eq!(story.whole("a.py"), "");
    assert_eq!(story.touched("b.py"), "");
    story.pass(60_000);
    assert_eq!(story.tell(Input::Pause), "read a.py b.py");
    let news = story.news();
    assert!(
        news.ends_with(&[News::Paused(true), News::Paused(false)]),
        "{news:?}"
    );
}

#[test]
fn a_pause_hinders_nothing_else() {
    let mut story = Story::ready(PLAIN);
    story.touched("a.py");
    story.tell(Input::Pause);
    assert_eq!(story.due(Timer::Settle), "");
    assert_eq!(story.ask(), "no id, stopping, stop, kill in 3000");
    assert!(story.rises(2).ends_with("| ready, id, op 1 Restarted"));
    assert_eq!(story.tell(Input::Pause), "read a.py");
    assert_eq!(story.read(&["a.py"]), "no id, stopping, stop, kill in 3000");
}

/// It was started with the content that is put in place of the older one.
#[test]
fn nothing_is_put_back_that_changed_during_a_pause() {
    let mut story = Story::ready(CHECKED);
    story.tell(Input::Pause);
    story.whole("a.py");
    story.ask();
    story.checked(1, true);
    story.rises(2);
    story.pass(60_000);
    assert_eq!(story.tell(Input::Pause), "read a.py");
    assert_eq!(story.read_as(&[("a.py", 1)]), "checking, check 2");
    story.checked(2, false);
    assert_eq!(story.save_as("a.py", 0), "checking, check 3");
}

fn handed_over(story: &mut Story, run: Run, pid: u32) -> String {
    let pid = Some(pid);
    story.tell(Input::HandedOver {
        service: 0,
        run,
        pid,
    })
}

#[test]
fn a_command_that_restarts_itself_moves_the_id() {
    let mut story = Story::ready(PLAIN);
    story.news();
    assert_eq!(handed_over(&mut story, 1, 7), "id");
    assert_eq!(handed_over(&mut story, 1, 8), "id");
    let moved = |pid, before| News::Moved {
        pid: Some(pid),
        before: Some(before),
    };
    assert_eq!(story.news(), [moved(7, 101), moved(8, 7)]);
    assert_eq!(handed_over(&mut story, 2, 9), "", "not its run");
}

/// The same save may be what both restart for, and it may be nothing that we restart for.
#[test]
fn a_hand_over_waits_until_the_id_may_move() {
    for changed in [true, false] {
        let mut story = Story::ready(PLAIN);
        assert_eq!(story.whole("a.py"), "read a.py");
        assert_eq!(handed_over(&mut story, 1, 7), "");
        if changed {
            assert_eq!(story.read(&["a.py"]), "no id, stopping, stop, kill in 3000");
            assert!(story.rises(2).ends_with("| ready, id, op 1 Restarted"));
        } else {
            assert_eq!(story.read(&[]), "id");
        }
        assert_eq!(story.moves(), 2, "changed: {changed}");
    }
}

#[test]
fn a_hand_over_during_a_check_that_fails_is_announced_then() {
    let mut story = Story::ready(CHECKED);
    story.save("a.py");
    assert_eq!(handed_over(&mut story, 1, 7), "");
    assert!(
        story
            .checked(1, false)
            .ends_with("failed, op 1 CheckFailed, id")
    );
}
