//! What is answered to who may.

use std::collections::BTreeSet;
use std::thread;

use serde_json::Value;

use super::{JSON, RESTART, Run, builder, events, named, post_with, request};
use crate::http::{Answer, Connection};
use crate::processes::eventually;
use crate::shim::Shim;
use crate::story::Story;

/// Most requests that join a restart within ten seconds.
const MOST_REQUESTS: usize = 200;

/// Most restarts that are begun on demand within ten seconds.
const MOST_BEGUN: usize = 10;

#[test]
fn a_restart_is_asked_for_and_has_a_receipt() {
    let run = Run::start();
    let before = run.shim.health();
    let answer = run.post("{}");
    assert_eq!(answer.status, 202, "{}", answer.text());
    let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
    let id = accepted["op_id"].as_str().unwrap();
    assert_eq!(accepted["status_url"], format!("{RESTART}/{id}"));
    assert_eq!(accepted["events_url"], events(id));
    assert!(
        accepted["plan"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it == "ready")
    );

    let receipt = run.done(id);
    assert_eq!(receipt["status"], "restarted", "{receipt}");
    assert_eq!(receipt["cause"], "api", "{receipt}");
    assert_eq!(receipt["service"], "app");
    assert_eq!(receipt["pid_before"], before["pid"]);
    assert_eq!(receipt["id_before"], before["id"]);
    let after = run.shim.health();
    assert_ne!(after["pid"], before["pid"]);
    assert_eq!(receipt["pid_after"], after["pid"]);
    assert_eq!(receipt["id_after"], after["id"]);
    let went_through: Vec<_> = receipt["phases"].as_array().unwrap().iter().collect();
    let names: Vec<_> = went_through.iter().map(|it| it["name"].clone()).collect();
    assert_eq!(accepted["plan"].as_array().unwrap(), &names, "{receipt}");
    assert!(went_through.iter().all(|it| it["ms"].is_u64()), "{receipt}");
    assert_eq!(run.operation(id), receipt);
    assert_eq!(run.list().len(), 1);
    assert_eq!(run.starts(), 2);
}

#[test]
fn a_page_restarts_from_where_it_may_listen() {
    let run = Run::start();
    let token = format!("X-Server-Reload-Token: {}", run.token);
    let origin = "Origin: http://localhost:8000";
    let answer = post_with(&run.shim, &[JSON, &token, origin], r#"{"service":"app"}"#);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let allowed = answer.header("access-control-allow-origin");
    assert_eq!(allowed, Some("http://localhost:8000"));
    let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
    let receipt = run.done(accepted["op_id"].as_str().unwrap());
    assert_eq!(receipt["cause"], "page", "{receipt}");
}

#[test]
fn a_browser_that_asks_first_is_told_what_may_be_sent() {
    let run = Run::start();
    let lines = ["Host: localhost", "Origin: http://localhost:8000"];
    let answer = run.shim.ask("OPTIONS", RESTART, &lines);
    assert_eq!(answer.status, 204);
    let header = |name| answer.header(name).unwrap();
    assert!(header("access-control-allow-methods").contains("POST"));
    let headers = header("access-control-allow-headers");
    assert_eq!(headers, "content-type, x-server-reload-token");
}

#[test]
fn a_storm_of_fifty_is_one_restart() {
    let run = Run::start();
    run.gate();
    let ids: Vec<_> = (0..50).map(|at| format!("mine-{at}")).collect();
    let asking = ids.iter().map(|id| {
        let connection = Connection::open(&run.shim);
        let token = format!("X-Server-Reload-Token: {}", run.token);
        let request = request(&[JSON, &token], &named(id));
        thread::spawn(move || connection.answer(request))
    });
    let asking: Vec<_> = asking.collect();
    let answers = asking.into_iter().map(|it| it.join().unwrap());
    let begun = answers.map(|answer| {
        assert_eq!(answer.status, 202, "{}", answer.text());
        let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
        accepted["op_id"].as_str().unwrap().to_owned()
    });
    let begun: BTreeSet<String> = begun.collect();
    assert_eq!(begun.len(), 1, "{begun:?}");
    run.open_gate();
    let id = begun.first().unwrap();
    assert_eq!(run.done(id)["status"], "restarted");
    assert_eq!(run.list().len(), 1);
    assert_eq!(run.starts(), 2);
    for mine in ids {
        assert_eq!(run.operation(&mine)["op_id"], *id);
    }
}

#[test]
fn who_asks_all_the_time_is_told_to_wait() {
    let run = Run::start();
    let id = run.begin_gated("{}");
    // Together, so that they come within the window on a slow machine, too; with room for when they do not.
    let answers = thread::scope(|scope| {
        let (port, token) = (
            run.shim.port,
            format!("X-Server-Reload-Token: {}", run.token),
        );
        let several = move || {
            let ask = |_| Connection::to(port).answer(request(&[JSON, &token], "{}"));
            (0..MOST_REQUESTS / 4).map(ask).collect()
        };
        let asking: [_; 8] = std::array::from_fn(|_| scope.spawn(several.clone()));
        asking.map(|it| -> Vec<_> { it.join().unwrap() })
    });
    let (heard, told): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .flatten()
        .partition(|it| it.status == 202);
    for answer in heard {
        let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(accepted["op_id"], *id);
    }
    assert!(!told.is_empty());
    told.iter().for_each(has_to_wait);
    run.open_gate();
    run.done(&id);
}

fn has_to_wait(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let after: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&after), "{after}");
    assert!(answer.text().contains("ask again in"), "{}", answer.text());
}

#[test]
fn who_begins_one_after_the_other_is_told_to_wait_and_may_join() {
    // What fails its check at once has begun, and leaves time for the next.
    let run = Run::of(builder().args(&["--check", "false"]));
    let mut begun = Vec::new();
    let refused = loop {
        let answer = run.post("{}");
        if answer.status != 202 {
            break answer;
        }
        let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
        begun.push(accepted["op_id"].as_str().unwrap().to_owned());
        run.done(begun.last().unwrap());
        // On a slow machine the first ones leave the window meanwhile.
        assert!(begun.len() < 100, "none is refused");
    };
    has_to_wait(&refused);
    assert!(begun.len() >= MOST_BEGUN, "{begun:?}");
}

/// Each line of the text is a comment, or a name with its labels and a number.
fn metric(shim: &Shim, name: &str) -> Option<f64> {
    let answer = shim.get("/_reload/metrics");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let kind = answer.header("content-type").unwrap();
    assert_eq!(kind, "text/plain; version=0.0.4");
    let mut found = None;
    for line in answer.text().lines().filter(|line| !line.starts_with('#')) {
        let (labelled, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let bare = labelled.split('{').next().unwrap();
        assert!(bare.chars().all(plain), "{line}");
        if labelled == name {
            found = Some(value);
        }
    }
    found
}

#[test]
fn what_happens_is_counted() {
    let builder = Shim::builder()
        .file("app.txt", "one\n")
        .backend("source=app.txt port=0")
        .args(&["--name", "app"]);
    let run = Run::of(builder);
    let story = Story::open(&run.shim);
    let id = run.begin("{}");
    run.done(&id);
    for (name, value) in [
        (
            r#"server_reload_restarts_total{result="restarted",service="app"}"#,
            1.0,
        ),
        (
            r#"server_reload_restart_duration_seconds_count{service="app"}"#,
            1.0,
        ),
        (
            r#"server_reload_restart_duration_seconds_bucket{service="app",le="+Inf"}"#,
            1.0,
        ),
        (r#"server_reload_streams{kind="page"}"#, 1.0),
        (r#"server_reload_events_sent_total{event="done"}"#, 1.0),
    ] {
        eventually(name, || metric(&run.shim, name) == Some(value));
    }
    drop(story);
    let seen = "server_reload_changes_seen_total";
    let ignored = "server_reload_changes_ignored_total";
    assert_eq!(metric(&run.shim, seen), Some(0.0));
    run.shim.write("app.txt", "one\n");
    eventually("the save of the same", || {
        metric(&run.shim, ignored) == Some(1.0)
    });
    run.shim.write("app.txt", "two\n");
    eventually("the change", || metric(&run.shim, seen) == Some(2.0));
    assert_eq!(metric(&run.shim, ignored), Some(1.0));
}

#[test]
fn no_token_stands_in_the_client_or_in_the_log() {
    let run = Run::of(builder().args(&["--verbose"]));
    run.done(&run.begin("{}"));
    run.shim.line("POST /_reload/restart answered by 202");
    assert!(!run.shim.output().contains(&run.token));
    assert!(!run.shim.get("/reload.js").text().contains(&run.token));
}
