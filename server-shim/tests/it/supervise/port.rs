//! Ports that somebody has already.

use super::{Args, Run, answering, ask};
use crate::backend::by_hand;
use crate::ports::free_port;
use crate::shim::{Running, Shim};
use crate::story::Story;

/// Somebody else, who listens there.
fn somebody(port: u16) -> Running {
    let somebody = Running(by_hand(&format!("port={port}")).spawn().unwrap());
    crate::processes::eventually("the other listener", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    somebody
}

#[test]
fn who_holds_a_port_that_is_named_is_told_and_waited_for() {
    let port = free_port();
    let other = somebody(port);
    let shim = Shim::builder()
        .backend(&format!("port={port}"))
        .args(&["--ready", &format!("tcp:{port}")])
        .start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    let title = problem["title"].as_str().unwrap();
    assert!(
        title.starts_with(&format!("port {port} is held by `")),
        "{title}"
    );
    let pid = other.0.id();
    assert!(title.ends_with(&format!("(pid {pid})")), "{title}");
    let line = shim.line(&format!("port {port} is held"));
    assert!(line.contains(&pid.to_string()), "{line}");
    assert_eq!(shim.health()["status"], "waiting_for_port");
    assert_eq!(shim.started("main").len(), 0, "it is not started in vain");
    drop(other);
    story.id();
    assert_eq!(ask(port, "/").status, 200);
    assert_eq!(shim.started("main").len(), 1);
}

#[test]
fn who_holds_the_port_of_a_backend_that_says_so_is_told() {
    let port = free_port();
    let other = somebody(port);
    let shim = Shim::builder().backend(&format!("port={port}")).start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    let title = problem["title"].as_str().unwrap();
    let pid = other.0.id();
    assert!(
        title.starts_with(&format!("port {port} is held by `")),
        "{title}"
    );
    assert!(title.ends_with(&format!("(pid {pid})")), "{title}");
    let output = problem["output"].as_str().unwrap();
    assert!(output.contains("address already in use"), "{output}");
    // From now on the port is waited for.
    story.phase("waiting_for_port");
    drop(other);
    story.id();
    assert_eq!(ask(port, "/").status, 200);
}

#[test]
fn somebody_who_takes_the_port_in_between_is_told() {
    let mut run = Run::start(answering("slow=300"));
    run.save("two\n");
    run.story.phase("stopping");
    let backend = run.pid_of_last();
    let port = run.port;
    crate::processes::await_gone(backend);
    // Either is first; whoever is second is told, or waits.
    let other = by_hand(&format!("port={port}")).spawn();
    let mut other = Running(other.unwrap());
    let event = run.story.until("an id or a problem", |event| {
        event.name.is_empty() || event.name == "problem"
    });
    if event.name == "problem" {
        let title = event.json()["title"].as_str().unwrap().to_owned();
        let pid = other.0.id();
        assert!(title.ends_with(&format!("(pid {pid})")), "{title}");
        drop(other);
        run.story.id();
    } else {
        assert_eq!(other.wait().code(), Some(1), "the port was taken");
    }
    assert_eq!(run.answer(), "two");
}

impl Run {
    fn pid_of_last(&self) -> u32 {
        *self.shim.started("main").last().unwrap()
    }
}

#[test]
fn a_backend_that_wants_our_port_is_told_so() {
    let port = free_port();
    let shim = Shim::builder()
        .port(port)
        .backend(&format!("port={port}"))
        .start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    let title = problem["title"].as_str().unwrap();
    assert_eq!(
        title,
        format!("the backend wants port {port}, on which server-reload listens")
    );
    let line = shim.line("your backend wants our port");
    assert!(line.contains("--port"), "{line}");
    shim.line("waiting for a change");
    assert_eq!(shim.health()["status"], "crashed");
    assert_eq!(
        shim.started("main").len(),
        1,
        "it would find the same again"
    );
}

#[test]
fn a_backend_that_is_to_be_ready_on_our_port_is_told_so() {
    let port = free_port();
    let shim = Shim::builder()
        .port(port)
        .backend(&format!("port={port}"))
        .args(&["--ready", &format!("tcp:{port}")])
        .spawn();
    shim.line(&format!("our port {port}"));
    assert_eq!(shim.started("main").len(), 0);
}

/// Linux keeps a port from those who do not ask for it again, for a minute.
#[test]
#[cfg(target_os = "linux")]
fn a_backend_that_does_not_reuse_its_address_is_told_so() {
    let mut run = Run::start(answering("noreuse"));
    // The server closes first, so that its side lingers.
    assert_eq!(run.answer(), "one");
    run.save("two\n");
    let problem = run.story.problem();
    let title = problem["title"].as_str().unwrap();
    let port = run.port;
    assert_eq!(
        title,
        format!("port {port} is free, but the backend does not reuse its address")
    );
    let line = run.shim.line("SO_REUSEADDR");
    assert!(line.contains(&port.to_string()), "{line}");
}

#[test]
fn connections_of_before_do_not_hold_the_port() {
    let mut run = Run::start(answering("").args(&["--stop-timeout", "60s"]));
    for number in 0..3 {
        assert_eq!(ask(run.port, "/").status, 200);
        run.save(&format!("{number}\n"));
        run.story.id();
        assert_eq!(run.answer(), number.to_string());
    }
    assert_eq!(run.story.count("problem"), 0);
}
