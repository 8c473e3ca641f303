//! Pages are told when it is really ready.

use serde_json::Value;

use super::{Args, Run, answering, ask, pid, planned};
use crate::ports::free_port;
use crate::shim::Shim;
use crate::story::Story;

#[test]
fn one_that_never_listens_is_told_and_cured_by_a_save() {
    let shim = planned("says=hello")
        .args(&["--ready-timeout", "300ms"])
        .start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    assert_eq!(
        problem["title"],
        "not ready after 0.3 s: nothing listens yet"
    );
    let output = problem["output"].as_str().unwrap();
    assert!(output.contains("hello"), "{output}");
    shim.line("not ready after 0.30 s: nothing listens yet");
    assert_eq!(shim.health()["id"], Value::Null);
    assert_eq!(shim.health()["status"], "failed");
    assert_eq!(story.count(""), 0);

    shim.write("plan.txt", "port=0");
    story.id();
    assert_eq!(shim.health()["status"], "ready");
    assert_eq!(shim.started("main").len(), 2);
}

#[test]
fn one_that_listens_late_is_ready_after_all() {
    let shim = planned("port=0 waits=go")
        .args(&["--ready-timeout", "300ms"])
        .start();
    let mut story = Story::open(&shim);
    story.problem();
    shim.open_gate("go");
    story.id();
    assert_eq!(shim.health()["status"], "ready");
    assert_eq!(shim.started("main").len(), 1);
}

/// Opens another port first, and the right one when it is told to.
fn two_ports(ready: &[&str], port: u16) -> (Shim, Story) {
    let words = format!("first=0 waits=go port={port}");
    let shim = Shim::builder().backend(&words).args(ready).start();
    let mut story = Story::open(&shim);
    if shim.health()["status"] != "waiting_until_ready" {
        story.phase("waiting_until_ready");
    }
    (shim, story)
}

#[test]
fn tcp_waits_for_the_port_that_is_named() {
    let port = free_port();
    let ready = format!("tcp:{port}");
    let (shim, mut story) = two_ports(&["--ready", &ready, "--heartbeat", "1s"], port);
    story.named("ping");
    assert_eq!(
        shim.health()["id"],
        Value::Null,
        "the first port says nothing"
    );
    shim.open_gate("go");
    story.id();
    assert_eq!(ask(port, "/").status, 200);
}

#[test]
fn the_port_of_before_is_waited_for() {
    let builder = answering("plan=plan.txt").file("plan.txt", "");
    let mut run = Run::start(builder.args(&["--heartbeat", "1s"]));
    run.shim.write("plan.txt", "first=0 waits=go");
    run.story.phase("waiting_until_ready");
    crate::processes::eventually("the second start", || run.starts() == 2);
    // Long enough for it to open its first port; a slow machine makes the test weaker, never wrong.
    let mut pings = Story::open(&run.shim);
    pings.named("ping");
    assert_eq!(run.shim.health()["status"], "waiting_until_ready");
    run.shim.open_gate("go");
    run.story.id();
    assert_eq!(run.answer(), "one");
}

#[test]
fn http_waits_for_a_good_answer() {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/health");
    let shim = Shim::builder()
        .backend(&format!("port={port} gate=good"))
        .args(&["--ready", &url, "--ready-timeout", "1s"])
        .start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    let title = problem["title"].as_str().unwrap();
    assert!(title.starts_with("not ready after 1 s: "), "{title}");
    assert!(title.contains("503") && title.contains(&url), "{title}");
    assert_eq!(shim.health()["id"], Value::Null);
    shim.open_gate("good");
    story.id();
    assert_eq!(shim.health()["status"], "ready");
}

#[test]
fn a_line_of_the_log_can_say_it() {
    let shim = Shim::builder()
        .backend("port=0 says=compiling then=go done=compiled:1234ms")
        .args(&["--ready", r"log:compiled:\d+ms", "--heartbeat", "1s"])
        .start();
    let mut story = Story::open(&shim);
    shim.line("compiling");
    story.named("ping");
    assert_eq!(
        shim.health()["id"],
        Value::Null,
        "it listens, which is not enough"
    );
    shim.open_gate("go");
    story.id();
    shim.line("compiled:1234ms");
}

#[test]
fn a_shell_that_is_asked_for_is_in_between() {
    let port = free_port();
    let line = format!("true && {}; true", crate::backend::line());
    let shim = Shim::builder()
        .backend(&format!("port={port}"))
        .runs([line])
        .args(&["--shell"])
        .file("app.txt", "")
        .start();
    let mut story = Story::open(&shim);
    story.id();
    let shell = pid(&shim);
    let inner = shim.started("main")[0];
    assert_ne!(shell, inner, "the shell leads the group");
    shim.write("app.txt", "new\n");
    story.id();
    crate::processes::await_gone(inner);
    crate::processes::await_gone(shell);
    assert_eq!(shim.started("main").len(), 2);
}

#[test]
fn a_wrapper_of_its_own_ends_with_what_it_has_started() {
    let line = format!("{} & wait", crate::backend::line());
    let shim = Shim::builder()
        .backend("port=0")
        .runs(["sh", "-c", &line])
        .file("app.txt", "")
        .start();
    let mut story = Story::open(&shim);
    story.id();
    let inner = shim.started("main")[0];
    shim.write("app.txt", "new\n");
    story.id();
    assert!(!crate::processes::is_alive(inner));
    assert_eq!(shim.started("main").len(), 2);
}

#[test]
fn a_command_that_restarts_itself_is_followed() {
    let mut run = Run::start(answering("reloads"));
    let worker = ask(run.port, "/pid").text();
    ask(run.port, "/reload");
    let second = run.story.id();
    assert_ne!(run.id, second);
    assert_ne!(ask(run.port, "/pid").text(), worker);
    assert_eq!(ask(run.port, "/pid").text(), run.pid().to_string());
    assert_eq!(run.starts(), 1, "we have not restarted it");
    run.shim.line("two watchers are at work");
    run.shim.line("was restarted, pid");

    ask(run.port, "/reload");
    assert_ne!(run.story.id(), second);
    let output = run.shim.output();
    assert_eq!(output.matches("two watchers").count(), 1, "{output}");
}
