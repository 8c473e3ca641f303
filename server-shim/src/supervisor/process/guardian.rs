//! Ends the groups of a process that was killed.
//!
//! A process that is killed by `SIGKILL` can do nothing itself. The guardian is our own binary once more,
//! in a session of its own: neither a signal to us, nor from the terminal, nor to a backend's group reaches
//! it. It reads on a pipe which groups there are; when the pipe closes, we are gone, and it ends those that are left.

use std::process::ExitCode;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{Guarded, Guardian};

#[cfg(not(unix))]
mod job;
#[cfg(not(unix))]
pub(crate) use job::{Guarded, Guardian};

/// What the guardian runs: reads its standard input to the end, then ends the groups that are left.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(unix)]
    unix::watch_over(std::io::stdin().lock());
    ExitCode::SUCCESS
}
