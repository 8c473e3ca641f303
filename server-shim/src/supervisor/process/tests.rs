//! With real processes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ending;
mod guarding;
mod starting;

use std::ffi::OsString;
use std::future::Future;
use std::time::{Duration, Instant};

use super::{Group, Launch, Output, Running, of_group, spawn};
use crate::supervisor::{CommandLine, Program, StopSignal};

/// How long anything that must happen may take on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// How long is looked at what must not happen.
pub(crate) const WHILE: Duration = Duration::from_millis(100);

pub(crate) fn words(words: &[&str]) -> CommandLine {
    CommandLine::Words(words.iter().map(OsString::from).collect())
}

/// Runs these lines, by a shell that stays.
pub(crate) fn script(lines: &str) -> Program {
    program(words(&["sh", "-c", lines]))
}

pub(crate) fn program(command: CommandLine) -> Program {
    Program {
        command,
        dir: None,
        env: Vec::new(),
        stdin: false,
        stop_signal: StopSignal::Term,
        stop_timeout: Duration::from_secs(3),
        color: false,
    }
}

pub(crate) fn start(program: &Program, output: &Output) -> (Group, Running) {
    let launch = Launch {
        program,
        id: "1.5",
        guardian: None,
        output: output.clone(),
    };
    spawn(&launch).unwrap()
}

/// Started, and it has written `up`.
pub(crate) async fn up(program: &Program) -> (Group, Running) {
    let output = Output::mute();
    let (group, running) = start(program, &output);
    let mut lines = output.watch_lines();
    soon(async { while lines.next().await != "up" {} }).await;
    (group, running)
}

pub(crate) async fn soon<F: Future>(what: F) -> F::Output {
    tokio::time::timeout(DEADLINE, what)
        .await
        .expect("it takes too long")
}

pub(crate) async fn pending<F: Future>(what: F) -> bool {
    tokio::time::timeout(WHILE, what).await.is_err()
}

/// Waits until nobody of the group is left.
pub(crate) fn gone(group: u32) {
    let start = Instant::now();
    while !of_group(group).is_empty() {
        assert!(start.elapsed() < DEADLINE, "left: {:?}", of_group(group));
        std::thread::sleep(Duration::from_millis(1));
    }
}
