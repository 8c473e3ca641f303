//! What must pass before a restart.

use super::*;

const FAILED: &str = "problem `check failed: no`, failed, op 1 CheckFailed";

#[test]
fn what_passes_restarts() {
    let mut story = Story::ready(CHECKED);
    assert_eq!(story.save("a.py"), "checking, check 1");
    assert_eq!(
        story.checked(1, true),
        "no id, stopping, stop, kill in 3000"
    );
    assert!(story.rises(2).ends_with("| ready, id, op 1 Restarted"));
}

#[test]
fn what_fails_lets_the_old_process_go_on() {
    let mut story = Story::ready(CHECKED);
    story.save("a.py");
    assert_eq!(story.checked(1, false), FAILED);
    assert_eq!((story.moves(), story.timers.len()), (1, 0));
    let last = story
        .effects
        .iter()
        .rev()
        .find(|it| matches!(it, Effect::Phase { .. }));
    let told = matches!(last, Some(Effect::Phase { pid: Some(101), .. }));
    assert!(told, "{last:?}");

    assert_eq!(story.save("a.py"), "checking, check 2");
    let again = FAILED.replace('1', "2");
    assert_eq!(story.checked(2, false), again, "once more");
    story.save("a.py");
    assert_eq!(
        story.checked(3, true),
        "no id, stopping, stop, kill in 3000"
    );
    assert!(
        story
            .rises(2)
            .ends_with("| solved, ready, id, op 3 Restarted")
    );
    assert_eq!(story.moves(), 2);
}

#[test]
fn what_is_put_back_while_it_has_failed_is_solved() {
    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    story.checked(1, false);
    assert_eq!(story.save_as("b.py", 1), "checking, check 2");
    story.checked(2, false);
    assert_eq!(
        story.save_as("a.py", 0),
        "checking, check 3",
        "b.py still differs"
    );
    story.checked(3, false);
    assert_eq!(story.save_as("b.py", 0), "solved, ready");
    assert_eq!(story.news().last(), Some(&News::PutBack));
    assert_eq!(story.moves(), 0, "since the news");
}

#[test]
fn what_is_put_back_while_it_is_checked_ends_the_check() {
    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    assert_eq!(
        story.save_as("a.py", 0),
        "stop check, ready, op 1 Cancelled"
    );
    assert_eq!(story.checked(1, true), "", "too late");
}

/// What it was started with, not what an earlier one was.
#[test]
fn only_the_content_of_the_last_start_is_put_back() {
    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    story.checked(1, true);
    story.rises(2);
    story.save_as("a.py", 2);
    story.checked(2, false);
    assert_eq!(story.save_as("a.py", 0), "checking, check 3");
    story.checked(3, false);
    assert_eq!(story.save_as("a.py", 1), "solved, ready");
}

/// The process may have read either content.
#[test]
fn nothing_is_put_back_that_was_read_after_and_changed_before_it_was_ready() {
    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    story.checked(1, true);
    story.gone(1);
    story.free();
    story.spawned(2);
    story.pass(200);
    assert_eq!(story.whole("b.py"), "read b.py");
    story.pass(1);
    story.is_ready(2);
    assert_eq!(
        story.read_as(&[("b.py", 1)]),
        "op 1 Cancelled, checking, check 2"
    );
    story.checked(2, false);
    assert_eq!(story.save_as("b.py", 0), "checking, check 3");
}

#[test]
fn nothing_is_put_back_that_changed_before_the_process_was_ready() {
    let mut story = Story::ready(CHECKED);
    story.save_as("a.py", 1);
    story.checked(1, true);
    story.gone(1);
    story.free();
    story.save_as("b.py", 1);
    assert!(
        story
            .spawned(2)
            .ends_with("op 1 Cancelled, checking, check 2")
    );
    story.is_ready(2);
    assert!(story.checked(2, false).ends_with("failed, id"));
    story.save_as("b.py", 2);
    story.checked(3, false);
    assert_eq!(story.save_as("b.py", 1), "checking, check 4");
    story.checked(4, false);
    assert_eq!(story.save_as("b.py", 0), "checking, check 5");
}

/// One that is not ready yet still has its time.
#[test]
fn a_check_that_fails_beside_a_starting_process_waits_for_that() {
    let mut story = Story::ready(CHECKED);
    story.save("a.py");
    story.checked(1, true);
    story.gone(1);
    story.free();
    story.spawned(2);
    assert_eq!(story.save("a.py"), "op 1 Cancelled, checking, check 2");
    assert_eq!(story.timers, BTreeMap::new());
    let waits =
        "problem `check failed: no`, too late in 30000, waiting_until_ready, op 2 CheckFailed";
    assert_eq!(story.checked(2, false), waits);
    assert_eq!(story.is_ready(2), "failed, id");
}

#[test]
fn a_process_that_ends_while_it_is_checked_leaves_the_rest_to_the_check() {
    for passes in [true, false] {
        let mut story = Story::ready(CHECKED);
        story.save("a.py");
        assert_eq!(story.gone(1), "no id");
        let then = if passes {
            "waiting_for_port, port?"
        } else {
            "problem `check failed: no`, crashed, op 1 CheckFailed"
        };
        assert_eq!(story.checked(1, passes), then);
        assert_eq!(story.timers, BTreeMap::new());
    }
}

/// The old process is not ended for files that are something else by now.
#[test]
fn a_check_that_passes_while_files_change_waits_for_them() {
    for changed in [true, false] {
        let mut story = Story::ready(CHECKED);
        story.save("a.py");
        story.pass(5_000);
        assert_eq!(story.whole("b.py"), "read b.py");
        assert_eq!(story.checked(1, true), "");
        let (files, then): (&[_], _) = if changed {
            (&["b.py"], "op 1 Cancelled, checking, check 2")
        } else {
            (&[], "no id, stopping, stop, kill in 3000")
        };
        assert_eq!(story.read(files), then);
    }
}
