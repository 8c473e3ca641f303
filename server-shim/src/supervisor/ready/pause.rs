//! How often is looked while something is waited for.

use std::time::Duration;

use tokio::time::Instant;

/// Short pauses at first, because most services start within seconds; longer ones for those that take long.
pub(super) fn pause(since: Instant, shortest: Duration) -> Duration {
    let factor = match since.elapsed().as_secs() {
        0..5 => 1,
        5..30 => 5,
        _ => 20,
    };
    shortest * factor
}
