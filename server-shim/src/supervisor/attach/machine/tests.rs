#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blind;
mod simulated;

use std::time::SystemTime;

use serde_json::json;

use super::super::owner::Owner;
use super::*;

/// Owners as `pid<parent` words. A process was started at the second of its number.
pub(super) fn owners(tree: &str) -> Owners {
    owners_named(tree, "python3")
}

fn owners_named(tree: &str, name: &str) -> Owners {
    let owner = |word: &str| {
        let (pid, parent) = word.split_once('<').expect("pid<parent");
        let pid: u32 = pid.parse().expect("a number");
        Owner {
            proc: Proc {
                start: u64::from(pid),
                pid,
            },
            parent: parent.parse().ok(),
            name: name.to_owned(),
            started: Some(at_second(u64::from(pid))),
        }
    };
    Owners(tree.split_whitespace().map(owner).collect())
}

pub(super) fn at_second(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn known(tree: &str) -> Input {
    Input::Looked(Sight::Known(owners(tree)))
}

fn named(tree: &str, name: &str) -> Input {
    Input::Looked(Sight::Known(owners_named(tree, name)))
}

fn hidden(socket: u64, forwarder: Option<&str>) -> Input {
    let sockets = BTreeSet::from([socket]);
    let forwarder = forwarder.map(str::to_owned);
    Input::Looked(Sight::Hidden { sockets, forwarder })
}

fn nobody() -> Input {
    Input::Looked(Sight::Nobody)
}

fn untold() -> Input {
    Input::Looked(Sight::Untold)
}

fn says(answer: Answer) -> Input {
    Input::Answered(answer)
}

fn ok() -> Input {
    status(200)
}

fn status(status: u16) -> Input {
    says(Answer::Http {
        status,
        token: Token::default(),
    })
}

fn json(body: &serde_json::Value) -> Input {
    let token = Token::read(body.to_string().as_bytes());
    says(Answer::Http { status: 200, token })
}

/// `seen` in short: `up 10`, `restarted 10 to 12`, `gone`, `forwarded ssh`.
fn short(seen: &Seen) -> String {
    let pid = |pid: Option<u32>| pid.map_or("?".to_owned(), |pid| pid.to_string());
    match seen {
        Seen::Up(server) => format!("up {}", pid(server.pid)),
        Seen::Restarted { server, before } => {
            format!("restarted {} to {}", pid(*before), pid(server.pid))
        }
        Seen::Gone => "gone".to_owned(),
        Seen::Forwarded { name } => format!("forwarded {}", name.as_deref().unwrap_or("?")),
    }
}

/// At so many milliseconds, this is found out, and this is to be told (joined by `; `).
type Line = (u64, Input, &'static str);

fn play(name: &str, asked: Asked, script: Vec<Line>) -> Machine {
    let mut machine = Machine::new(asked);
    for (number, (at, input, expected)) in script.into_iter().enumerate() {
        let input_text = format!("{input:?}");
        let seen = machine.step(Duration::from_millis(at), input);
        let told: Vec<String> = seen.iter().map(short).collect();
        assert_eq!(
            told.join("; "),
            expected,
            "{name}, line {number}: {input_text}"
        );
        let wants = machine.wants();
        assert!(
            wants.look.is_some() || wants.probe.is_some(),
            "{name}, line {number}: stuck"
        );
    }
    machine
}

/// Seen to answer by itself, so that it is trusted from then on.
fn simple(pid: &'static str, up: &'static str) -> Vec<Line> {
    vec![(0, known(pid), ""), (1, ok(), ""), (2, known(pid), up)]
}

fn then(mut first: Vec<Line>, more: Vec<Line>) -> Vec<Line> {
    first.extend(more);
    first
}

#[test]
fn a_simple_server_is_ready_as_soon_as_it_listens_again() {
    let restarted = vec![
        (900, Input::Ended, ""),
        (901, nobody(), "gone"),
        (902, says(Answer::Refused), ""),
        (1000, says(Answer::Open), ""),
        (1001, known("12<1"), "restarted 10 to 12"),
    ];
    play(
        "killed and started",
        Asked::Listens,
        then(simple("10<1", "up 10"), restarted),
    );
    let at_once = vec![
        (900, Input::Ended, ""),
        (901, known("12<1"), "restarted 10 to 12"),
    ];
    play(
        "at once",
        Asked::Listens,
        then(simple("10<1", "up 10"), at_once),
    );
    let other = vec![
        (901, named("12<1", "node"), "gone"),
        (902, ok(), ""),
        (903, named("12<1", "node"), "restarted 10 to 12"),
    ];
    play(
        "another program",
        Asked::Listens,
        then(simple("10<1", "up 10"), other),
    );
}

#[test]
fn one_that_is_not_there_yet_is_gone_then_up() {
    let script = vec![
        (0, nobody(), "gone"),
        (1, says(Answer::Refused), ""),
        (6, says(Answer::Refused), ""),
        (11, says(Answer::Open), ""),
        (12, known("10<1"), ""),
        (5012, says(Answer::Silent), ""),
        (5013, known("10<1"), "up 10"),
    ];
    play("not there yet", Asked::Listens, script);
}

#[test]
fn a_listener_kept_over_a_reload_is_asked() {
    let script = vec![
        (0, known("10<1 11<10"), ""),
        (1, ok(), "up 11"),
        (900, Input::Ended, ""),
        (901, known("10<1"), "gone"),
        (920, Input::Unchanged, ""),
        (940, known("10<1 12<10"), ""),
        (941, known("10<1 12<10"), ""),
        (1300, ok(), "restarted 11 to 12"),
        (2300, Input::Unchanged, ""),
        (3300, known("10<1 13<10"), "gone"),
        (3301, says(Answer::Silent), ""),
        (8301, says(Answer::Closed), ""),
        (8302, known("10<1"), ""),
        (8400, known("10<1 14<10"), ""),
        (8401, ok(), "restarted 12 to 14"),
    ];
    play("uvicorn --reload", Asked::Listens, script);
}

#[test]
fn a_worker_more_or_less_is_none_and_all_at_once_are_one() {
    let up = vec![(0, known("10<1 11<10 12<10"), ""), (1, ok(), "up 11")];
    let churn = vec![
        (1000, known("10<1 12<10"), ""),
        (2000, known("10<1 12<10 13<10"), ""),
        (50_000, known("10<1 12<10 13<10"), ""),
        (51_000, known("10<1 13<10 14<10"), ""),
        (99_000, known("10<1 13<10 14<10"), ""),
        (100_000, known("10<1 14<10 15<10"), ""),
    ];
    play(
        "one after the other",
        Asked::Listens,
        then(up.clone(), churn),
    );
    let hup = vec![
        (1000, known("10<1 11<10 12<10 13<10 14<10"), ""),
        (2000, known("10<1 12<10 13<10 14<10"), ""),
        (3000, known("10<1 13<10 14<10"), "gone"),
        (3001, ok(), "restarted 11 to 13"),
    ];
    play("HUP", Asked::Listens, then(up.clone(), hup));
    let hup_of_a_young_one = vec![
        (1000, known("10<1 12<10"), ""),
        (2000, known("10<1 12<10 13<10"), ""),
        (3500, known("10<1 13<10 14<10 15<10"), "gone"),
        (3501, ok(), "restarted 11 to 14"),
        (3502, known("10<1 14<10 15<10"), ""),
    ];
    play(
        "HUP soon after",
        Asked::Listens,
        then(up.clone(), hup_of_a_young_one),
    );
    let shrunk = vec![
        (1000, known("10<1 12<10"), ""),
        (2000, known("10<1 12<10"), ""),
    ];
    play("scaled down", Asked::Listens, then(up, shrunk));
}

#[test]
fn a_master_that_listens_before_its_worker_is_found_out() {
    let answered_by_the_worker = vec![
        (0, known("10<1"), ""),
        (400, ok(), ""),
        (401, known("10<1 11<10"), ""),
        (551, known("10<1 11<10"), "up 11"),
        (900, known("10<1"), "gone"),
        (950, known("10<1 12<10"), ""),
        (951, ok(), "restarted 11 to 12"),
    ];
    play("flask --debug", Asked::Listens, answered_by_the_worker);
    let by_time = vec![
        (0, known("10<1"), ""),
        (400, says(Answer::Open), ""),
        (401, known("10<1"), "up 10"),
        (1400, known("10<1 11<10"), ""),
        (2400, known("10<1 11<10"), ""),
        (6500, known("10<1 11<10"), ""),
        (7000, known("10<1 12<10"), "gone"),
        (7001, says(Answer::Open), "restarted 10 to 12"),
    ];
    play("not asked", Asked::Tcp, by_time);
}

#[test]
fn a_server_that_forks_for_each_request_is_one_process() {
    let script = vec![
        (0, known("10<1"), ""),
        (1, ok(), ""),
        (2, known("10<1 11<10"), ""),
        (152, known("10<1"), "up 10"),
    ];
    let requests = (1..60).map(|second| {
        let tree = if second % 2 == 0 {
            "10<1 15<10 16<10"
        } else {
            "10<1 15<10 17<10"
        };
        (second * 1000, known(tree), "")
    });
    play("forks", Asked::Listens, then(script, requests.collect()));
    let attached_during_one = vec![
        (0, known("10<1 11<10"), ""),
        (1, ok(), "up 11"),
        (1000, known("10<1"), "gone"),
        (4000, ok(), ""),
        (4001, known("10<1"), "up 10"),
    ];
    play(
        "attached during a request",
        Asked::Listens,
        attached_during_one,
    );
}
