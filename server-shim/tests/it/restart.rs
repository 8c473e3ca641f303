//! Restarts that are asked for over HTTP.

mod api;
mod page;
mod records;
mod refusals;
mod several;
mod statuses;
mod streams;

use serde_json::{Value, json};

use crate::http::{Answer, Connection};
use crate::processes::eventually;
use crate::shim::{Builder, Shim};
use crate::story::Story;

const RESTART: &str = "/_reload/restart";
const JSON: &str = "Content-Type: application/json";

/// A shim that restarts a backend called `app` when it is asked to, and not for files; what the backend
/// does stands in `plan.txt`.
fn builder() -> Builder {
    Shim::builder()
        .file("plan.txt", "port=0")
        .backend("plan=plan.txt")
        .args(&["--name", "app", "--no-watch"])
}

/// It runs and is ready, and pages know the token.
struct Run {
    shim: Shim,
    token: String,
}

impl Run {
    fn start() -> Self {
        Self::of(builder())
    }

    fn of(builder: Builder) -> Self {
        let shim = builder.start();
        let mut story = Story::open(&shim);
        let token = story.named("hello").json()["token"].clone();
        story.id();
        let token = token.as_str().unwrap().to_owned();
        Self { shim, token }
    }

    /// The next process is not ready until the gate is opened.
    fn gate(&self) {
        self.shim.write("plan.txt", "waits=go port=0");
    }

    fn open_gate(&self) {
        self.shim.open_gate("go");
    }

    /// Asks for a restart as a script does.
    fn post(&self, body: &str) -> Answer {
        post(&self.shim, &self.token, body)
    }

    /// The id of the operation that is begun.
    fn begin(&self, body: &str) -> String {
        let answer = self.post(body);
        assert_eq!(answer.status, 202, "{}", answer.text());
        let accepted: Value = serde_json::from_slice(&answer.body).unwrap();
        accepted["op_id"].as_str().unwrap().to_owned()
    }

    /// The id of an operation whose process is not ready until the gate is opened.
    fn begin_gated(&self, body: &str) -> String {
        self.gate();
        let id = self.begin(body);
        eventually("waiting until ready", || {
            self.operation(&id)["phase"] == "waiting_until_ready"
        });
        id
    }

    fn operation(&self, id: &str) -> Value {
        let answer = self.shim.get(&format!("{RESTART}/{id}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Its receipt, once it has ended.
    fn done(&self, id: &str) -> Value {
        let mut stream = Story::of(&self.shim, &events(id));
        stream.named("done").json()
    }

    fn list(&self) -> Vec<Value> {
        let list: Value = serde_json::from_slice(&self.shim.get(RESTART).body).unwrap();
        list["operations"].as_array().unwrap().clone()
    }

    /// How often the backend was started.
    fn starts(&self) -> usize {
        self.shim.started("main").len()
    }
}

fn events(id: &str) -> String {
    format!("{RESTART}/{id}/events")
}

fn post(shim: &Shim, token: &str, body: &str) -> Answer {
    let token = format!("X-Server-Reload-Token: {token}");
    post_with(shim, &[JSON, &token], body)
}

/// With these header lines.
fn post_with(shim: &Shim, lines: &[&str], body: &str) -> Answer {
    Connection::open(shim).answer(request(lines, body))
}

fn request(lines: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let lines = [&["Host: localhost", "Connection: close", &length], lines].concat();
    let lines = lines.join("\r\n");
    format!("POST {RESTART} HTTP/1.1\r\n{lines}\r\n\r\n{body}")
}

/// A body that names the operation.
fn named(id: &str) -> String {
    json!({ "op_id": id }).to_string()
}
