//! The browser client of server-reload, inside `reload.js`.
//!
//! # Layout
//!
//! - [`machine`]: every decision, pure: `step(&mut State, Input) -> effects`
//! - [`backoff`]: how long to wait between connection attempts, pure
//! - [`config`]: the script tag's attributes, pure
//! - [`notice`]: what people read, pure
//! - [`ansi`]: a terminal's output as styled text, pure
//! - [`styles`]: which style sheets of the page a changed file is behind, pure
//! - `browser`: the only code that touches the browser; compiled for WebAssembly alone
//!
//! # Theory of operation
//!
//! The client holds one `EventSource` and compares the *server id* that comes over it with the one
//! its document goes with. An id that differs, and was never seen before, means that the server was
//! restarted: the page is loaded again, or told so by the event `server-reload`. A lost connection
//! alone means nothing.
//!
//! Browser events become [`machine::Input`]s, stamped with the time. The machine answers with
//! [`machine::Effect`]s, which `browser` carries out; what comes back from them are inputs again.
//! So everything hard, such as restarts in the gap between a document and its stream, is decided in
//! code that runs under plain `cargo test`.

pub mod ansi;
pub mod backoff;
#[cfg(target_arch = "wasm32")]
mod browser;
pub mod config;
pub mod machine;
pub mod notice;
pub mod styles;
