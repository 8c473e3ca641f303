//! Other systems: by the crate `sysinfo`.

use std::time::{Duration, SystemTime};

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::supervisor::attach::owner::{Owner, Proc};

/// To look at who listens is all that there is.
pub(super) const IS_CHEAP: bool = false;

/// Not asked for.
pub(super) fn children(_pid: u32) -> Option<String> {
    None
}

/// Not told.
pub(super) fn forwarder(_port: u16) -> Option<String> {
    None
}

/// Not told to less than a second.
pub(super) fn age(_pid: u32) -> Option<Duration> {
    None
}

/// What is known of a process; `None` where it has ended.
pub(super) fn owner(pid: u32) -> Option<Owner> {
    with_process(pid, |process| {
        let start = process.start_time();
        Owner {
            proc: Proc { start, pid },
            parent: process.parent().map(Pid::as_u32),
            name: process.name().to_string_lossy().into_owned(),
            started: SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(start)),
        }
    })
}

fn with_process<T>(pid: u32, read: impl FnOnce(&Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    let wanted = ProcessesToUpdate::Some(&[pid]);
    system.refresh_processes_specifics(wanted, true, ProcessRefreshKind::nothing());
    system.process(pid).map(read)
}
