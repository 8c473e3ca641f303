//! The browser client of server-reload, inside `reload.js` and the npm package.
//!
//! # Layout
//!
//! - [`machine`]: every decision, pure: `step(&mut State, Input) -> effects`
//! - [`backoff`]: how long to wait between connection attempts, pure
//! - [`name`]: texts without their letters
//! - [`wire`]: the way between the machine and the browser, pure
//! - `browser`: the functions of numbers; `browser/file.rs`: those of `reload.js`, `browser/package.rs`:
//!   `start` of the npm package. Compiled for WebAssembly alone
//! - `js`: what acts in the page, the *hands*: a module a matter, each with one function that adds its
//!   own to a shared object. `pack.js` has the texts, word lists and style sheets.
//! - `shared.rs`: a test that the names in `js/protocol.js` are the server's
//!
//! # Theory of operation
//!
//! The client hears one event stream and compares the *server id* that comes over it with the one
//! its document goes with. An id that differs, and was never seen before, means that the server was
//! restarted: the page is loaded again, or told so by the event `server-reload`. A lost connection
//! alone means nothing.
//!
//! The tabs of an origin share that stream. They queue for one Web Lock; who has it *leads*, holds the
//! `EventSource`, and passes its events on by a `BroadcastChannel`, and the others' machines take them as
//! if they were their own. `machine/relay.rs` decides who leads, and `js/relay.js` carries lock and
//! channel. To ask for a lock takes a browser longer than the client needs for all else, so a page of
//! `reload.js` opens its stream at once where no tab is noted to lead; what it says waits until the machine
//! asks for it. Where no stream comes through, the id is asked for instead (`machine/poll.rs`).
//!
//! No worker holds the stream. One from a `blob:` URL would keep the tab that leads in Firefox's back/forward
//! cache, where a page that has closed its stream as late as `beforeunload` does not get; the tabs that follow get
//! there all the same. Policies often forbid such a worker, so the page would have to do it all as well.
//!
//! Browser events become [`machine::Input`]s, stamped with the time. The machine answers with
//! [`machine::Effect`]s, which the hands carry out; what comes back from them are inputs again, which
//! wait their turn in `inbox.js`. So everything hard, such as restarts in the gap between a document
//! and its stream, is decided in code that runs under plain `cargo test`.
//!
//! Over the border go numbers alone, as [`wire`] writes and reads them. A text that the machine compares
//! or hands on is a [`name::Name`]; what people read is made in JavaScript. So no code for texts is in
//! the module, and hardly any glue around it: timers, clocks and the `EventSource` through gloo-timers and
//! web-sys would take a tenth of `reload.js`, and are hands' for that reason.
//!
//! There are two packings. `reload.js` (without the feature `package`) has hands and module in one file; its
//! build is `server-shim/build`, its frame `server-shim/client/loader.js`, beside which `plain.js` does
//! the main job where WebAssembly may not run: another machine, told and telling the same numbers, with
//! the same hands. The npm package has the hands as modules that WebAssembly imports.

pub mod backoff;
#[cfg(target_arch = "wasm32")]
mod browser;
pub mod machine;
pub mod name;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod shared;
pub mod wire;
