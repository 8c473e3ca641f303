//! The wire contract of server-reload: what the shim says and what the browser client hears.
//!
//! # Layout
//!
//! - [`path`]: the paths of the shim's own HTTP
//! - [`event`]: the names of the events on the stream
//! - [`payload`]: the types behind their `data:` lines, and the names of their fields
//! - [`dashboard`]: the types behind those of the dashboard's own stream
//! - [`storage`]: the keys under which the client keeps things in the browser
//!
//! # Theory of operation
//!
//! The stream is `text/event-stream` ([server-sent events, WHATWG HTML section 9.2][sse]). It opens
//! with [`event::HELLO`], goes on with the *server id* as an unnamed event each time the backend is
//! ready, and proves itself alive by [`event::PING`]. The server id is opaque: it is compared for
//! equality only. An id that differs from the one a page knows, and that the page has never seen
//! before, means that the server was restarted. Nothing else does.
//!
//! Where no stream comes through, a page asks [`path::HEALTH`] for the same id now and then.
//!
//! A backend without the shim fulfils the contract with an unnamed event that carries its start
//! time, once, and a comment now and then.
//!
//! The crate does no input or output, and without the feature `serde` it has no dependency.
//!
//! [sse]: https://html.spec.whatwg.org/multipage/server-sent-events.html

pub mod dashboard;
pub mod event;
pub mod path;
pub mod payload;
pub mod storage;

/// The version of the contract, sent in [`payload::Hello::protocol`].
pub const VERSION: u32 = 1;

/// The least `retry:` in milliseconds that a stream may announce to plain clients.
///
/// Browsers take smaller values at their word and then ask hundreds of times a second.
pub const MIN_RETRY_MS: u64 = 1000;

/// The most bytes of output in a [`payload::Problem`].
pub const MAX_PROBLEM_OUTPUT: usize = 64 * 1024;

/// The metric of the [`Server-Timing`](https://www.w3.org/TR/server-timing/) response header whose
/// description is the id of the server that made the page.
///
/// A page can read it through `PerformanceNavigationTiming.serverTiming` and so knows its server
/// without a change to its HTML.
pub const SERVER_TIMING_METRIC: &str = "server-reload";

/// The request header with the token that [`payload::Hello::token`] hands out, lower case.
pub const TOKEN_HEADER: &str = "x-server-reload-token";

/// The most bytes of an operation's id; its characters are ASCII letters, digits, `-`, `_` and `.`,
/// and the first is a letter or a digit. Two that differ in the case of letters alone are the same.
pub const MAX_OPERATION_ID: usize = 64;

/// The attribute of a page's elements that begin a restart: of the service of that name, or, without
/// one, of all that pages depend on.
pub const RESTART_ATTRIBUTE: &str = "data-reload-restart";
