//! The shim of server-reload: it serves the event stream, the browser client and a folder of pages.
//!
//! # Layout
//!
//! - [`Config`]: what to serve, to whom, and the time limits
//! - [`guard`]: who may talk to us, decided from the target, `Host` and `Origin` alone
//! - [`Shim`]: the running state behind all routes, a cheap handle to clone
//! - [`routes`]: the warp filters, one file a noun
//! - [`run`]: the accept loop and its bounded end
//! - `hub`: what every stream watches
//! - `frame`: an event as it stands on a stream; `clock`: times as they are told
//! - `files`: from a request's path to a file inside the folder, and, where [`Config`] names it, the writing
//!   of it
//! - `operations`, `metrics`, `wait` (feature `supervisor`): what is known of restarts, what is counted, and
//!   waiting for what is about to exist
//! - `board` (feature `supervisor`): what the dashboard shows beside what the hub and the operations know
//! - `supervisor` (feature `supervisor`): watching files, and running or observing a backend
//! - `cli` (feature `cli`): the command line, turned once into a [`Config`]
//! - beside the sources: `build.rs`, which has the program in `build` make `reload.js` of `client-wasm` and of
//!   the frame in `client`; `dashboard`, the page to watch it on
//!
//! # Theory of operation
//!
//! Data flows one way: files and signals → the supervisor's machine → the hub → every stream → the
//! page. Nothing flows back but plain HTTP requests. Many pages may hear one stream: the tabs of an origin
//! pass it on among themselves.
//!
//! The supervisor is a pure machine in the middle of edges that decide nothing: `step(now, input)`
//! answers with effects, and the driver carries them out. It ends the old process group to its last
//! member before it starts the next, and lets the server id move when the new process is ready and no
//! follow-up is pending.
//!
//! The hub is a retained value, not a notification. A stream that is opened while the process stops
//! therefore sees that it stops, gets `shutdown` and `done` like all others, and ends.
//!
//! The end is bounded twice. Streams, idle connections and half-read requests are dropped 100 ms
//! after the shutdown begins, so that a client that never reads cannot hold the exit. Other requests
//! in flight, such as a download, keep the longer grace of [`Config::with_grace`].
//!
//! # In a program of your own
//!
//! With `default-features = false` the crate is a set of warp filters and an accept loop. Pages of your
//! own are guarded by [`routes::guarded`], like the shim's; the example wants warp's feature `server`.
//!
//! ```no_run
//! use server_reload::{Config, Shim, routes};
//! use warp::Filter;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), server_reload::ServeError> {
//!     let shim = Shim::new(Config::new())?;
//!     let hello = warp::path::end().map(|| {
//!         warp::reply::html("<script src=\"/reload.js\"></script><h1>hello</h1>")
//!     });
//!     warp::serve(routes::own(&shim).or(routes::guarded(&shim, hello)))
//!         .run(([127, 0, 0, 1], 8000))
//!         .await;
//!     Ok(())
//! }
//! ```

#[cfg(feature = "supervisor")]
mod board;
#[cfg(feature = "cli")]
pub mod cli;
mod clock;
mod config;
mod files;
mod frame;
pub mod guard;
mod hub;
#[cfg(feature = "supervisor")]
mod metrics;
#[cfg(feature = "supervisor")]
mod operations;
pub mod routes;
mod server;
mod shim;
#[cfg(feature = "supervisor")]
pub mod supervisor;
#[cfg(feature = "supervisor")]
mod wait;

#[cfg(feature = "supervisor")]
pub use config::Restart;
pub use config::{Config, Identity, MAX_HEARTBEAT, MIN_HEARTBEAT, Patience};
#[cfg(feature = "supervisor")]
pub use files::Edits;
pub use server::{ServeError, Stopped, run};
pub use shim::Shim;

/// The browser client, as served at [`server_reload_protocol::path::CLIENT`].
pub static CLIENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reload.js"));
