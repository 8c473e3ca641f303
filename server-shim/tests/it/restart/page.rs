//! A page that asks for restarts, and what it is answered in the end.

use serde_json::Value;

use crate::http::Answer;
use crate::shim::Shim;
use crate::story::Story;

/// A page of the shim, which may ask for restarts.
pub(super) struct Page {
    pub(super) story: Story,
    token: String,
}

impl Page {
    pub(super) fn open(shim: &Shim) -> Self {
        let mut story = Story::open(shim);
        let hello = story.named("hello").json();
        let token = hello["token"].as_str().expect("a token").to_owned();
        Self { story, token }
    }

    fn post(&self, shim: &Shim, body: &Value) -> Answer {
        let body = body.to_string();
        let length = body.len();
        let token = &self.token;
        shim.raw(format!(
            "POST /_reload/restart HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:8000\r\n\
             Content-Type: application/json\r\n\
             X-Server-Reload-Token: {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    /// Asks for a restart; what is accepted.
    pub(super) fn ask(&self, shim: &Shim, body: &Value) -> Value {
        let answer = self.post(shim, body);
        assert_eq!(answer.status, 202, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Asks for a restart, and waits for its receipt.
    pub(super) fn restart(&self, shim: &Shim, body: &Value) -> Value {
        receipt(shim, &self.ask(shim, body))
    }
}

/// Follows what was accepted to its end; the record then.
pub(super) fn receipt(shim: &Shim, accepted: &Value) -> Value {
    let events = shim.get(accepted["events_url"].as_str().unwrap()).text();
    assert!(events.contains("event: done"), "no end: {events}");
    record(shim, accepted)
}

/// What is known of it by now.
pub(super) fn record(shim: &Shim, accepted: &Value) -> Value {
    let status = shim.get(accepted["status_url"].as_str().unwrap());
    serde_json::from_slice(&status.body).unwrap()
}

/// The names of the phases that it has gone through, each with its service where there are several.
pub(super) fn phases(record: &Value) -> Vec<String> {
    let several = record["service"].is_null();
    let phases = record["phases"].as_array().unwrap().iter();
    let name = |phase: &Value| {
        let name = phase["name"].as_str().unwrap();
        match phase["service"].as_str().filter(|_| several) {
            Some(service) => format!("{service} {name}"),
            None => name.to_owned(),
        }
    };
    phases.map(name).collect()
}

pub(super) fn strings(value: &Value) -> Vec<&str> {
    let all = value.as_array().unwrap().iter();
    all.map(|it| it.as_str().unwrap()).collect()
}
