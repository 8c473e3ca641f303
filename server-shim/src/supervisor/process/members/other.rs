//! Systems without `/proc`.

use std::time::Duration;

use sysinfo::ProcessRefreshKind;

use super::super::table::Table;

/// The pauses between two looks at a process: there is nothing to wait on.
const POLL: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(500)];

/// The living processes of a group, in the order of their ids. Blocks.
#[cfg(unix)]
pub(crate) fn of_group(group: u32) -> Vec<u32> {
    use super::{is_known, pid_of};

    if !is_known(group) {
        return Vec::new();
    }
    let its = |pid: &u32| {
        pid_of(*pid)
            .and_then(|pid| rustix::process::getpgid(Some(pid)).ok())
            .is_some_and(|its| Some(its) == pid_of(group))
    };
    let table = Table::all(ProcessRefreshKind::nothing());
    let mut members: Vec<u32> = table
        .living()
        .map(|it| it.pid().as_u32())
        .filter(its)
        .collect();
    members.sort_unstable();
    members
}

/// The leader, and the living processes that it and its own have started, in the order of their ids. Blocks.
#[cfg(not(unix))]
pub(crate) fn of_group(leader: u32) -> Vec<u32> {
    let table = Table::all(ProcessRefreshKind::nothing());
    let mut members = vec![leader];
    let mut next = 0;
    while let Some(parent) = members.get(next).copied() {
        let is_child = |its: Option<sysinfo::Pid>| its.is_some_and(|its| its.as_u32() == parent);
        let children = table.living().filter(|it| is_child(it.parent()));
        let new: Vec<u32> = children
            .map(|it| it.pid().as_u32())
            .filter(|pid| !members.contains(pid))
            .collect();
        members.extend(new);
        next += 1;
    }
    members.retain(|pid| table.get(*pid).is_some());
    members.sort_unstable();
    members
}

/// The same: here it costs no less to find descendants.
pub(crate) fn tree(leader: u32) -> Vec<u32> {
    of_group(leader)
}

/// Waits until this process has ended.
pub(crate) async fn ended(pid: u32, _group: Option<u32>) {
    let [mut pause, longest] = POLL;
    while Table::some(&[pid], ProcessRefreshKind::nothing())
        .get(pid)
        .is_some()
    {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}
