//! From words to a plan, or to the message that says what to type instead.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;
use crate::cli::args::{Args, Refusal};
use crate::supervisor::{Ready, StopSignal};

/// Nothing of the environment that this test runs in has a name like our variables.
fn planned(words: &[&str]) -> Result<Plan, String> {
    let words = ["server-reload"].iter().chain(words).map(Into::into);
    let args = match Args::read(&words.collect::<Vec<_>>()) {
        Ok(args) => args,
        Err(Refusal::Usage(usage)) => return Err(usage.to_string()),
        Err(Refusal::Clap(error)) => return Err(error.to_string()),
        Err(Refusal::File(error)) => return Err(error.to_string()),
    };
    args.serve
        .into_plan(Config::new())
        .map_err(|error| error.to_string())
}

fn service(words: &[&str]) -> Service {
    planned(words).unwrap().supervision.services.remove(0)
}

fn program(words: &[&str]) -> Program {
    match service(words).source {
        Source::Run(program) => program,
        Source::Attach(_) => panic!("attached"),
    }
}

fn words(words: &[&str]) -> CommandLine {
    CommandLine::Words(words.iter().map(Into::into).collect())
}

#[test]
fn without_a_backend_a_folder_is_served_and_watched() {
    let plan = planned(&["src"]).unwrap();
    assert!(plan.supervision.services.is_empty());
    assert_eq!(plan.supervision.watch.roots, [PathBuf::from("src")]);
    assert_eq!(plan.supervision.watch.pages_root, Some("src".into()));
    assert_eq!(plan.folder.as_deref(), Some("src"));
    assert!(plan.supervision.guardian.is_none());
    let unwatched = planned(&["src", "--no-watch"]).unwrap();
    assert!(unwatched.supervision.watch.roots.is_empty());
}

#[test]
fn with_a_backend_no_folder_is_served_unless_it_is_named() {
    let plan = planned(&["--", "uvicorn", "app:app"]).unwrap();
    assert_eq!((plan.folder, plan.config.folder), (None, None));
    let watch = &plan.supervision.services[0].watch;
    assert_eq!(watch.roots, [PathBuf::from(".")]);
    let watch = service(&["src", "--", "api"]).watch;
    assert_eq!(watch.roots, [PathBuf::from("."), "src".into()]);
    let watch = service(&["src", "--watch", "tests", "--", "api"]).watch;
    assert_eq!(watch.roots, [PathBuf::from("tests"), "src".into()]);
}

#[test]
fn what_stands_behind_the_dashes_is_the_backends() {
    let program = program(&["--port", "0", "--", "client", "--port", "8000", "--", "-q"]);
    let expected = words(&["client", "--port", "8000", "--", "-q"]);
    assert_eq!(program.command, expected);
    assert_eq!(program.stop_signal, StopSignal::Term);
    assert_eq!(program.stop_timeout, Duration::from_secs(3));
    assert!(!program.stdin);
}

#[test]
fn all_that_is_said_of_a_backend_arrives() {
    let said = "--name api --stdin --stop-signal int --stop-timeout 0s --ready tcp:8000 \
                --ready-timeout 1m --check-timeout 5s --check";
    let said = said.split_whitespace().chain(["make 'a b'", "--", "./api"]);
    let said: Vec<_> = said.collect();
    let service = service(&said);
    assert_eq!(service.name, "api");
    assert!(matches!(service.ready, Ready::Tcp(at) if at.len() == 2));
    assert_eq!(service.ready_timeout, Duration::from_mins(1));
    let check = service.check.unwrap();
    assert_eq!(check.command, words(&["make", "a b"]));
    assert_eq!(check.timeout, Duration::from_secs(5));
    let program = program(&said);
    assert!(program.stdin);
    assert_eq!(program.stop_signal, StopSignal::Int);
    assert!(!planned(&said).unwrap().keys);
}

#[test]
fn an_attached_backend_is_called_by_its_port() {
    let plan = planned(&["--attach", "[::1]:8000", "--ready", "http://[::1]:8000/"]).unwrap();
    let service = &plan.supervision.services[0];
    assert_eq!(service.name, "8000");
    assert!(matches!(&service.source, Source::Attach(at) if at.host == "::1" && at.port == 8000));
    assert!(matches!(service.ready, Ready::Http(_)));
    assert!(plan.runs().next().is_none());
    assert!(plan.supervision.guardian.is_none() && plan.supervision.records.is_none());
}

#[test]
fn one_that_we_run_has_a_guardian() {
    let supervision = planned(&["--", "api"]).unwrap().supervision;
    match supervision.guardian {
        Some(CommandLine::Words(words)) => assert_eq!(words[1], "guardian"),
        other => panic!("{other:?}"),
    }
    let records = supervision.records;
    assert!(records.is_none_or(|folder| folder.ends_with("server-reload")));
}

#[test]
fn files_are_sorted_by_patterns() {
    let said = "src --ignore data/,*.db --ignore tmp --ext rs,.toml --page templates/";
    let said: Vec<_> = said.split(' ').collect();
    let watch = planned(&said).unwrap().supervision.watch;
    assert_eq!(watch.ignore, ["data/", "*.db", "tmp"]);
    assert_eq!(watch.extensions, ["rs", "toml"]);
    assert!(watch.style.0.is_match("a/b.css"));
    assert!(watch.page.0.is_match("templates/b.html"));
    let watch = planned(&["src", "--style", ""]).unwrap().supervision.watch;
    assert!(watch.style.0.is_empty());
}

#[test]
fn what_cannot_be_meant_says_what_to_type() {
    for (said, error) in [
        (
            "--attach 8000 -- uvicorn app:app",
            "`--attach localhost:8000` observes a backend that somebody else runs, and `-- uvicorn app:app` would run one\n\nleave out one of the two",
        ),
        (
            "--attach 8000 --check make",
            "`--check` has no meaning with `--attach`, because somebody else runs that backend\n\nleave it out, or run the backend here: server-reload -- COMMAND",
        ),
        (
            "--ready tcp:8000",
            "`--ready` has no meaning without a backend\n\nadd the command that runs it, such as: -- uvicorn app:app --port 8000",
        ),
        (
            "--attach dev:8000 --ready log:up",
            "`--ready log:` reads what the backend writes, and only one that we run shows us that\n\nask it instead: --ready http://dev:8000/",
        ),
        (
            "--attach 10021",
            "`--attach localhost:10021` is the port that we listen on ourselves\n\ngive the port of the backend; if it is this one, add `--port 10022`",
        ),
        (
            "--no-watch --ext rs",
            "`--ext` has no meaning with `--no-watch`\n\nleave out one of the two",
        ),
        (
            "--port 0 --",
            "nothing stands behind `--`\n\nwrite the backend's command there, such as: -- uvicorn app:app --port 8000",
        ),
        (
            "--port 0 uvicorn app:app",
            "`app:app` is one word too many\n\nto run it, put `--` in front: server-reload --port 0 -- uvicorn app:app",
        ),
        (
            "src node server.js",
            "`node` is one word too many\n\nto run it, put `--` in front: server-reload src -- node server.js",
        ),
        (
            "npm run dev -- --host",
            "`run` is one word too many\n\nto run it, put `--` in front: server-reload -- npm run dev -- --host",
        ),
        (
            "uvicorn --reload",
            "`--reload` is no option\n\nif it belongs to the backend's command, put `--` in front of that: server-reload -- uvicorn --reload",
        ),
        (
            "--shell -- make all",
            "`--shell` takes the whole line as one word, and here are 2\n\nquote it: --shell -- 'make all'",
        ),
    ] {
        let said: Vec<_> = said.split(' ').collect();
        assert_eq!(planned(&said).unwrap_err(), error, "{said:?}");
    }
}

#[test]
fn each_option_that_is_ours_alone_is_refused_with_attach() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    std::fs::write(&file, "").unwrap();
    let file = file.display().to_string();
    for said in [
        &["--shell"][..],
        &["--stdin"],
        &["--env-file", &file],
        &["--stop-signal", "TERM"],
        &["--stop-timeout", "3s"],
        &["--check", "make"],
        &["--check-timeout", "3s"],
    ] {
        for backend in [&["--attach", "8000"][..], &[]] {
            let error = planned(&[said, backend].concat()).unwrap_err();
            let start = format!("`{}` has no meaning with", said[0]);
            assert!(error.starts_with(&start), "{error}");
        }
    }
}

#[test]
fn files_that_are_missing_are_named() {
    for (said, start) in [
        (&["--watch", "no/such"][..], "cannot watch `no/such`: "),
        (&["--env-file", "no/.env"], "cannot read `no/.env`: "),
        (&["uvicorn"], "folder `uvicorn` cannot be served: "),
    ] {
        let error = planned(&[said, &["--", "api"]].concat()).unwrap_err();
        assert!(error.starts_with(start), "{error}");
    }
    let error = planned(&["uvicorn"]).unwrap_err();
    let end = "name one that exists, such as `.`\nif it is a program, put `--` in front: server-reload -- uvicorn";
    assert!(error.ends_with(end), "{error}");
}
