//! `server-reload stop`, and who else may ask for it.

use rustix::process::Signal;

use super::{pid, ready, runs};
use crate::http::Connection;
use crate::processes::is_alive;
use crate::shim::Shim;
use crate::story::Story;

#[test]
fn it_ends_the_shim_and_its_backends_and_returns_then() {
    let mut shim = ready(runs(""));
    let backend = u32::try_from(pid(&shim)).unwrap();
    let mut page = Story::open(&shim);
    let said = shim.at_another_terminal(&["stop"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let expected = format!("stopped server-reload (pid {}) in ", shim.pid());
    assert!(said.out.starts_with(&expected), "{said:?}");
    assert!(!is_alive(shim.pid()) && !is_alive(backend));
    assert_eq!(shim.wait().code(), Some(0));
    shim.line("stopped by server-reload stop: ");
    assert_eq!(
        page.named("shutdown").json()["reason"],
        "server-reload stop"
    );
    assert_eq!(shim.at_another_terminal(&["stop"]).code, Some(4));
}

#[test]
fn no_page_can_ask_for_it() {
    let shim = ready(runs(""));
    let hello = Story::open(&shim).named("hello").json();
    let page = hello["token"].as_str().unwrap().to_owned();
    let ask = |lines: &[&str]| {
        let head = ["Host: localhost", "Content-Length: 0"];
        shim.ask("POST", "/_reload/stop", &[&head, lines].concat())
    };
    let json = "Content-Type: application/json";
    let token = format!("X-Server-Reload-Token: {page}");
    let cases = [
        (&[][..], 415, "Content-Type: application/json"),
        (&[json], 403, "the commands of server-reload itself"),
        (&[json, &token], 403, "not the control token"),
        (
            &[json, &token, "Origin: http://evil.example"],
            403,
            "origin",
        ),
    ];
    for (lines, status, part) in cases {
        let answer = ask(lines);
        assert_eq!(answer.status, status, "{lines:?}: {answer:?}");
        assert!(answer.text().contains(part), "{lines:?}: {}", answer.text());
    }
    let answer = shim.get("/_reload/stop");
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    assert_eq!(shim.health()["status"], "ready", "and it runs on");
}

#[test]
fn one_that_hangs_is_said_how_to_end() {
    let shim = Shim::builder().serves_nothing().start();
    shim.signal(Signal::STOP);
    let said = shim.at_another_terminal(&["stop"]);
    shim.signal(Signal::CONT);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("does not answer within 5 s"), "{said:?}");
    assert!(
        said.err.contains(&format!("kill {}", shim.pid())),
        "{said:?}"
    );
}

#[test]
fn a_stream_that_is_open_is_told_and_does_not_hold_it_up() {
    let shim = Shim::builder().serves_nothing().start();
    let mut stream = Connection::events(&shim);
    stream.until("event: hello");
    assert_eq!(shim.at_another_terminal(&["stop"]).code, Some(0));
    stream.until("event: done");
}
