//! The whole group ends before the next one starts, and before we do.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Args, Run, answering, run};
use crate::processes::is_alive;

#[test]
fn a_child_that_ignores_term_is_killed_when_its_time_is_over() {
    let mut run = run("deaf", &["--stop-timeout", "300ms"]);
    let before = run.pid();
    let began = Instant::now();
    run.save("two\n");
    run.story.phase("starting");
    assert!(!is_alive(before), "the next one starts when it is gone");
    assert!(began.elapsed() >= Duration::from_millis(300));
    run.story.id();
    assert_eq!(run.answer(), "two");
    let line = run.shim.line("it did not end within 0.30 s and is killed");
    assert!(line.contains("--stop-timeout"), "{line}");
}

#[test]
fn a_grandchild_that_ignores_term_and_has_a_new_parent_is_killed() {
    for words in ["orphan", "child"] {
        let mut run = run(words, &["--stop-timeout", "300ms"]);
        let before = run.pid();
        let left = run.shim.started(words)[0];
        assert!(is_alive(left));
        run.save("two\n");
        run.story.phase("waiting_for_port");
        assert!(!is_alive(before) && !is_alive(left), "{words}");
        run.story.id();
        assert_eq!(run.answer(), "two");
        assert_eq!(run.starts(), 2);
    }
}

#[test]
fn one_that_takes_its_time_is_not_killed() {
    let mut run = run("slow=400", &[]);
    run.save("two\n");
    run.story.id();
    assert_eq!(run.answer(), "two");
    assert!(!run.shim.output().contains("is killed"));
}

#[test]
fn the_signal_to_stop_by_can_be_chosen() {
    let mut run = run("deaf", &["--stop-signal", "KILL", "--stop-timeout", "60s"]);
    run.save("two\n");
    run.story.id();
    assert_eq!(run.answer(), "two");
}

#[test]
fn each_signal_ends_the_group_before_us() {
    for (signal, name) in [
        (Signal::INT, "SIGINT"),
        (Signal::TERM, "SIGTERM"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::HUP, "SIGHUP"),
    ] {
        let mut run = run("slow=200 orphan", &["--stop-timeout", "600ms"]);
        let mut all = vec![run.pid()];
        all.extend(run.shim.started("orphan"));
        run.shim.signal(signal);
        let shutdown = run.story.named("shutdown").json();
        let reason = shutdown["reason"].as_str().unwrap();
        assert!(reason.contains(name), "{reason}");
        let status = run.shim.wait();
        let left: Vec<_> = all.into_iter().filter(|pid| is_alive(*pid)).collect();
        assert!(left.is_empty(), "{name} has left {left:?}");
        assert_eq!(status.code(), Some(0));
        let records = std::fs::read_dir(run.shim.aside("state/server-reload"));
        let records = records.into_iter().flatten().map(Result::unwrap);
        let left: Vec<_> = records.filter(|entry| entry.path().is_file()).collect();
        assert!(left.is_empty(), "no record is left: {left:?}");
    }
}

#[test]
fn a_second_signal_kills() {
    let mut run = run("deaf orphan", &["--stop-timeout", "60s"]);
    let mut all = vec![run.pid()];
    all.extend(run.shim.started("orphan"));
    run.shim.signal(Signal::TERM);
    run.story.named("done");
    assert!(is_alive(all[0]), "it has a minute");
    let began = Instant::now();
    run.shim.signal(Signal::TERM);
    run.shim.wait();
    assert!(began.elapsed() < Duration::from_secs(5));
    for pid in all {
        assert!(!is_alive(pid), "{pid} is left");
    }
}

#[test]
fn a_signal_during_a_check_ends_the_check_too() {
    let check = "sh -c 'echo $$ > \"$ASIDE/check\"; trap \"\" TERM; sleep 1000 & wait; wait'";
    let mut run = Run::start(answering("").args(&["--check", check]));
    run.save("two\n");
    let file = run.shim.aside("check");
    let read = || std::fs::read_to_string(&file).unwrap_or_default();
    crate::processes::eventually("the check", || read().ends_with('\n'));
    let check: u32 = read().trim().parse().unwrap();
    let backend = run.pid();
    run.shim.signal(Signal::TERM);
    run.shim.wait();
    assert!(!is_alive(backend));
    crate::processes::await_gone(check);
}

#[test]
fn a_signal_while_it_starts_or_waits_leaves_nothing() {
    for (words, phase) in [
        ("", "waiting_until_ready"),
        ("dies=0", "backing_off"),
        ("slow=300 says=up", "waiting_until_ready"),
    ] {
        let mut shim = crate::shim::Shim::builder().backend(words).start();
        crate::processes::eventually(phase, || shim.health()["status"] == phase);
        shim.signal(Signal::INT);
        assert_eq!(shim.wait().code(), Some(0));
        for pid in shim.started("main") {
            assert!(!is_alive(pid), "{words}: {pid} is left");
        }
    }
}
