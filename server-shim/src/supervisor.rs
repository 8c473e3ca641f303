//! Watching files, and running or observing a backend.
//!
//! - `machine`: decides everything, purely; `driver` carries it out; [`run()`] is the two together with the server
//! - `config`, `news`: what it is told, and what it tells people; `tee`: and the dashboard; `looks`: output for pages
//! - `process`: a service's process group, its guardian, its output
//! - `port`, `in_use`: who listens where, and whose backend could not
//! - `records`: what a run that was killed has left behind
//! - `ready`, `http`: is it ready; `two_watchers`: does it restart itself as well
//! - `attach`: was it restarted by somebody else
//! - `check`: the command that must pass before a restart
//! - `watch`: from file events to changes

mod attach;
mod check;
mod config;
mod driver;
mod http;
mod in_use;
mod looks;
mod machine;
mod news;
mod port;
mod process;
mod ready;
mod records;
mod run;
mod tee;
mod two_watchers;
mod watch;

#[cfg(feature = "cli")]
pub(crate) use http::{Answering, HttpError, exchange};
#[cfg(feature = "cli")]
pub(crate) use process::ended;
pub(crate) use records::{is_same, start_of};

pub use config::{
    Attach, Check, CommandLine, Dependency, Globs, Program, Ready, Request, Service, Source,
    StopSignal, Supervision, WatchRules,
};
pub use news::{Cause, Exit, Holder, News, Reporter, Speaker};
pub use process::guardian;
pub use run::{Operator, SuperviseError, run};
