//! Groups that nobody owns are ended by whoever finds them.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process_group};

use super::members::{of_group, pid_of};

/// How often they are looked at.
const POLL: Duration = Duration::from_millis(5);

/// How long a killed group may take to be gone; one that hangs in the kernel takes longer.
const KILL_BOUND: Duration = Duration::from_secs(1);

/// Asks these groups to end, and kills what is left after the time given. Blocks.
pub(crate) fn end(groups: &[u32], grace: Duration) {
    signal(groups, Signal::TERM);
    signal(groups, Signal::CONT);
    if !gone_within(groups, grace) {
        signal(groups, Signal::KILL);
        gone_within(groups, KILL_BOUND);
    }
}

fn signal(groups: &[u32], signal: Signal) {
    for group in groups.iter().filter_map(|group| pid_of(*group)) {
        // An error means that nobody is left.
        let _ = kill_process_group(group, signal);
    }
}

fn gone_within(groups: &[u32], bound: Duration) -> bool {
    let start = Instant::now();
    loop {
        if groups.iter().all(|group| of_group(*group).is_empty()) {
            return true;
        }
        if start.elapsed() >= bound {
            return false;
        }
        thread::sleep(POLL);
    }
}
