//! Windows: a letter counts when Enter is pressed.

use std::io::stdin;

use tokio::runtime::Runtime;

/// Whether keys come to us now.
pub(super) fn start(_runtime: &Runtime) -> bool {
    true
}

/// Nothing was changed.
pub(in crate::cli) fn restore() {}

/// Reads until the end of the input.
pub(super) fn read(act: impl Fn(char)) {
    for line in stdin().lines().map_while(Result::ok) {
        if let Some(typed) = line.trim().chars().next() {
            act(typed);
        }
    }
}
