//! Processes that end by themselves, or never become ready.

use super::restarts::missing;
use super::*;

/// Starts the next process, which ends at once.
fn crash_again(story: &mut Story, run: Run) -> String {
    assert_eq!(story.due(Timer::Pause(0)), "waiting_for_port, port?");
    story.free();
    story.spawned(run);
    story.gone(run)
}

#[test]
fn a_growing_pause_and_then_none() {
    let mut story = Story::ready(PLAIN);
    let first = "no id, backing_off, problem `exited with code 1`, again in 250";
    assert_eq!(story.gone(1), first);
    for (run, pause) in [(2, 500), (3, 1_000), (4, 2_000)] {
        let op = run - 1;
        let then =
            format!("backing_off, problem `exited with code 1`, again in {pause}, op {op} Exited");
        assert_eq!(crash_again(&mut story, run), then);
    }
    let last = "crashed, problem `exited with code 1`, op 4 Exited";
    assert_eq!(crash_again(&mut story, 5), last);
    assert_eq!(story.timers, BTreeMap::new());
    let told = |news: &&News| matches!(news, News::Crashed { .. });
    let news = story.news();
    let news: Vec<_> = news.iter().filter(told).collect();
    assert_eq!(news.len(), 5);
    assert!(
        matches!(
            news[4],
            News::Crashed {
                again: None,
                times: 5,
                ..
            }
        ),
        "{news:?}"
    );
}

#[test]
fn a_save_and_a_key_start_the_ladder_anew() {
    for key in [true, false] {
        let mut story = Story::ready(PLAIN);
        story.gone(1);
        for run in 2..=5 {
            crash_again(&mut story, run);
        }
        let start = if key { story.ask() } else { story.save("a.py") };
        assert_eq!(start, "waiting_for_port, port?");
        story.free();
        story.spawned(6);
        assert!(
            story.gone(6).ends_with("again in 250, op 5 Exited"),
            "by key: {key}"
        );
    }
}

#[test]
fn who_was_ready_for_long_starts_the_ladder_anew() {
    let mut story = Story::ready(PLAIN);
    story.gone(1);
    for run in 2..6 {
        story.due(Timer::Pause(0));
        story.free();
        story.spawned(run);
        assert!(story.is_ready(run).starts_with("solved, ready, id"));
        story.pass(if run == 4 { 10_000 } else { 9_999 });
        let pause = [500, 1_000, 250, 500][usize::try_from(run).unwrap() - 2];
        assert!(
            story.gone(run).ends_with(&format!("again in {pause}")),
            "run {run}"
        );
    }
}

#[test]
fn a_crash_after_the_pause_is_over_announces_the_next() {
    let mut story = Story::ready(PLAIN);
    story.gone(1);
    story.due(Timer::Pause(0));
    story.free();
    story.spawned(2);
    assert_eq!(story.is_ready(2), "solved, ready, id, op 1 Restarted");
}

#[test]
fn never_ready_is_told_and_not_announced() {
    let mut story = Story::ready(PLAIN);
    story.save("a.py");
    story.gone(1);
    story.free();
    story.spawned(2);
    assert_eq!(story.due(Timer::Ready(0)), "ask 2");
    let told =
        "failed, problem `not ready after 30 s: nothing listens yet`, op 1 StartedButUnhealthy";
    assert_eq!(missing(&mut story, 2), told);
    assert_eq!(story.moves(), 1);
    assert_eq!(story.is_ready(2), "solved, ready, id", "later");
}

#[test]
fn ready_in_the_very_last_moment() {
    let mut story = Story::new([PLAIN]);
    story.tell(Input::Start);
    story.free();
    story.spawned(1);
    assert_eq!(story.due(Timer::Ready(0)), "ask 1");
    assert_eq!(story.is_ready(1), "ready, id");
    assert_eq!(missing(&mut story, 1), "");
}

#[test]
fn a_late_process_may_end_as_any_other() {
    let mut story = Story::new([PLAIN]);
    story.tell(Input::Start);
    story.free();
    story.spawned(1);
    story.due(Timer::Ready(0));
    missing(&mut story, 1);
    let ends = "backing_off, problem `exited with code 1`, again in 250";
    assert_eq!(story.gone(1), ends);
}
