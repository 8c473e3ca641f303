//! `GET /events/server`.

use crate::http::{Connection, find};
use crate::shim::Shim;

const HEAD_LINES: [&str; 7] = [
    "content-type: text/event-stream\r\n",
    "cache-control: no-store, no-transform\r\n",
    "x-accel-buffering: no\r\n",
    "connection: close\r\n",
    "vary: Origin\r\n",
    "x-content-type-options: nosniff\r\n",
    "cross-origin-resource-policy: same-origin\r\n",
];

/// The body without the lines of its chunked coding.
fn events(raw: &str) -> String {
    let is_size = |line: &&str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    let lines = raw.split("\r\n").filter(|line| !is_size(line));
    lines.collect()
}

fn data_of<'a>(text: &'a str, event: &str) -> &'a str {
    let after = text.split(&format!("event: {event}\ndata: ")).nth(1);
    after.unwrap().split('\n').next().unwrap()
}

#[test]
fn opens_with_retry_hello_and_id() {
    let shim = Shim::start();
    let mut stream = Connection::events(&shim);
    let head = stream.until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    for line in HEAD_LINES {
        assert!(head.contains(line), "no `{line}` in {head}");
    }
    let mut raw = stream.until("event: hello\n");
    raw += &stream.until("\n\n");
    raw += &stream.until("\n\n");
    let text = events(&raw);
    assert!(
        text.starts_with("retry: 1000\n\nevent: hello\ndata: {"),
        "{text}"
    );
    let hello = data_of(&text, "hello");
    let id = text.trim_end().rsplit("data: ").next().unwrap();
    for part in [
        "\"protocol\":1".to_owned(),
        format!("\"id\":\"{id}\""),
        "\"id_age_ms\":".to_owned(),
        "\"revision\":".to_owned(),
        "\"phase\":\"ready\"".to_owned(),
        format!("\"pid\":{}", shim.pid()),
        "\"heartbeat_ms\":10000".to_owned(),
        "\"restart\":false".to_owned(),
    ] {
        assert!(hello.contains(&part), "no {part} in {hello}");
    }
    assert!(text.ends_with(&format!("\n\ndata: {id}\n\n")), "{text}");
}

#[test]
fn pings_with_a_comment() {
    let shim = Shim::builder().args(&["--heartbeat", "50ms"]).start();
    let mut stream = Connection::events(&shim);
    for _ in 0..3 {
        stream.until("event: ping\ndata: ");
        let time = stream.until("\n\n");
        assert!(time.trim().parse::<u64>().is_ok(), "{time}");
        stream.until(": heartbeat\n\n");
    }
}

#[test]
fn head_has_the_headers_alone() {
    let shim = Shim::start();
    let answer = shim.ask("HEAD", "/events/server", &["Host: localhost"]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.body.is_empty(), "{answer:?}");
}

#[test]
fn the_id_is_the_same_for_all_and_new_for_another_process() {
    let id = |shim: &Shim| {
        let mut stream = Connection::events(shim);
        let text = stream.until("\n\ndata: ") + &stream.until("\n");
        text.trim_end().rsplit("data: ").next().unwrap().to_owned()
    };
    let (one, two) = (Shim::start(), Shim::start());
    assert_eq!(id(&one), id(&one));
    assert_ne!(id(&one), id(&two));
}

#[test]
fn the_revision_moves_with_the_files() {
    let shim = Shim::builder().file("index.html", "one").start();
    // A machine that is busy may need longer for it than `hello` waits.
    let deadline = std::time::Instant::now() + crate::shim::DEADLINE;
    let revision = || loop {
        let mut stream = Connection::events(&shim);
        stream.until("\"revision\":");
        let revision = stream.until(",");
        if revision != "null," {
            break revision;
        }
        assert!(std::time::Instant::now() < deadline, "always null");
    };
    let before = revision();
    assert_eq!(revision(), before);
    shim.write("index.html", "longer");
    assert_ne!(revision(), before);
}

#[test]
fn streams_are_counted_while_they_are_open() {
    let shim = Shim::start();
    let counted = |count: usize| {
        let wanted = format!("\"streams\":{count}}}");
        let deadline = std::time::Instant::now() + crate::shim::DEADLINE;
        loop {
            let health = shim.get("/_reload/health").body;
            if find(&health, wanted.as_bytes()).is_some() {
                break;
            }
            let health = String::from_utf8_lossy(&health);
            assert!(
                std::time::Instant::now() < deadline,
                "no {wanted} in {health}"
            );
        }
    };
    let mut streams = [Connection::events(&shim), Connection::events(&shim)];
    for stream in &mut streams {
        stream.until("event: hello");
    }
    counted(2);
    drop(streams);
    counted(0);
}
