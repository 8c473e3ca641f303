//! Whether a service is ready.
//!
//! By default it is when its process group listens, found without being told and without opening a connection. The
//! rule where there are several ports, which may open one after another:
//!
//! - a debugger's port is none: 9229, or one that the process's own arguments give to `--inspect`, `debugpy` and the like;
//! - after a restart, all ports count that the run before had opened by its end, but for those that the system
//!   gives out at random (32768 and up); where one of them stays closed, what listens counts 5 s later;
//! - in the first run the first port counts. Where that is not the one that answers pages, `--ready tcp:PORT` settles it.

mod debugger;
mod generation;
mod handover;
mod listens;
mod log;
mod pause;
mod remote;

pub(crate) use handover::HandOvers;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Ready;
use super::port::{Socket, sockets_of};
use super::process::{Group, Output, tree};

/// What is known of a service when it becomes ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IsReady {
    /// The ports that it listens on, as far as the system tells; what was asked for, where that is not its own.
    pub(crate) ports: BTreeSet<u16>,
    /// The processes of its group that have these sockets open, as far as the system tells.
    pub(crate) owners: BTreeSet<u32>,
}

impl FromIterator<(Socket, u32)> for IsReady {
    fn from_iter<T: IntoIterator<Item = (Socket, u32)>>(sockets: T) -> Self {
        let mut ready = Self::default();
        for (socket, owner) in sockets {
            ready.ports.insert(socket.port);
            ready.owners.insert(owner);
        }
        ready
    }
}

/// Looks whether a service is ready; a handle, cheap to clone, so that one can be asked while the other waits.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    ready: Ready,
    /// What was seen last.
    seen: Arc<Mutex<Option<String>>>,
}

impl Probe {
    /// For one start.
    pub(crate) fn new(ready: &Ready) -> Self {
        Self {
            ready: ready.clone(),
            seen: Arc::default(),
        }
    }

    /// Resolves when it is ready, never else; cancel by drop.
    ///
    /// To be called right after the start, so that no line is missed. `known` are the ports that the run before had
    /// at its end.
    pub(crate) async fn wait(&self, group: &Group, output: &Output, known: &[u16]) -> IsReady {
        match &self.ready {
            Ready::Listens => listens::wait(self, group, known).await,
            Ready::Http(uri) => {
                remote::http(self, uri).await;
                let port = uri.authority().map(|it| it.port_u16().unwrap_or(80));
                with_owners(group, port).await
            }
            Ready::Tcp(addresses) => {
                let address = remote::tcp(self, addresses).await;
                with_owners(group, Some(address.port())).await
            }
            Ready::Log(regex) => {
                log::wait(output, regex).await;
                look(group, |_| true).await.into_iter().collect()
            }
        }
    }

    /// What is still waited for, for people: "nothing listens yet".
    pub(crate) fn awaited(&self) -> String {
        if let Ready::Log(regex) = &self.ready {
            return format!("no line matches `{regex}` yet");
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
            .unwrap_or_else(|| "nothing listens yet".to_owned())
    }

    fn see(&self, seen: String) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}

/// Who of the group owns this port, which is told in any case.
async fn with_owners(group: &Group, port: Option<u16>) -> IsReady {
    let is_it = move |socket: &Socket| Some(socket.port) == port;
    let sockets = look(group, is_it).await.into_iter();
    let mut ready: IsReady = sockets.filter(|(socket, _)| is_it(socket)).collect();
    ready.ports.extend(port);
    ready
}

/// The listening sockets of the group, each with one who has it open.
///
/// Those of the leader's descendants are found at once. Only where none of them is wanted is the rest of the group
/// searched for, which needs all of `/proc`.
async fn look(
    group: &Group,
    wanted: impl Fn(&Socket) -> bool + Send + 'static,
) -> Vec<(Socket, u32)> {
    let group = group.clone();
    let look = tokio::task::spawn_blocking(move || {
        let near = sockets_of(&tree(group.pid()));
        if near.iter().any(|(socket, _)| wanted(socket)) {
            return near;
        }
        sockets_of(&group.members())
    });
    // It is only canceled when the runtime ends.
    look.await.unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests;
