//! Looking at who listens. All of it blocks.

#[cfg(target_os = "linux")]
mod proc_fs;
#[cfg(not(target_os = "linux"))]
mod system;

#[cfg(target_os = "linux")]
use proc_fs as os;
#[cfg(not(target_os = "linux"))]
use system as os;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::machine::Sight;
use super::owner::{Owners, Proc};
use crate::supervisor::port;

#[cfg(target_os = "linux")]
pub(super) use os::is_alive;

/// Who listens on this port of this machine; `sockets` as [`sockets`] has told.
pub(super) fn look(port: u16, sockets: BTreeSet<u64>) -> Sight {
    match port::owners(port) {
        port::Owners::Nobody => Sight::Nobody,
        port::Owners::Known(pids) => {
            let owners: Vec<_> = pids.into_iter().filter_map(os::owner).collect();
            // All of them have ended just now: nobody, unless the next look tells otherwise.
            if owners.is_empty() {
                Sight::Nobody
            } else {
                Sight::Known(Owners(owners))
            }
        }
        port::Owners::Hidden => Sight::Hidden {
            sockets,
            forwarder: os::forwarder(port),
        },
        port::Owners::Untold => Sight::Untold,
    }
}

/// What is cheap to see of a port and its owners; the same again means that nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    sockets: BTreeSet<u64>,
    children: BTreeMap<u32, Option<String>>,
}

impl Pulse {
    /// `None` where nothing is cheap. On Linux 10 µs an owner; `sockets` as [`sockets`] has told.
    pub(super) fn take(sockets: &BTreeSet<u64>, procs: &BTreeSet<Proc>) -> Option<Self> {
        os::IS_CHEAP.then(|| Self {
            sockets: sockets.clone(),
            children: procs
                .iter()
                .map(|it| (it.pid, os::children(it.pid)))
                .collect(),
        })
    }
}

/// A number for each listening socket of this port; none where they are not told in 0.05 ms.
pub(super) async fn sockets(port: u16) -> BTreeSet<u64> {
    if !os::IS_CHEAP {
        return BTreeSet::new();
    }
    let all = port::listening_now().await.into_iter();
    all.filter(|socket| socket.port == port)
        .map(|socket| {
            // Its keys are always the same.
            let mut hasher = DefaultHasher::new();
            socket.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

/// For how long it has been running, where it can be told better than by the wall clock.
pub(super) fn age(pid: u32) -> Option<Duration> {
    os::age(pid)
}
