//! How groups end.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::*;
use crate::supervisor::Exit;

const TERM: Exit = Exit {
    code: None,
    signal: Some(15),
};
const KILL: Exit = Exit {
    code: None,
    signal: Some(9),
};

#[tokio::test]
async fn a_child_that_ignores_the_signal_is_killed() {
    let program = script("trap '' TERM; echo up; while :; do sleep 1; done");
    let (group, mut running) = up(&program).await;
    group.stop(StopSignal::Term);
    assert!(pending(running.gone()).await, "it ignores the signal");
    group.kill();
    assert_eq!(soon(running.gone()).await, KILL);
    assert_eq!(group.members(), [0; 0]);
    assert_eq!(soon(running.gone()).await, KILL, "and again");
}

#[tokio::test]
async fn a_grandchild_of_nobody_is_waited_for() {
    let program = script("(trap '' TERM; sleep 1000 &); echo up; exec sleep 1000");
    let (group, mut running) = up(&program).await;
    group.stop(StopSignal::Term);
    assert_eq!(soon(running.left()).await, TERM);
    assert!(pending(running.gone()).await, "the grandchild lives");
    let members = group.members();
    assert_eq!(members.len(), 1, "{members:?}");
    assert_ne!(members, [group.pid()]);
    group.kill();
    assert_eq!(soon(running.gone()).await, TERM);
}

#[tokio::test]
async fn a_shell_between_does_not_outlive_or_hide_its_command() {
    for line in ["echo up; sleep 1000; true", "echo up; sleep 1000 & wait"] {
        let program = program(CommandLine::Shell(line.to_owned()));
        let (group, mut running) = up(&program).await;
        group.stop(StopSignal::Term);
        assert_eq!(soon(running.gone()).await, TERM, "{line}");
        gone(group.pid());
    }
}

#[tokio::test]
async fn a_wrapper_that_leaves_early_is_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
    let program = script(&format!("cat '{}' & echo up; exit 3", fifo.display()));
    let (group, mut running) = up(&program).await;
    assert_eq!(soon(running.left()).await.code, Some(3));
    assert!(pending(running.gone()).await, "the group lives");
    // To open and close it is the end of what `cat` reads.
    drop(std::fs::File::options().write(true).open(&fifo).unwrap());
    assert_eq!(soon(running.gone()).await.code, Some(3));
    gone(group.pid());
}

#[tokio::test]
async fn a_suspended_group_hears_the_signal() {
    let (group, mut running) = up(&script("echo up; kill -STOP $$; sleep 1000")).await;
    group.stop(StopSignal::Term);
    assert_eq!(soon(running.gone()).await, TERM);
}

#[test]
fn zombies_do_not_count() {
    let mut child = Command::new("true").process_group(0).spawn().unwrap();
    // Nobody has waited for it: the system still knows the group.
    gone(child.id());
    let group = super::super::members::pid_of(child.id()).unwrap();
    assert_eq!(rustix::process::test_kill_process_group(group), Ok(()));
    child.wait().unwrap();
}

#[tokio::test]
async fn dropped_is_killed() {
    let program = script("trap '' TERM; (sleep 1000 &); echo up; while :; do sleep 1; done");
    let (group, running) = up(&program).await;
    drop(running);
    gone(group.pid());
    assert_eq!(group.members(), [0; 0]);
}

#[tokio::test]
async fn a_stranger_that_holds_the_output_does_not_hold_the_end() {
    let output = Output::mute();
    // In a session of its own, with the output still open.
    let program = script("setsid sh -c 'echo $$; printf partial; exec sleep 1000' & wait");
    let (group, mut running) = start(&program, &output);
    let mut lines = output.watch_lines();
    let stranger: u32 = soon(lines.next()).await.parse().unwrap();
    group.stop(StopSignal::Term);
    soon(running.gone()).await;
    assert!(
        output.tail(100).ends_with("partial"),
        "{}",
        output.tail(100)
    );
    super::super::end(&[stranger], DEADLINE);
}
