//! Two clocks, in milliseconds.

use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

/// Since the Unix epoch: what a page can compare with.
pub(crate) fn wall() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("a clock past 1970").as_secs_f64() * 1000.0
}

/// Since some moment that is the same for every process of this machine.
pub(crate) fn monotonic() -> f64 {
    let now = clock_gettime(ClockId::Monotonic);
    let since = Duration::try_from(now).expect("a time past the system's start");
    since.as_secs_f64() * 1000.0
}
