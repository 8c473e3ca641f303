//! Every way in which an operation ends.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::page::{Page, phases, receipt, strings};
use crate::backend::by_hand;
use crate::ports::free_port;
use crate::processes::{await_gone, eventually};
use crate::shim::{Builder, Running, Shim};

/// A backend that does what `plan.txt` says, which nobody watches.
fn planned(plan: &str) -> Builder {
    let builder = Shim::builder().file("plan.txt", plan);
    let builder = builder.backend("plan=plan.txt");
    builder.args(&["--no-watch", "--name", "app"])
}

fn ready(builder: Builder) -> (Shim, Page) {
    let shim = builder.start();
    let mut page = Page::open(&shim);
    page.story.id();
    (shim, page)
}

fn pid(shim: &Shim) -> Value {
    shim.health()["pid"].clone()
}

fn reason(record: &Value) -> &str {
    record["reason"].as_str().unwrap()
}

fn app(shim: &Shim) -> Value {
    shim.health()["services"][0].clone()
}

#[test]
fn restarted() {
    let (shim, mut page) = ready(planned("port=0"));
    let (before, id) = (pid(&shim), shim.health()["id"].clone());
    let started_at = app(&shim)["started_at"].as_f64().unwrap();
    let accepted = page.ask(&shim, &json!({"op_id": "mine"}));
    assert_eq!(accepted["op_id"], "mine");
    let record = receipt(&shim, &accepted);
    assert_eq!(record["status"], "restarted");
    assert_eq!(
        (&record["pid_before"], &record["id_before"]),
        (&before, &id)
    );
    assert_ne!(record["pid_after"], before);
    assert_eq!(record["pid_after"], pid(&shim));
    assert_ne!(record["id_after"], id);
    assert_eq!(record["id_after"], page.story.id());
    assert_eq!(record["plan"], accepted["plan"], "known from the beginning");
    assert_eq!(phases(&record), strings(&record["plan"]), "as planned");
    assert_eq!(
        (&record["service"], &record["cause"]),
        (&json!("app"), &json!("page"))
    );
    assert_eq!(reason(&record), "asked for by a page");
    assert!(
        record["phases"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["ms"].is_u64())
    );
    let app = app(&shim);
    assert_eq!(
        (&app["restarts"], &app["last_status"]),
        (&json!(1), &json!("restarted"))
    );
    assert!(app["started_at"].as_f64().unwrap() > started_at);

    let second = page.restart(&shim, &json!({}));
    let id = second["op_id"].as_str().unwrap();
    assert!(
        id.bytes().all(|it| it.is_ascii_digit() || it == b'-'),
        "{id}"
    );
    let third = page.restart(&shim, &json!({"service": "app"}));
    assert!(id < third["op_id"].as_str().unwrap(), "in their order");
    assert_eq!(third["pid_before"], second["pid_after"]);
}

#[test]
fn check_failed() {
    let check = ["--check", "sh -c '! grep -n bad plan.txt'"];
    let (shim, page) = ready(planned("port=0").args(&check));
    let before = pid(&shim);
    shim.write("plan.txt", "port=0 bad");
    let record = page.restart(&shim, &json!({}));
    assert_eq!(record["status"], "check_failed");
    assert_eq!(reason(&record), "check failed: exited with code 1");
    assert_eq!(record["output"], "1:port=0 bad");
    assert_eq!(phases(&record), ["checking", "failed"]);
    assert_eq!(strings(&record["plan"])[..2], ["checking", "stopping"]);
    assert_eq!(record["pid_before"], before);
    assert_eq!(record["pid_after"], before, "the old one goes on");
    assert_eq!(record["id_after"], Value::Null, "and so does the id");
    let app = app(&shim);
    assert_eq!(
        (&app["restarts"], &app["last_status"]),
        (&json!(0), &json!("check_failed"))
    );
}

#[test]
fn port_still_in_use() {
    let (shim, page) = ready(planned("port=0"));
    let port = free_port();
    let somebody = Running(by_hand(&format!("port={port}")).spawn().unwrap());
    eventually("the other listener", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    shim.write("plan.txt", &format!("port={port}"));
    let record = page.restart(&shim, &json!({}));
    assert_eq!(record["status"], "port_still_in_use");
    let why = reason(&record);
    assert!(
        why.starts_with(&format!("port {port} is held by `")),
        "{why}"
    );
    assert!(
        why.ends_with(&format!("(pid {})", somebody.0.id())),
        "{why}"
    );
    let output = record["output"].as_str().unwrap();
    assert!(output.contains("address already in use"), "{output}");
    assert_eq!(phases(&record).last().unwrap(), "backing_off");
    assert_eq!(
        (&record["pid_after"], &record["id_after"]),
        (&Value::Null, &Value::Null)
    );
    // The port is known now, and waited for before the next start.
    for _ in 0..2 {
        let record = page.restart(&shim, &json!({}));
        assert_eq!(record["status"], "port_still_in_use");
        assert_eq!(phases(&record), ["waiting_for_port"], "each says so itself");
    }
}

#[test]
fn started_but_unhealthy() {
    let (shim, page) = ready(planned("port=0").args(&["--ready-timeout", "2s"]));
    let before = pid(&shim);
    shim.write("plan.txt", "says=hello waits=gate port=0");
    let record = page.restart(&shim, &json!({}));
    assert_eq!(record["status"], "started_but_unhealthy");
    let why = reason(&record);
    assert!(why.starts_with("not ready after 2 s: "), "{why}");
    assert_eq!(phases(&record).last().unwrap(), "failed");
    let after = record["pid_after"].as_u64().expect("it runs");
    assert_ne!(before, after);
    assert_eq!(record["id_after"], Value::Null);
    let output = record["output"].as_str().unwrap();
    assert!(output.contains("hello"), "{output}");
}

#[test]
fn exited() {
    let (shim, page) = ready(planned("port=0"));
    shim.write("plan.txt", "errs=boom dies=0");
    let record = page.restart(&shim, &json!({}));
    assert_eq!(record["status"], "exited");
    assert_eq!(reason(&record), "exited with code 7");
    let output = record["output"].as_str().unwrap();
    assert!(output.contains("boom"), "{output}");
    assert_eq!(phases(&record).last().unwrap(), "backing_off");
    assert_eq!(record["pid_after"], Value::Null);
}

#[test]
fn cancelled() {
    let builder = Shim::builder().file("plan.txt", "port=0");
    let builder = builder.backend("plan=plan.txt").args(&["--name", "app"]);
    let (shim, mut page) = ready(builder);
    shim.write("plan.txt", "waits=gate port=0");
    let phase = page.story.phase("waiting_until_ready");
    let by_file = phase["op_id"].as_str().unwrap().to_owned();
    let accepted = page.ask(&shim, &json!({"op_id": "mine"}));
    assert_eq!(accepted["op_id"], by_file, "that one runs already");
    assert_eq!(known_as(&shim, "mine", false)["op_id"], by_file.as_str());
    shim.write("plan.txt", "port=0");
    let record = receipt(&shim, &accepted);
    assert_eq!(record["status"], "cancelled");
    assert_eq!(record["cause"], "files");
    let id = page.story.id();
    let newer = newest(&shim);
    assert_eq!(newer["id_after"], id.as_str());
    let newer = newer["op_id"].as_str().unwrap();
    let why = format!("it was begun anew, for something newer: operation {newer}");
    assert_eq!(reason(&record), why);
    assert_eq!(app(&shim)["last_status"], "restarted");
}

fn newest(shim: &Shim) -> Value {
    let list: Value = serde_json::from_slice(&shim.get("/_reload/restart").body).unwrap();
    list["operations"][0].clone()
}

fn known_as(shim: &Shim, id: &str, ended: bool) -> Value {
    let answer = shim.get(&format!("/_reload/restart/{id}"));
    let record: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(record["status"] != "running", ended, "{record}");
    record
}

/// Ends the shim, and then the daemons that it knows nothing of.
struct WithDaemons {
    shim: Shim,
    /// Those that have ended: their numbers may be somebody else's by now.
    gone: Vec<u32>,
}

impl WithDaemons {
    /// All that were started.
    fn daemons(&self) -> Vec<u32> {
        self.shim.started("daemon")
    }

    fn end(&mut self, daemon: u32) {
        self.gone.push(daemon);
        kill(daemon);
        await_gone(daemon);
    }
}

impl Drop for WithDaemons {
    fn drop(&mut self) {
        // One that still runs could start another.
        kill(self.shim.pid());
        let mut left = self.daemons();
        left.retain(|daemon| !self.gone.contains(daemon));
        left.into_iter().for_each(kill);
    }
}

/// It may have ended by itself.
fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok();
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}

/// The backend puts its work into the hands of a process in a session of its own, which outlives it.
#[test]
fn pid_unchanged() {
    let port = free_port();
    let url = format!("http://localhost:{port}/");
    let builder = planned(&format!("daemon={port}")).args(&["--ready", &url]);
    let mut run = WithDaemons {
        shim: builder.start(),
        gone: Vec::new(),
    };
    let mut page = Page::open(&run.shim);
    page.story.id();
    let daemon = run.daemons()[0];
    let record = page.restart(&run.shim, &json!({}));
    assert_eq!(record["status"], "pid_unchanged");
    assert_eq!(record["pid_after"], daemon, "who stays is who is there");
    let why = reason(&record);
    assert!(
        why.starts_with(&format!("port {port} is still held by the old process: `")),
        "{why}"
    );
    assert!(why.contains(&format!("(pid {daemon})")), "{why}");
    assert_eq!(phases(&record).last().unwrap(), "waiting_for_port");
    assert_eq!(record["id_after"], Value::Null);
    let line = run.shim.line("old process");
    assert!(line.contains(&daemon.to_string()), "{line}");
    run.end(daemon);
    page.story.id();
    assert_eq!(app(&run.shim)["phase"], "ready");
    assert_eq!(run.daemons().len(), 2);
}
