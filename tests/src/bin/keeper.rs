//! Ends what a test has left, when the test itself can't: it has been killed, or its process has
//! ended with browsers still in the pool.
//!
//! Reads lines from its standard input: `+ PID` and `- PID`, a process that has to end and one that
//! has ended; `/FOLDER`, a folder that has to go. The end of the input is the end of the test.
#![cfg_attr(not(unix), allow(missing_docs))]

#[cfg(unix)]
fn main() {
    server_reload_e2e::keeper::keep();
}

#[cfg(not(unix))]
fn main() {}
