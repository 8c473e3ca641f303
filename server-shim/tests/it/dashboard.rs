//! `/_reload/`: the page that shows what is going on, and its stream.

use serde_json::Value;

use crate::http::{Answer, Connection};
use crate::ports::free_port;
use crate::shim::{DEADLINE, Shim};
use crate::story::{Event, Story};

const PATHS: [&str; 4] = [
    "/_reload/",
    "/_reload/dashboard.js",
    "/_reload/dashboard.css",
    "/_reload/events",
];

/// The dashboard's stream.
fn open(shim: &Shim) -> Story {
    Story::of(shim, "/_reload/events")
}

/// Reads on until the state is as wanted.
fn state(story: &mut Story, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let is = |event: &Event| event.name == "state" && wanted(&event.json());
    story.until(what, is).json()
}

fn app_is(story: &mut Story, phase: &str) -> Value {
    let state = state(story, phase, |it| it["services"][0]["phase"] == phase);
    state["services"][0].clone()
}

/// Such an event, told by now or later.
fn ever(story: &mut Story, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
    let told = story.told.iter().find(|event| wanted(event)).cloned();
    told.unwrap_or_else(|| story.until(what, wanted))
}

/// Who has written a line that has this in it.
fn line(story: &mut Story, part: &str) -> Value {
    let find = |event: &Event| {
        let lines = event.json()["lines"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut lines = lines.into_iter();
        lines.find(|line| line["text"].as_str().unwrap().contains(part))
    };
    let is = |event: &Event| event.name == "output" && find(event).is_some();
    find(&ever(story, part, is)).unwrap()["from"].clone()
}

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy").unwrap()
}

#[test]
fn the_page_needs_nothing_but_its_own_files() {
    let shim = Shim::start();
    let page = shim.get("/_reload/");
    assert_eq!(page.status, 200);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    for part in [
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
    ] {
        assert!(policy(&page).contains(part), "no {part}: {page:?}");
    }
    let text = page.text();
    for path in &PATHS[1..3] {
        assert!(text.contains(&format!("\"{path}\"")), "no {path} in {text}");
        let file = shim.get(path);
        assert_eq!(file.status, 200, "{path}");
        assert!(!file.text().contains("PROTOCOL"), "{path}");
        assert_eq!(file.header("cache-control"), Some("no-store"), "{path}");
    }
    for forbidden in ["<style", "style=", "onclick", "https://"] {
        assert!(!text.contains(forbidden), "{forbidden} in {text}");
    }
    let typed = shim.get("/_reload");
    assert_eq!(typed.status, 307);
    assert_eq!(typed.header("location"), Some("/_reload/"));
}

#[test]
fn only_its_own_origin_may_read_it() {
    let shim = Shim::start();
    let own = format!("Origin: http://localhost:{}", shim.port);
    let host = format!("Host: localhost:{}", shim.port);
    for path in PATHS {
        let answer = |line: &str| shim.ask("HEAD", path, &[&host, line]);
        assert_eq!(answer(&own).status, 200, "{path}");
        for foreign in [
            "Origin: http://localhost:8000",
            "Origin: http://127.0.0.1:8000",
            "Origin: http://localhost",
        ] {
            assert_eq!(answer(foreign).status, 403, "{path}, {foreign}");
        }
    }
    let refused = shim.get_with("/_reload/events", "Origin: http://localhost:8000");
    assert_eq!(refused.status, 403);
    assert!(
        refused.text().contains("open `/_reload/` itself"),
        "{refused:?}"
    );
    let stranger = shim.get_with("/_reload/", "Origin: http://evil.example");
    assert!(stranger.text().contains("--allow-origin"), "{stranger:?}");
}

#[test]
fn a_restart_and_what_is_written_are_told_as_they_happen() {
    let port = free_port();
    let words = format!("says=moo errs=ouch source=app.txt port={port}");
    let shim = Shim::builder()
        .file("app.txt", "one\n")
        .backend(&words)
        .args(&["--name", "app"])
        .start();
    let mut story = open(&shim);
    let hello = story.named("hello").json();
    assert_eq!(hello["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(hello["restart"], true, "{hello}");
    let before = app_is(&mut story, "ready");
    // What was written before is told too.
    let mut story = open(&shim);
    assert_eq!(line(&mut story, "moo"), "stdout");
    let app = app_is(&mut story, "ready");
    assert_eq!(app["pid"], before["pid"]);
    assert_eq!(app["url"], format!("http://localhost:{port}/"));
    assert_eq!(app["attached"], false);
    let mut pages = Story::open(&shim);
    pages.id();

    shim.write("app.txt", "two\n");
    assert_eq!(line(&mut story, "app.txt changed"), "note");
    assert_eq!(line(&mut story, "ouch"), "stderr");
    pages.id();
    let ended = |event: &Event| event.name == "operation" && event.json()["status"] != "running";
    let operation = ever(&mut story, "the end of the restart", ended).json();
    assert_eq!(operation["status"], "restarted", "{operation}");
    assert_eq!(operation["services"][0], "app");
    let names: Vec<_> = operation["phases"].as_array().unwrap().iter().collect();
    assert!(names.len() > 2, "{operation}");
    // One that comes late is told of it as well.
    let mut late = open(&shim);
    assert_eq!(late.named("operation").json()["status"], "restarted");
    let after = app_is(&mut late, "ready");
    assert_ne!(after["pid"], before["pid"]);
}

#[test]
fn a_problem_is_told_until_it_is_over() {
    let shim = Shim::builder()
        .file("plan.txt", "errs=help dies=1")
        .backend("plan=plan.txt")
        .args(&["--name", "app"])
        .start();
    let mut story = open(&shim);
    let some = |event: &Event| event.name == "problems" && event.json()[0]["service"] == "app";
    let problem = story.until("a problem", some).json();
    let output = problem[0]["output"].as_str().unwrap();
    assert!(output.contains("help"), "{problem}");
    shim.write("plan.txt", &format!("port={}", free_port()));
    let none = |event: &Event| event.name == "problems" && event.data == "[]";
    story.until("no problem", none);
    app_is(&mut story, "ready");
}

#[test]
fn pages_are_listed_while_they_listen() {
    let shim = Shim::builder().file("index.html", "one").start();
    let mut story = open(&shim);
    let none = |it: &Value| it["streams"] == 0 && it["pages"].as_array().unwrap().is_empty();
    state(&mut story, "no page", none);
    assert_eq!(
        shim.health()["streams"],
        0,
        "its own stream is none of a page"
    );

    let mut page = Connection::open(&shim);
    page.send(
        "GET /events/server HTTP/1.1\r\nHost: localhost\r\n\
         Referer: http://localhost:8000/a?token=1\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\r\n",
    );
    page.until("event: hello");
    let listed = state(&mut story, "a page", |it| it["streams"] == 1);
    assert_eq!(listed["pages"][0]["url"], "http://localhost:8000/a");
    assert_eq!(listed["pages"][0]["browser"], "Firefox 140 on Linux");
    assert!(listed["pages"][0]["since"].as_f64().unwrap() > 1e9);
    drop(page);
    state(&mut story, "no page any more", none);
}

#[test]
fn it_is_alive_and_says_nothing_twice() {
    let shim = Shim::builder().args(&["--heartbeat", "50ms"]).start();
    let mut story = open(&shim);
    for _ in 0..3 {
        story.named("ping");
    }
    assert_eq!(story.count("state"), 1, "{:?}", story.told);
}

#[cfg(unix)]
#[test]
fn its_stream_ends_with_the_shim() {
    let mut shim = Shim::builder().args(&["--grace", "30s"]).start();
    let began = std::time::Instant::now();
    let mut story = open(&shim);
    story.named("state");
    shim.signal(rustix::process::Signal::TERM);
    assert_eq!(story.named("shutdown").json()["reason"], "SIGTERM");
    story.named("done");
    assert_eq!(shim.wait().code(), Some(0));
    assert!(began.elapsed() < DEADLINE);
}

#[test]
fn where_nothing_can_be_restarted_it_says_why() {
    let shim = Shim::start();
    let hello = open(&shim).named("hello").json();
    assert_eq!(hello["restart"], false);
    assert_eq!(hello["token"], Value::Null);
    let why = hello["restart_refused"].as_str().unwrap();
    assert!(!why.is_empty(), "{hello}");
}
