//! What a page hears, event by event.

use std::time::Instant;

use serde_json::Value;

use crate::http::Connection;
use crate::shim::{DEADLINE, Shim};

/// An event of the stream; the name of an unnamed one is empty.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: Option<usize>,
    pub(crate) name: String,
    pub(crate) data: String,
}

impl Event {
    fn parse(text: &str) -> Self {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        Self {
            id: field("id: ").map(|id| id.parse().unwrap()),
            name: field("event: ").unwrap_or_default().to_owned(),
            data: field("data: ").unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An open stream, and all that it has told so far.
pub(crate) struct Story {
    connection: Connection,
    pub(crate) told: Vec<Event>,
}

impl Story {
    /// Opens the stream; `hello` is the first event.
    pub(crate) fn open(shim: &Shim) -> Self {
        Self::of(shim, "/events/server")
    }

    /// Opens another stream.
    pub(crate) fn of(shim: &Shim, path: &str) -> Self {
        let mut story = Self::asked(shim, path, "");
        story.begun();
        story
    }

    /// Asks for a stream, with more header lines, and does not wait until it begins.
    pub(crate) fn asked(shim: &Shim, path: &str, lines: &str) -> Self {
        let mut connection = Connection::open(shim);
        // Without chunks, for a reader as plain as this.
        connection.send(format!(
            "GET {path} HTTP/1.0\r\nHost: localhost\r\n{lines}\r\n"
        ));
        Self {
            connection,
            told: Vec::new(),
        }
    }

    pub(crate) fn begun(&mut self) {
        self.connection.until("\r\n\r\n");
        self.connection.until("retry: 1000\n\n");
    }

    /// All that still comes, to the end of the connection.
    pub(crate) fn rest(mut self) -> String {
        String::from_utf8(self.connection.rest().to_vec()).unwrap()
    }

    pub(crate) fn next(&mut self) -> Event {
        loop {
            let text = self.connection.until("\n\n");
            if !text.starts_with(':') {
                let event = Event::parse(&text);
                self.told.push(event.clone());
                return event;
            }
        }
    }

    /// Reads on until an event is as wanted.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        let from = self.told.len();
        let deadline = Instant::now() + DEADLINE;
        let guard = Evidence(what);
        loop {
            let event = self.next();
            if wanted(&event) {
                std::mem::forget(guard);
                return event;
            }
            // Heartbeats go on for ever.
            let told = &self.told[from..];
            assert!(Instant::now() < deadline, "no {what} in {told:#?}");
        }
    }

    /// The next event of this name.
    pub(crate) fn named(&mut self, name: &str) -> Event {
        self.until(name, |event| event.name == name)
    }

    /// The next server id.
    pub(crate) fn id(&mut self) -> String {
        self.named("").data
    }

    /// The service does this next, sooner or later.
    pub(crate) fn phase(&mut self, phase: &str) -> Value {
        let is = |event: &Event| event.name == "phase" && event.json()["phase"] == phase;
        self.until(&format!("phase {phase}"), is).json()
    }

    /// The next problem.
    pub(crate) fn problem(&mut self) -> Value {
        self.named("problem").json()
    }

    /// The phases that were told since this many events.
    pub(crate) fn phases_since(&self, from: usize) -> Vec<String> {
        let phases = self.told[from..].iter();
        let phases = phases.filter(|event| event.name == "phase");
        phases
            .map(|event| event.json()["phase"].as_str().unwrap().to_owned())
            .collect()
    }

    /// How many events of this name were told so far.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.told.iter().filter(|event| event.name == name).count()
    }
}

/// Says what was waited for when the wait has failed.
struct Evidence<'a>(&'a str);

impl Drop for Evidence<'_> {
    fn drop(&mut self) {
        eprintln!("while waiting for {}", self.0);
    }
}
