//! What the end-to-end tests stand on: real browsers, real backends and the real binary.
//!
//! # Layout
//!
//! - [`process`]: a program with its output; ends with its guard
//! - [`shim`]: the `server-reload` binary, restarted on its port
//! - [`backend`]: a `FastAPI` program under uvicorn
//! - [`supervised`]: a backend that the binary runs or observes
//! - [`proxy`]: stands between browser and server and does them harm when told to
//! - [`scenario`]: plays a scenario and puts it on record
//! - [`driver`], [`display`], [`browser`]: a browser by `WebDriver`, from a pool
//! - [`keeper`]: ends what is left when the program has ended
//! - [`axe`]: judges how usable a page is for everybody
//! - [`page`]: pages that count themselves
//! - [`vite`]: a page that is built from the client's npm package
//! - [`fetch`]: a plain HTTP request
//! - [`place`]: where tools and results are
//!
//! Everything that is started is owned by a guard that ends it, by its id, when dropped.
#![cfg(unix)]
// A harness reports by panicking, like any assertion of a test.
#![allow(clippy::expect_used, clippy::missing_panics_doc)]

pub mod axe;
pub mod backend;
pub mod browser;
pub mod display;
pub mod driver;
pub mod fetch;
pub mod keeper;
pub mod page;
pub mod place;
mod pool;
pub mod process;
pub mod proxy;
pub mod scenario;
mod session;
pub mod shim;
pub mod supervised;
pub mod vite;

use std::time::Duration;

/// How long an event may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often something that cannot announce itself is looked at.
pub const GLANCE: Duration = Duration::from_millis(10);
