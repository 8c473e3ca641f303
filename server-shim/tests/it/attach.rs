//! A backend that somebody else runs: here the test.

use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use crate::backend::by_hand;
use crate::ports::free_port;
use crate::processes::eventually;
use crate::shim::{Running, Shim};
use crate::story::Story;

fn backend(words: &str) -> Running {
    let mut command = by_hand(words);
    // It may have a worker, which ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Running(command.spawn().unwrap())
}

fn attached(port: u16, args: &[&str]) -> Shim {
    Shim::builder()
        .serves_nothing()
        .args(&["--attach", &port.to_string()])
        .args(args)
        .start()
}

#[test]
fn a_restart_from_outside_moves_the_id() {
    let port = free_port();
    let words = format!("port={port}");
    let first = backend(&words);
    let shim = attached(port, &[]);
    let mut story = Story::open(&shim);
    let mut ids = vec![story.id()];
    let mut running = first;
    for _ in 0..3 {
        assert_eq!(shim.health()["pid"], running.0.id());
        assert_eq!(shim.health()["status"], "ready");
        drop(running);
        story.phase("waiting_until_ready");
        assert_eq!(shim.health()["id"], Value::Null, "pages wait");
        running = backend(&words);
        let id = story.id();
        assert!(!ids.contains(&id), "{id} again");
        ids.push(id);
    }
    shim.line("was restarted, pid");
}

#[test]
fn it_may_come_later() {
    let port = free_port();
    let shim = attached(port, &[]);
    let mut story = Story::open(&shim);
    shim.line(&format!("nobody listens on localhost:{port}: waiting"));
    assert_eq!(story.named("hello").json()["id"], Value::Null);
    let running = backend(&format!("port={port}"));
    story.id();
    assert_eq!(shim.health()["pid"], running.0.id());
}

#[test]
fn it_is_ready_when_its_url_answers_well() {
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = by_hand(&format!("port={port} gate=good"));
        Running(command.env("ASIDE", folder.path()).spawn().unwrap())
    };
    let good = folder.path().join("good");
    let running = start();
    let ready = format!("http://127.0.0.1:{port}/health");
    let shim = attached(port, &["--ready", &ready, "--heartbeat", "1s"]);
    let mut story = Story::open(&shim);
    story.named("ping");
    assert_eq!(shim.health()["id"], Value::Null, "503 is not ready");
    std::fs::write(&good, "").unwrap();
    let first = story.id();
    drop(running);
    story.phase("waiting_until_ready");
    let _running = start();
    assert_ne!(story.id(), first);
}

#[test]
fn a_worker_that_is_replaced_moves_the_id() {
    let port = free_port();
    let _running = backend(&format!("port={port} reloads"));
    eventually("the worker", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    let shim = attached(port, &[]);
    let mut story = Story::open(&shim);
    let first = story.id();
    let ask = |path: &str| {
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        crate::http::Connection::to(port).answer(request).text()
    };
    let worker = ask("/pid");
    ask("/reload");
    assert_ne!(story.id(), first, "the parent listens all the time");
    assert_ne!(ask("/pid"), worker);
}

#[test]
fn a_forwarder_is_told_and_a_url_is_asked_for() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // As a container's published port with nobody behind it: accepts, and closes at once.
    thread::spawn(move || listener.incoming().for_each(drop));
    let shim = attached(port, &[]);
    let line = shim.line("is forwarded");
    assert!(
        line.contains(&format!("--ready http://localhost:{port}/")),
        "{line}"
    );
}

#[test]
fn its_files_restart_nothing_and_styles_are_swapped() {
    let port = free_port();
    let _running = backend(&format!("port={port}"));
    let shim = attached(port, &[]);
    let mut story = Story::open(&shim);
    let id = story.id();
    shim.write("app.py", "new");
    shim.write("app.css", "p { color: blue }");
    let told = story.named("change").json();
    assert_eq!(told["kind"], "style");
    assert_eq!(shim.health()["id"], id.as_str());
}

#[test]
fn it_goes_on_when_we_end() {
    let port = free_port();
    let mut running = backend(&format!("port={port}"));
    let mut shim = attached(port, &[]);
    let mut story = Story::open(&shim);
    story.id();
    shim.signal(rustix::process::Signal::TERM);
    story.named("done");
    assert_eq!(shim.wait().code(), Some(0));
    assert!(running.0.try_wait().unwrap().is_none());
}
