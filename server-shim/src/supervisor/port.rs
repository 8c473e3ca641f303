//! Who listens on which port.
//!
//! Only sockets in the state `LISTEN` count: after its end a backend's connections stay in `TIME_WAIT`, so that
//! a trial `bind` would fail for a minute while nobody is there. Nothing here opens a connection.
//!
//! All but [`wait_free`] and [`listening_now`] block: to find the process behind a socket reads `/proc/PID/fd` of all
//! processes (13 ms for 500 of them).

#[cfg(target_os = "linux")]
mod diag;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod proc_net;

use std::collections::BTreeSet;
use std::time::Duration;

use sysinfo::ProcessRefreshKind;
use tokio::time::{Instant, sleep};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

pub(crate) use system::listening;
pub(crate) use system::{Socket, sockets_of};

use super::Holder;
use super::machine::PortState;
use super::process::Table;

/// How often is looked whether a port is free.
const POLL: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 2 } else { 25 });

/// Whose a listening port is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owners {
    /// Nobody listens.
    Nobody,
    /// All processes that have one of its listening sockets open, as far as the system shows them; at least one.
    Known(BTreeSet<u32>),
    /// Somebody whom the system does not show: another user's process, or one in a container.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "these systems show all")
    )]
    Hidden,
    /// This system does not tell who listens.
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "it always tells"))]
    Untold,
}

/// Whose this port is.
pub(crate) fn owners(port: u16) -> Owners {
    system::owners(port)
}

/// The ports that these processes listen on.
pub(crate) fn ports_of(pids: &[u32]) -> BTreeSet<u16> {
    let sockets = sockets_of(pids);
    sockets.into_iter().map(|(socket, _)| socket.port).collect()
}

/// Who listens there, but for these processes.
pub(crate) fn holder(port: u16, except: &[u32]) -> Option<Holder> {
    match owners(port) {
        Owners::Nobody | Owners::Untold => None,
        Owners::Hidden => Some(Holder {
            port,
            ..Holder::default()
        }),
        Owners::Known(pids) => {
            let pid = pids.into_iter().find(|pid| !except.contains(pid))?;
            Some(Holder {
                port,
                pid: Some(pid),
                name: name_of(pid),
                former: false,
            })
        }
    }
}

fn name_of(pid: u32) -> Option<String> {
    let table = Table::some(&[pid], ProcessRefreshKind::nothing());
    Some(table.get(pid)?.name().to_string_lossy().into_owned())
}

/// Waits until nobody listens on these ports, or the time is over.
///
/// `own` are the ports of this process: those never become free, so that they are told at once.
pub(crate) async fn wait_free(ports: &[u16], bound: Duration, own: &[u16]) -> PortState {
    let start = Instant::now();
    loop {
        let Some(port) = first_taken(ports).await else {
            return PortState::Free;
        };
        let ours = own.contains(&port);
        if ours || start.elapsed() >= bound {
            let look = tokio::task::spawn_blocking(move || holder(port, &[]));
            // It may have gone just now; or the runtime ends.
            return match look.await.unwrap_or_default() {
                Some(holder) => PortState::Held { holder, ours },
                None if is_taken(port) => PortState::Held {
                    holder: Holder {
                        port,
                        ..Holder::default()
                    },
                    ours,
                },
                None => PortState::Free,
            };
        }
        sleep(POLL).await;
    }
}

async fn first_taken(ports: &[u16]) -> Option<u16> {
    let listening = listening_now().await;
    let taken = |port: &u16| listening.iter().any(|socket| socket.port == *port);
    ports.iter().copied().find(taken)
}

/// All listening TCP sockets.
#[cfg(target_os = "linux")]
#[allow(clippy::unused_async)]
pub(crate) async fn listening_now() -> BTreeSet<Socket> {
    // 0.03 ms: less than to hand it to another thread.
    listening().into_iter().collect()
}

/// All listening TCP sockets.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn listening_now() -> BTreeSet<Socket> {
    let look = tokio::task::spawn_blocking(listening);
    // It is only canceled when the runtime ends.
    look.await.unwrap_or_default().into_iter().collect()
}

fn is_taken(port: u16) -> bool {
    listening().iter().any(|socket| socket.port == port)
}

#[cfg(all(test, unix))]
mod tests;
