//! A command that reloads itself: its listener changes hands inside its group.
//!
//! `uvicorn --reload` and `flask --debug` keep the socket open in a parent and replace the worker that has it too;
//! `nodemon` and `node --watch` replace the only process that has it. gunicorn replaces its workers at `HUP`, one
//! after the other, and now and then a single one, which is no restart.

use std::collections::BTreeSet;
use std::time::Duration;

use sysinfo::ProcessRefreshKind;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::super::process::{Group, Table, ended, tree};
use super::generation::{Generation, Owners, Step};
use super::{IsReady, look};

/// How often is looked for new processes. On Linux that is one small file a thread.
const NEW_PROCESSES: Duration =
    Duration::from_millis(if cfg!(target_os = "linux") { 500 } else { 2000 });

/// The pauses while the successor of one that has ended is awaited.
const SUCCESSOR: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(500)];

/// Follows the listener of a running service through the processes of its group.
#[derive(Debug)]
pub(crate) struct HandOvers {
    group: Group,
    /// Kept from one hand-over to the next: its workers may be gone by the time that the next is waited for.
    generation: Generation,
}

impl HandOvers {
    pub(crate) async fn new(group: &Group, ready: &IsReady) -> Self {
        let owners = owners_of(group, ready.owners.clone()).await;
        Self {
            group: group.clone(),
            generation: Generation::new(owners, Instant::now()),
        }
    }

    /// Resolves when the listener has passed to new processes inside its group; never else. May be dropped
    /// and called again.
    ///
    /// Nothing is polled but the list of the group's processes, every 500 ms: an owner's end is an event.
    pub(crate) async fn next(&mut self) -> IsReady {
        let group = &self.group;
        let mut processes = BTreeSet::new();
        let [shortest, longest] = SUCCESSOR;
        let mut pause = shortest;
        loop {
            let now: IsReady = look(group, |_| true).await.into_iter().collect();
            let owners = owners_of(group, now.owners.clone()).await;
            match self.generation.step(&owners, Instant::now()) {
                Step::HandedOver => {
                    self.generation = Generation::new(owners, Instant::now());
                    return now;
                }
                Step::Awaited => {
                    sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
                Step::Same => {
                    pause = shortest;
                    changed(group, now.owners, &mut processes).await;
                }
            }
        }
    }
}

/// Waits until an owner has ended, or the group has other processes.
async fn changed(group: &Group, owners: BTreeSet<u32>, processes: &mut BTreeSet<u32>) {
    let pid = group.pid();
    let mut ends: JoinSet<()> = owners.into_iter().map(|it| ended(it, Some(pid))).collect();
    let other = async {
        loop {
            let walk = tokio::task::spawn_blocking(move || tree(pid));
            let now: BTreeSet<u32> = walk.await.unwrap_or_default().into_iter().collect();
            if now != *processes {
                *processes = now;
                return;
            }
            sleep(NEW_PROCESSES).await;
        }
    };
    tokio::select! {
        Some(_) = ends.join_next() => {}
        () = other => {}
    }
}

async fn owners_of(group: &Group, all: BTreeSet<u32>) -> Owners {
    let top = group.pid();
    let sort = tokio::task::spawn_blocking(move || Owners::new(all, |pid| parent_of(pid, top)));
    sort.await.unwrap_or_default()
}

fn parent_of(pid: u32, top: u32) -> Option<u32> {
    if pid == top {
        return None;
    }
    let table = Table::some(&[pid], ProcessRefreshKind::nothing());
    Some(table.get(pid)?.parent()?.as_u32())
}
