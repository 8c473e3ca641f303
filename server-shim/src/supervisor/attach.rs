//! Observing a backend that somebody else runs: is it ready, and was it restarted?
//!
//! - `machine`: decides, purely; `generation`, `owner`, `wants` are what it thinks in
//! - `look`: who listens, and when these processes were started; `ended`: their ends, without polling
//! - `probe`: what it answers; `target`: where it is
//!
//! While all is well nothing is asked and no connection is held: on Linux the processes' own ends are
//! waited for, and once a second the port's sockets and the owners' children are compared with before.
//! Where the system tells less, the port is looked at, connected to, or its URL asked, once a second.

mod answer;
mod ended;
mod forwarder;
mod generation;
mod look;
mod machine;
mod observer;
mod owner;
mod probe;
mod seen;
mod target;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod wants;

pub(crate) use observer::observe;
pub(crate) use seen::{Seen, Server};
