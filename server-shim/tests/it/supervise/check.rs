//! What must pass before a restart.

use super::{Args, Run, answering};
use crate::processes::is_alive;
use crate::story::Story;

/// Fails, and shows the line, where the file says `bad`.
const CHECK: &str = "sh -c '! grep -n bad app.txt'";

fn checked() -> Run {
    Run::start(answering("").args(&["--check", CHECK, "--heartbeat", "1s"]))
}

#[test]
fn a_failed_check_leaves_the_old_process_at_work() {
    let mut run = checked();
    let before = run.pid();
    run.save("bad line\n");
    let problem = run.story.problem();
    assert_eq!(problem["service"], "app");
    assert_eq!(problem["title"], "check failed: exited with code 1");
    assert_eq!(problem["output"], "1:bad line");
    let line = run.shim.line("check failed");
    assert!(line.contains("the old version goes on"), "{line}");
    run.shim.line("    1:bad line");

    assert_eq!(run.shim.health()["status"], "failed");
    assert_eq!(run.shim.health()["id"], run.id.as_str());
    assert_eq!(run.pid(), before);
    assert!(is_alive(before));
    assert_eq!(run.answer(), "one");

    run.save("good\n");
    assert_ne!(run.story.id(), run.id);
    assert_eq!(run.answer(), "good");
    assert_eq!(run.story.count("problem"), 1);
    assert_eq!(run.starts(), 2);
    run.shim.line("check passed: restarting");
    assert_no_problem(&run);
}

fn assert_no_problem(run: &Run) {
    let mut late = Story::open(&run.shim);
    assert_eq!(late.named("hello").json()["phase"], "ready");
    late.id();
    // What comes last for a late joiner is a problem; what comes next is a ping.
    late.named("ping");
    assert_eq!(late.count("problem"), 0);
}

#[test]
fn content_that_is_put_back_ends_the_problem_without_a_restart() {
    let mut run = checked();
    // What a file holds is known for sure from its first save on.
    run.save("two\n");
    let second = run.story.id();
    let before = run.pid();
    run.save("bad\n");
    run.story.problem();
    run.save("bad again\n");
    run.story.problem();
    run.story.phase("failed");
    let from = run.story.told.len();
    run.save("two\n");
    run.story.phase("ready");
    assert_eq!(run.story.phases_since(from), ["ready"]);
    run.shim.line("put back as it was");
    assert_eq!(run.pid(), before);
    assert_eq!(run.shim.health()["id"], second.as_str());
    assert_no_problem(&run);
    assert_eq!(run.starts(), 2);
}

#[test]
fn a_late_joiner_hears_the_problem_again() {
    let mut run = checked();
    run.save("bad\n");
    let problem = run.story.problem();
    for _ in 0..2 {
        let mut late = Story::open(&run.shim);
        let hello = late.named("hello").json();
        assert_eq!(hello["phase"], "failed");
        assert_eq!(hello["id"], run.id.as_str());
        assert_eq!(late.problem(), problem);
    }
}

#[test]
fn a_check_that_takes_too_long_has_failed_and_is_ended() {
    let check = "sh -c 'echo $$ >> \"$ASIDE/checks\"; grep -q long app.txt && exec sleep 1000'";
    let check = format!("{check}' || true'");
    let args = ["--check", &check, "--check-timeout", "300ms"];
    let mut run = Run::start(answering("").args(&args));
    run.save("long\n");
    let problem = run.story.problem();
    assert_eq!(problem["title"], "check failed: took longer than 0.3 s");
    let checks = std::fs::read_to_string(run.shim.aside("checks")).unwrap();
    crate::processes::await_gone(checks.trim().parse().unwrap());
    run.save("short\n");
    run.story.id();
    assert_eq!(run.answer(), "short");
}

#[test]
fn a_save_during_a_check_begins_it_anew() {
    let check =
        "sh -c 'echo $$ >> \"$ASIDE/checks\"; grep -q long app.txt && exec sleep 1000; true'";
    let mut run = Run::start(answering("").args(&["--check", check]));
    run.save("long\n");
    run.story.phase("checking");
    let checks = run.shim.aside("checks");
    crate::processes::eventually("the check", || {
        std::fs::read_to_string(&checks).is_ok_and(|it| it.ends_with('\n'))
    });
    run.save("two\n");
    run.story.id();
    assert_eq!(run.answer(), "two");
    assert_eq!(run.story.count("problem"), 0);
    assert_eq!(run.starts(), 2);
    let checks = std::fs::read_to_string(checks).unwrap();
    let checks: Vec<u32> = checks.lines().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(checks.len(), 2);
    crate::processes::await_gone(checks[0]);
}

#[test]
fn a_check_that_is_not_there_says_so() {
    let mut run = Run::start(answering("").args(&["--check", "no-such-check"]));
    run.save("two\n");
    let problem = run.story.problem();
    let title = problem["title"].as_str().unwrap();
    assert!(title.contains("`no-such-check` was not found"), "{title}");
    assert_eq!(run.answer(), "one");
}
