//! What the proxy does to requests, and what it counts.

use std::ops::{Index, IndexMut};
use std::time::Duration;

use server_reload_protocol::path;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A document, in a tab or in a frame.
    Page,
    /// The client.
    Script,
    /// The event stream.
    Stream,
    /// The client's question whether a page would be answered.
    Knock,
    /// What asks for a restart.
    Restart,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of the request with this head.
    #[must_use]
    pub fn of(head: &str) -> Self {
        let mut words = head.split(' ');
        let (method, target) = (words.next(), words.next().unwrap_or_default());
        let head = head.to_ascii_lowercase();
        match (method, target) {
            (Some("HEAD"), _) => Self::Knock,
            (Some("POST"), path::RESTART) => Self::Restart,
            (_, path::EVENTS) => Self::Stream,
            (_, path::CLIENT) => Self::Script,
            _ if head.contains("sec-fetch-dest: document") => Self::Page,
            _ if head.contains("sec-fetch-dest: iframe") => Self::Page,
            _ => Self::Other,
        }
    }
}

/// How a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// By the server; closed without an answer where that can't be reached.
    #[default]
    Pass,
    /// By the server, however long it takes until it can be reached.
    Patient,
    /// By the proxy: 502.
    BadGateway,
    /// By the server, whose answer does not get through: the connection is closed.
    Cut,
    /// Not: the connection is accepted and closed.
    Close,
}

/// What happens to requests of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leg {
    /// Before the request goes up.
    pub up: Duration,
    /// Before the answer's first byte goes down.
    pub down: Duration,
    /// Between the answer's head and its body.
    pub body: Duration,
    /// How it is answered.
    pub answer: Answer,
}

/// What happens to requests.
#[derive(Debug, Clone)]
pub struct Rules {
    legs: [Leg; 6],
    /// The servers' ports, which take turns.
    pub upstreams: Vec<u16>,
    /// A response header that does not get through, in lower case.
    pub strip: Option<&'static str>,
    pub(super) turn: usize,
}

impl Rules {
    pub(super) fn to(upstream: u16) -> Self {
        Self {
            legs: Default::default(),
            upstreams: vec![upstream],
            strip: None,
            turn: 0,
        }
    }

    /// Answers every request, of whatever kind, in this way.
    pub fn answer_all(&mut self, answer: Answer) {
        for leg in &mut self.legs {
            leg.answer = answer;
        }
    }

    /// The port of the server whose turn it is.
    pub(super) fn next_upstream(&mut self) -> u16 {
        self.turn += 1;
        self.upstreams[self.turn % self.upstreams.len()]
    }
}

impl Index<Kind> for Rules {
    type Output = Leg;

    fn index(&self, kind: Kind) -> &Leg {
        &self.legs[kind as usize]
    }
}

impl IndexMut<Kind> for Rules {
    fn index_mut(&mut self, kind: Kind) -> &mut Leg {
        &mut self.legs[kind as usize]
    }
}

/// How many requests have come how far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    asked: [usize; 6],
    answered: [usize; 6],
    begun: [usize; 6],
    ended: [usize; 6],
    /// Pieces of a body that went to the browser on any stream.
    pub stream_pieces: usize,
}

impl Tally {
    /// Requests that arrived from the browser.
    #[must_use]
    pub fn asked(&self, kind: Kind) -> usize {
        self.asked[kind as usize]
    }

    /// Answers whose head arrived from the server.
    #[must_use]
    pub fn answered(&self, kind: Kind) -> usize {
        self.answered[kind as usize]
    }

    /// Answers whose head went to the browser.
    #[must_use]
    pub fn begun(&self, kind: Kind) -> usize {
        self.begun[kind as usize]
    }

    /// Answers that have ended, on whichever side.
    #[must_use]
    pub fn ended(&self, kind: Kind) -> usize {
        self.ended[kind as usize]
    }

    pub(super) fn ask(&mut self, kind: Kind) {
        self.asked[kind as usize] += 1;
    }

    pub(super) fn answer(&mut self, kind: Kind) {
        self.answered[kind as usize] += 1;
    }

    pub(super) fn begin(&mut self, kind: Kind) {
        self.begun[kind as usize] += 1;
    }

    pub(super) fn end(&mut self, kind: Kind) {
        self.ended[kind as usize] += 1;
    }
}
