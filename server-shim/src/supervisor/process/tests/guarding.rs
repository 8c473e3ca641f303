//! The guardian, as a process of its own: this test program once more.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::super::{Guardian, guardian};
use super::*;

/// What this program is to be.
const PART: &str = "SERVER_RELOAD_TEST_PART";

/// Runs one test of this program, in that part.
fn part(name: &str, part: &str) -> CommandLine {
    let program = std::env::current_exe().unwrap();
    let test = format!("supervisor::process::tests::guarding::{name}");
    let part = format!("{PART}={part}");
    words(&[
        "env",
        &part,
        program.to_str().unwrap(),
        "--exact",
        &test,
        "--nocapture",
    ])
}

fn plays(part: &str) -> bool {
    std::env::var(PART).is_ok_and(|is| is == part)
}

#[test]
fn as_guardian() {
    if plays("guardian") {
        // Not by return: the test harness would write to what is closed.
        let _ = guardian::main();
        std::process::exit(0);
    }
}

/// Starts what is hard to end, says which group that is, and waits to be killed.
#[test]
fn as_shim() {
    if !plays("shim") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let guardian = Guardian::start(&part("as_guardian", "guardian")).unwrap();
        let program = script("trap '' TERM; (sleep 1000 &); echo up; while :; do sleep 1; done");
        let output = Output::mute();
        let launch = Launch {
            program: &program,
            id: "1.5",
            guardian: Some(&guardian),
            output: output.clone(),
        };
        let (group, _running) = spawn(&launch).unwrap();
        let mut lines = output.watch_lines();
        while lines.next().await != "up" {}
        println!("\ngroup {}", group.pid());
        std::future::pending::<()>().await;
    });
}

#[test]
fn what_a_killed_process_leaves_is_ended() {
    let CommandLine::Words(words) = part("as_shim", "shim") else {
        unreachable!();
    };
    // `env` becomes the program: the process is the shim.
    let mut shim = Command::new(&words[0])
        .args(&words[1..])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(shim.stdout.take().unwrap()).lines();
    let group = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("group ")?.parse::<u32>().ok())
        .expect("the shim says its group");
    assert!(of_group(group).len() >= 2, "{:?}", of_group(group));
    shim.kill().unwrap();
    shim.wait().unwrap();
    gone(group);
}

#[tokio::test]
async fn a_group_that_is_let_go_is_not_ended_and_the_guardian_ends_with_us() {
    let guardian = Guardian::start(&part("as_guardian", "guardian")).unwrap();
    let (spared, running) = up(&script("echo up; exec sleep 1000")).await;
    let (ended, mut other) = up(&script("echo up; exec sleep 1000")).await;
    drop(guardian.guard(spared.pid()));
    std::mem::forget(guardian.guard(ended.pid()));
    // The forgotten guard holds a handle, too.
    guardian.close();
    soon(other.gone()).await;
    assert_eq!(spared.members(), [spared.pid()]);
    drop(running);
    gone(spared.pid());
}

#[tokio::test]
async fn a_group_that_was_being_started_is_found_by_its_id() {
    let guardian = Guardian::start(&part("as_guardian", "guardian")).unwrap();
    let program = script("echo up; exec sleep 1000");
    let output = Output::mute();
    let launch = Launch {
        program: &program,
        id: "1.5-unsaid",
        guardian: None,
        output: output.clone(),
    };
    guardian.expect(launch.id);
    let (_group, mut running) = spawn(&launch).unwrap();
    guardian.close();
    soon(running.gone()).await;
}

#[tokio::test]
async fn a_guardian_that_was_ended_is_replaced() {
    // The first one is of no use: it ends at once.
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    let CommandLine::Words(words) = part("as_guardian", "guardian") else {
        unreachable!();
    };
    let words: Vec<&str> = words.iter().map(|word| word.to_str().unwrap()).collect();
    let command = format!(
        "if [ -e '{0}' ]; then exec {1}; fi; : > '{0}'",
        first.display(),
        words.join(" ")
    );
    let guardian = Guardian::start(&CommandLine::Shell(command)).unwrap();
    let (group, mut running) = up(&script("echo up; exec sleep 1000")).await;
    let start = Instant::now();
    while !guardian.is_closed() {
        assert!(start.elapsed() < DEADLINE, "the first one does not end");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    std::mem::forget(guardian.guard(group.pid()));
    guardian.close();
    soon(running.gone()).await;
}
