//! What a program is started with, and what it writes.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use super::*;
use crate::supervisor::{News, Reporter, Speaker};

#[derive(Default)]
struct Heard(Mutex<Vec<(String, Speaker, String)>>);

impl Reporter for Heard {
    fn output(&self, service: &str, speaker: Speaker, line: &str) {
        let line = (service.to_owned(), speaker, line.to_owned());
        self.0.lock().unwrap().push(line);
    }

    fn news(&self, _service: &str, _news: &News) {}
}

async fn written(program: &Program) -> String {
    let output = Output::mute();
    let (_, mut running) = start(program, &output);
    soon(running.gone()).await;
    output.tail(usize::MAX)
}

#[tokio::test]
async fn each_line_is_told_with_its_speaker() {
    let heard = Arc::new(Heard::default());
    let output = Output::new("api", heard.clone());
    let program = script("printf 'a\\n\\377\\n'; printf b >&2");
    let (_, mut running) = start(&program, &output);
    assert_eq!(soon(running.gone()).await.code, Some(0));
    let mut lines = heard.0.lock().unwrap().clone();
    lines.sort_by_key(|(_, speaker, _)| *speaker == Speaker::Stderr);
    let line = |speaker, line: &str| ("api".to_owned(), speaker, line.to_owned());
    let expected = [
        line(Speaker::Stdout, "a"),
        line(Speaker::Stdout, "\u{fffd}"),
        line(Speaker::Stderr, "b"),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn all_is_heard_that_was_written_right_before_the_end() {
    let text = written(&script(
        "i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done",
    ))
    .await;
    assert_eq!(text.lines().count(), 200);
    assert!(text.ends_with("\n498\n499"), "{text}");
}

#[tokio::test]
async fn it_is_told_its_id_and_what_is_asked_for() {
    let show = "echo $SERVER_RELOAD_ID $PYTHONUNBUFFERED $ANSWER; cat";
    let mut program = script(show);
    program.env = vec![
        ("ANSWER".to_owned(), "42".to_owned()),
        ("PYTHONUNBUFFERED".to_owned(), "mine".to_owned()),
    ];
    // `cat` ends, because there is nothing to read.
    assert_eq!(written(&program).await, "1.5 mine 42");
}

#[tokio::test]
async fn it_leads_a_group_of_its_own() {
    let (group, _running) = up(&script("echo up; sleep 1000")).await;
    assert!(group.members().contains(&group.pid()));
    let its = super::super::members::pid_of(group.pid());
    assert_eq!(rustix::process::getpgid(its).ok(), its);
}

#[tokio::test]
async fn what_cannot_be_started_is_named_with_a_cure() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    };
    let cases = [
        (words(&[]), "there is no command", "`-- python app.py`"),
        (
            CommandLine::Shell(" ".to_owned()),
            "there is no command",
            "`-- python app.py`",
        ),
        (
            words(&["no-such-program-here"]),
            "`no-such-program-here` was not found",
            "`./no-such-program-here`",
        ),
        (
            words(&["./no-such-file"]),
            "there is no file",
            "`ls ./no-such-file`",
        ),
        (
            words(&[&file("denied", "", 0o644)]),
            "may not be run",
            "such as `python ",
        ),
        (
            words(&[&file("text", "hello", 0o755)]),
            "is no program",
            "such as `python ",
        ),
        (
            words(&[&file("lost", "#!/no/such/python\n", 0o755)]),
            "the interpreter",
            "such as `python ",
        ),
    ];
    for (command, problem, cure) in cases {
        let program = program(command);
        let launch = Launch {
            program: &program,
            id: "",
            guardian: None,
            output: Output::mute(),
        };
        let message = spawn(&launch).expect_err("an error").to_string();
        let last = message.lines().last().unwrap_or_default();
        assert!(
            message.contains(problem) && last.contains(cure),
            "{message}"
        );
    }
}

#[tokio::test]
async fn it_runs_in_its_folder_and_is_looked_for_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().canonicalize().unwrap();
    let file = dir.join("where");
    std::fs::write(&file, "#!/bin/sh\npwd\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    for command in [
        words(&["./where"]),
        CommandLine::Shell("./where".to_owned()),
    ] {
        let program = Program {
            dir: Some(dir.clone()),
            ..program(command)
        };
        assert_eq!(written(&program).await, dir.to_str().unwrap());
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let program = Program {
        dir: Some("/no/such/folder".into()),
        ..script("pwd")
    };
    let launch = Launch {
        program: &program,
        id: "",
        guardian: None,
        output: Output::mute(),
    };
    let message = spawn(&launch).expect_err("an error").to_string();
    assert!(
        message.starts_with("there is no folder `/no/such/folder`"),
        "{message}"
    );
    assert!(message.contains("`mkdir /no/such/folder`"), "{message}");
}
