//! `server-reload restart`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use super::{Said, pid, ready, runs, terminal};
use crate::processes::eventually;
use crate::shim::{Running, Shim};

/// The names of the phases told.
fn phases(said: &Said) -> Vec<String> {
    let lines = said.out.lines().filter(|line| line.starts_with("   "));
    let lines = lines.filter_map(|line| line.split(" s  ").nth(1));
    let name = |line: &str| {
        line.split(" pid ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    lines.map(name).collect()
}

#[test]
fn who_waits_is_told_the_phases_and_given_a_receipt() {
    let shim = ready(runs(""));
    let before = pid(&shim);
    let said = shim.at_another_terminal(&["restart", "--wait"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.line("restarts app (").ends_with(')'), "{said:?}");
    let told = phases(&said);
    let at = |name: &str| told.iter().position(|it| it == name);
    assert!(at("stopping").is_some(), "{said:?}");
    assert!(at("stopping") < at("starting"), "{said:?}");
    assert!(at("starting") < at("ready"), "{said:?}");
    let receipt = format!("restarted: pid {before} → {} in ", pid(&shim));
    assert!(said.line("restarted").starts_with(&receipt), "{said:?}");
    let status = shim.at_another_terminal(&["status"]);
    assert!(status.line("app").contains(" 1  restarted "), "{status:?}");
}

#[test]
fn who_does_not_wait_is_told_where_to_look() {
    let shim = ready(runs(""));
    let before = pid(&shim);
    let said = shim.at_another_terminal(&["restart", "app"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let follow = said
        .line("follow")
        .strip_prefix("follow  http://localhost:");
    let path = follow.and_then(|url| url.split_once('/')).unwrap().1;
    let stream = shim.get(&format!("/{path}"));
    assert!(stream.text().contains("event: done"), "{stream:?}");
    assert_ne!(pid(&shim), before);
}

#[test]
fn programs_are_given_json() {
    let shim = ready(runs(""));
    let accepted = shim.at_another_terminal(&["restart", "--json"]);
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    assert!(accepted.json()["op_id"].is_string(), "{accepted:?}");
    let ended = shim.at_another_terminal(&["restart", "--json", "--wait"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let record = ended.json();
    assert_eq!(
        (&record["status"], &record["cause"]),
        (&Value::from("restarted"), &Value::from("api"))
    );
    assert_eq!(record["pid_after"], pid(&shim));
}

#[test]
fn a_check_that_fails_is_a_code_of_its_own_with_its_output() {
    let check = ["--check", "sh -c 'echo it is broken; exit 1'"];
    let shim = ready(runs("").args(&check));
    let before = pid(&shim);
    let said = shim.at_another_terminal(&["restart", "--wait"]);
    assert_eq!(said.code, Some(6), "{said:?}");
    said.line("check failed after ");
    assert!(said.out.contains("\n    it is broken\n"), "{said:?}");
    assert_eq!(pid(&shim), before, "the one of before goes on");
    let json = shim.at_another_terminal(&["restart", "--wait", "--json"]);
    assert_eq!(json.code, Some(6), "{json:?}");
    assert_eq!(json.json()["status"], "check_failed");
}

#[test]
fn one_that_ends_at_once_is_a_code_of_its_own_with_its_output() {
    let builder = Shim::builder().file("plan.txt", "port=0");
    let builder = builder.backend("plan=plan.txt").args(&["--no-watch"]);
    let shim = ready(builder);
    shim.write("plan.txt", "errs=boom dies=0");
    let said = shim.at_another_terminal(&["restart", "--wait"]);
    assert_eq!(said.code, Some(6), "{said:?}");
    said.line("exited after ");
    assert!(said.out.contains("\n    boom\n"), "{said:?}");
    let status = shim.at_another_terminal(&["status"]);
    assert_eq!(status.code, Some(5), "{status:?}");
}

#[test]
fn what_is_not_there_is_refused_with_what_there_is() {
    let shim = ready(runs(""));
    let said = shim.at_another_terminal(&["restart", "no-such", "--wait"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.err.contains("no service `no-such`"), "{said:?}");
    assert!(said.err.contains("app"), "{said:?}");

    let bare = Shim::builder().serves_nothing().start();
    let said = bare.at_another_terminal(&["restart"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("add the command that runs it"),
        "{said:?}"
    );
}

#[test]
fn a_terminal_may_where_pages_may_not() {
    let shim = ready(runs("").args(&["--host", "0.0.0.0"]));
    let said = shim.at_another_terminal(&["restart", "--wait"]);
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[test]
fn who_waits_no_longer_ends_nothing_else() {
    let shim = runs("waits=go").start();
    shim.open_gate("go");
    eventually("ready", || shim.health()["status"] == "ready");
    fs::remove_file(shim.aside("go")).unwrap();
    let mut command = terminal(shim.folder.path(), &shim.aside("state"));
    command.args(["restart", "--wait"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut waiting = Running(child.unwrap());
    let told = BufReader::new(waiting.0.stdout.take().unwrap()).lines();
    let mut told = told.map_while(Result::ok);
    assert!(told.any(|line| line.contains("waiting until ready")));
    waiting.signal(Signal::INT);
    assert_eq!(waiting.wait().code(), Some(130));
    let mut err = String::new();
    let stderr = waiting.0.stderr.as_mut().unwrap();
    stderr.read_to_string(&mut err).unwrap();
    assert!(err.contains("the restart goes on"), "{err}");
    shim.open_gate("go");
    eventually("its restart", || {
        shim.health()["services"][0]["restarts"] == 1
    });
}

#[test]
fn two_who_ask_at_once_get_one_restart() {
    let shim = runs("waits=go").start();
    shim.open_gate("go");
    eventually("ready", || shim.health()["status"] == "ready");
    fs::remove_file(shim.aside("go")).unwrap();
    let begin = || {
        let mut command = terminal(shim.folder.path(), &shim.aside("state"));
        command.args(["restart", "--wait"]).stdout(Stdio::piped());
        Running(command.spawn().unwrap())
    };
    let asking = [begin(), begin()].map(|mut asking| {
        let told = BufReader::new(asking.0.stdout.take().unwrap()).lines();
        let mut told = told.map_while(Result::ok);
        let first = told
            .find(|line| line.starts_with("restarts app ("))
            .unwrap();
        (asking, told, first)
    });
    assert_eq!(asking[0].2, asking[1].2, "the id of the operation");
    shim.open_gate("go");
    for (mut asking, told, _) in asking {
        assert!(told.last().unwrap().starts_with("restarted: "));
        assert!(asking.wait().success());
    }
    eventually("one restart", || {
        shim.health()["services"][0]["restarts"] == 1
    });
}
