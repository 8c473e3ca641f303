//! Processes, seen from outside.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use crate::shim::DEADLINE;

/// Whether it runs; one that has ended and only waits to be collected does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    let id = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    test_kill_process(id).is_ok() && !is_zombie(pid)
}

fn is_zombie(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name may have anything in it, a bracket too.
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}

/// Waits until it is gone.
pub(crate) fn await_gone(pid: u32) {
    eventually(&format!("the end of {pid}"), || !is_alive(pid));
}

/// Waits until this is so.
pub(crate) fn eventually(what: &str, is: impl FnMut() -> bool) {
    assert!(within(DEADLINE, is), "no {what}");
}

/// Whether this is so in time.
pub(crate) fn within(bound: Duration, mut is: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + bound;
    while !is() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}
