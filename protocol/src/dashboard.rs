//! The types behind the `data:` lines of the dashboard's stream ([`crate::path::DASHBOARD_EVENTS`]).
//!
//! It opens with [`crate::event::HELLO`] ([`Opening`]), then tells what is true by then, and afterwards
//! whatever has become different: [`crate::event::STATE`], [`crate::event::PROBLEMS`],
//! [`crate::event::OPERATION`] ([`crate::payload::Operation`] without its output) and
//! [`crate::event::OUTPUT`]. It ends like the stream for pages.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::payload::ServiceHealth;

/// The first event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Opening {
    /// That of the shim; a page whose script is of another one loads itself again.
    pub version: String,
    /// The server's time in milliseconds since the Unix epoch, to tell ages by whatever the page's clock says.
    pub now_ms: u64,
    /// The interval of [`crate::event::PING`] in milliseconds.
    pub heartbeat_ms: u64,
    /// Whether the page may ask for a restart.
    pub restart: bool,
    /// What it has to send with that, in the header [`crate::TOKEN_HEADER`].
    pub token: Option<String>,
    /// Why it may not, for people.
    pub restart_refused: Option<String>,
}

/// What is true now.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct State {
    /// The server id.
    pub id: Option<String>,
    /// The services, in the order of their configuration.
    pub services: Vec<Row>,
    /// Who listens on [`crate::path::EVENTS`]; of very many, those that came first.
    pub pages: Vec<Page>,
    /// How many listen there.
    pub streams: usize,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Row {
    /// How it is.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub health: ServiceHealth,
    /// Where a browser finds it, where that is known.
    pub url: Option<String>,
    /// Somebody else runs it, so that it cannot be restarted from here.
    pub attached: bool,
}

/// Somebody who listens on the stream for pages.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Page {
    /// Counts those who came.
    pub no: u64,
    /// Its address without query and fragment, or its origin alone, without a slash at its end, where the
    /// browser tells no more.
    pub url: Option<String>,
    /// Its browser, in plain words.
    pub browser: String,
    /// Since when, in seconds since the Unix epoch.
    pub since: f64,
}

/// Lines of a service's output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Written {
    /// The service's name.
    pub service: String,
    /// So many lines before these are not kept any more, and were not told.
    pub skipped: u64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Line {
    /// Who has written it.
    pub from: Writer,
    /// With its ANSI escapes, without its line break.
    pub text: String,
}

/// Who writes lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Writer {
    /// The service, to its standard output.
    Stdout,
    /// The service, to its standard error.
    Stderr,
    /// The shim, to tell one process's lines from the next one's.
    Note,
}
