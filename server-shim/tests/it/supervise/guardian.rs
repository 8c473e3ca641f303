//! A shim that is killed leaves nothing.

use super::{Args, Run, answering, run};
use crate::processes::{await_gone, eventually, is_alive};
use crate::shim::Shim;
use crate::story::Story;

#[test]
fn a_killed_shim_leaves_no_process() {
    let run = run("child", &[]);
    let mut all = run.shim.started("child");
    all.push(run.pid());
    let guardian = guardian(run.shim.pid());
    assert_eq!(guardian.len(), usize::from(cfg!(target_os = "linux")));
    let _kept = run.shim.kill();
    for pid in all {
        await_gone(pid);
    }
    for pid in guardian {
        await_gone(pid);
    }
}

#[test]
fn a_killed_shim_leaves_no_grandchild_that_ignores_term() {
    let run = run("deaf orphan", &[]);
    let mut all = run.shim.started("orphan");
    all.push(run.pid());
    let _kept = run.shim.kill();
    for pid in all {
        await_gone(pid);
    }
}

#[test]
fn a_shim_that_is_killed_after_a_restart_leaves_nothing() {
    let mut run = run("", &[]);
    run.save("two\n");
    run.story.id();
    let last = run.pid();
    let _kept = run.shim.kill();
    await_gone(last);
}

#[test]
fn a_killed_shim_leaves_no_check() {
    // Not at once: there is a moment between its start and the guardian's knowing of it.
    let check = "sh -c 'sleep 0.3; echo $$ > \"$ASIDE/check\"; exec sleep 1000'";
    let run = Run::start(answering("").args(&["--check", check]));
    run.save("two\n");
    let file = run.shim.aside("check");
    let read = || std::fs::read_to_string(&file).unwrap_or_default();
    eventually("the check", || read().ends_with('\n'));
    let check = read().trim().parse().unwrap();
    let _kept = run.shim.kill();
    await_gone(check);
}

/// Only Linux tells; elsewhere there is none.
fn guardian(shim: u32) -> Vec<u32> {
    children(shim, |line| line.contains("guardian"))
}

fn children(of: u32, is: impl Fn(&str) -> bool) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{of}/task"));
    let tasks = tasks.into_iter().flatten().filter_map(Result::ok);
    let children = tasks.filter_map(|it| std::fs::read_to_string(it.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|it| {
            it.split_whitespace()
                .map(|pid| pid.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    let line = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
    children
        .into_iter()
        .filter(|pid| line(pid).is_ok_and(|line| is(&line)))
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_shim_and_its_guardian_left_is_ended_by_the_next() {
    let run = run("orphan", &[]);
    let mut left = run.shim.started("orphan");
    left.push(run.pid());
    let guardian = guardian(run.shim.pid());
    assert_eq!(guardian.len(), 1);
    for pid in guardian {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
    let (port, leader) = (run.port, run.pid());
    let folders = run.shim.kill();
    for pid in &left {
        assert!(is_alive(*pid), "nobody was there to end it");
    }
    let next = Shim::builder()
        .in_place_of(folders)
        .backend(&format!("source=app.txt port={port}"))
        .start();
    let mut story = Story::open(&next);
    story.id();
    next.line(&format!(
        "ended pid {leader}, which an earlier run had left behind"
    ));
    for pid in left {
        assert!(!is_alive(pid), "{pid} is left");
    }
    assert_eq!(super::ask(port, "/").text(), "one");
}

#[test]
#[cfg(target_os = "linux")]
fn a_guardian_that_was_killed_is_replaced() {
    let mut run = run("", &[]);
    for pid in guardian(run.shim.pid()) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        await_gone(u32::try_from(pid.as_raw_nonzero().get()).unwrap());
    }
    run.save("two\n");
    run.story.id();
    let last = run.pid();
    let _kept = run.shim.kill();
    await_gone(last);
}
