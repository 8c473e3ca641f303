//! The command that must pass before a restart.

use std::time::{Duration, Instant};

use server_reload_protocol::MAX_PROBLEM_OUTPUT;
use tokio::time::timeout;

use super::machine::CheckOutcome;
use super::process::{Guardian, Output, run_aside};
use super::{Check, Exit, Program};

/// Runs it, in a process group of its own, which is killed when it has ended, takes too long, or this is dropped.
///
/// Where the program that it is for runs, and with its variables.
pub(crate) async fn run(
    check: &Check,
    program: &Program,
    guardian: Option<&Guardian>,
) -> (CheckOutcome, Duration) {
    let start = Instant::now();
    let output = Output::mute();
    let reason = reason(check, program, guardian, &output).await;
    let outcome = match reason {
        None => CheckOutcome::Passed,
        Some(reason) => CheckOutcome::Failed {
            reason,
            output: output.tail(MAX_PROBLEM_OUTPUT),
        },
    };
    (outcome, start.elapsed())
}

/// Why it did not pass.
async fn reason(
    check: &Check,
    program: &Program,
    guardian: Option<&Guardian>,
    output: &Output,
) -> Option<String> {
    let mut running = match run_aside(&check.command, program, guardian, output) {
        Ok(running) => running,
        Err(error) => return Some(error.to_string()),
    };
    let exit = timeout(check.timeout, running.left()).await;
    // What it has started besides is of no use any more.
    running.end().await;
    match exit {
        Ok(Exit { code: Some(0), .. }) => None,
        Ok(exit) => Some(exit.to_string()),
        Err(_) => Some(format!("took longer than {}", seconds(check.timeout))),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::supervisor::process::tests::{DEADLINE, gone, soon, words};

    async fn checked(script: &str, timeout: Duration) -> CheckOutcome {
        let check = Check {
            command: words(&["sh", "-c", script]),
            timeout,
        };
        soon(run(&check, &program(), None)).await.0
    }

    fn program() -> Program {
        Program {
            env: vec![("ANSWER".to_owned(), "42".to_owned())],
            ..crate::supervisor::process::tests::program(words(&["true"]))
        }
    }

    fn failed(outcome: CheckOutcome) -> (String, String) {
        match outcome {
            CheckOutcome::Failed { reason, output } => (reason, output),
            CheckOutcome::Passed => ("passed".to_owned(), String::new()),
        }
    }

    #[tokio::test]
    async fn it_passes_by_code_0_only() {
        let passed = "test \"$ANSWER$SERVER_RELOAD_ID\" = 42";
        assert_eq!(checked(passed, DEADLINE).await, CheckOutcome::Passed);
        let both = "echo 1; echo 2 >&2; echo 3; printf 4 >&2; exit 7";
        let (reason, output) = failed(checked(both, DEADLINE).await);
        assert_eq!(reason, "exited with code 7");
        assert_eq!(output, "1\n2\n3\n4", "in the order of their writing");
        let (reason, _) = failed(checked("kill -9 $$", DEADLINE).await);
        assert_eq!(reason, "was ended by signal 9");
    }

    #[tokio::test]
    async fn what_cannot_be_run_fails() {
        let check = Check {
            command: words(&["no-such-check"]),
            timeout: DEADLINE,
        };
        let (reason, output) = failed(run(&check, &program(), None).await.0);
        assert!(
            reason.starts_with("`no-such-check` was not found"),
            "{reason}"
        );
        assert_eq!(output, "");
    }

    #[tokio::test]
    async fn too_long_is_a_failure_and_the_whole_group_is_killed() {
        let long = "trap '' TERM; echo $$; (sleep 1000 &); sleep 1000";
        let (reason, output) = failed(checked(long, Duration::from_millis(300)).await);
        assert_eq!(reason, "took longer than 0.3 s");
        gone(output.parse().unwrap());
    }

    #[tokio::test]
    async fn what_it_leaves_running_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("group");
        let script = format!("echo $$ > '{}'; (sleep 1000 &)", file.display());
        assert_eq!(checked(&script, DEADLINE).await, CheckOutcome::Passed);
        gone(
            std::fs::read_to_string(file)
                .unwrap()
                .trim()
                .parse()
                .unwrap(),
        );
    }

    #[tokio::test]
    async fn dropped_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("group");
        let script = format!(
            "echo $$ > '{0}.new'; mv '{0}.new' '{0}'; sleep 1000",
            file.display()
        );
        let check = Check {
            command: words(&["sh", "-c", &script]),
            timeout: DEADLINE,
        };
        let written = async {
            while !file.exists() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let program = program();
        tokio::select! {
            _ = run(&check, &program, None) => unreachable!("it does not end"),
            () = soon(written) => {}
        }
        gone(
            std::fs::read_to_string(file)
                .unwrap()
                .trim()
                .parse()
                .unwrap(),
        );
    }
}
