//! What dead runs have left behind.

use std::fs;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use std::time::Duration;

use super::entry::{Entry, Run, is_same, start_of};

/// How long groups have for their end before they are killed.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(1);

/// Ends what runs that were killed have left behind: started in this working folder, or on one of these ports.
///
/// Returns the ids of their leaders. Records that say nothing any more are removed. Blocks, for 2 s at most where
/// something is left.
pub(crate) fn reclaim(folder: &Path, cwd: &Path, ports: &[u16]) -> Vec<u32> {
    let mut reclaimed = Vec::new();
    for file in files(folder) {
        let Some(mut run) = Run::read(&file) else {
            // Its removal, too, may be somebody else's.
            let _ = fs::remove_file(file);
            continue;
        };
        if start_of(run.pid).is_some_and(|start| is_same(start, run.started_at)) {
            continue;
        }
        run.groups.retain(is_left);
        let here = run.cwd == cwd;
        let wanted = |group: &Entry| here || group.ports.iter().any(|port| ports.contains(port));
        reclaimed.extend(run.groups.iter().filter(|it| wanted(it)).map(|it| it.pid));
        run.groups.retain(|group| !wanted(group));
        // A record that cannot be written is looked at the next time.
        let _ = run.save(&file);
    }
    end(&reclaimed);
    reclaimed
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_record = |file: &PathBuf| file.extension().is_some_and(|it| it == "json");
    files.filter(is_record).collect()
}

/// Whether this is still the group that was started then.
#[cfg(unix)]
fn is_left(group: &Entry) -> bool {
    use super::super::process::{Table, given_id, of_group};
    use sysinfo::{ProcessRefreshKind, UpdateKind};

    let members = of_group(group.pid);
    let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    let table = Table::some(&members, what);
    let processes = members.iter().filter_map(|pid| table.get(*pid));
    let mut ours = processes.filter(|process| {
        let leads = process.pid().as_u32() == group.pid;
        leads && is_same(process.start_time(), group.started_at)
            || given_id(process) == Some(&*group.id)
    });
    ours.next().is_some()
}

#[cfg(unix)]
fn end(groups: &[u32]) {
    if !groups.is_empty() {
        super::super::process::end(groups, GRACE);
    }
}

/// Windows has ended the job object with the run that owned it.
#[cfg(not(unix))]
fn is_left(_group: &Entry) -> bool {
    false
}

#[cfg(not(unix))]
fn end(_groups: &[u32]) {}
