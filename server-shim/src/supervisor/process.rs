//! A service's process group: started, asked to end, killed, and waited for until nobody of it is left.
//!
//! - `command`, `environment`: from the configuration to what the system is asked for
//! - `spawn`, `leader`: the start, as the leader of a group (Windows: a job object) of its own
//! - [`Group`], `members`: who is in it; [`Table`]: what the system knows of it; [`Running`]: it is ours to end
//! - [`Output`], `reader`, `line`: what it writes; `stdin`: what is typed to it
//! - [`Guardian`], `end`: who ends it when this process is killed

mod command;
#[cfg(unix)]
mod end;
mod environment;
mod group;
pub mod guardian;
mod leader;
mod line;
mod members;
mod output;
mod reader;
mod running;
mod spawn;
mod stdin;
mod table;

#[cfg(unix)]
pub(crate) use end::end;
pub(crate) use group::Group;
pub(crate) use guardian::Guardian;
#[cfg(unix)]
pub(crate) use members::of_group;
pub(crate) use members::{ended, tree};
pub(crate) use output::Output;
pub(crate) use running::Running;
pub(crate) use spawn::{Launch, given_id, run_aside, spawn};
pub(crate) use table::Table;

#[cfg(all(test, unix))]
pub(crate) mod tests;
