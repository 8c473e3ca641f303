//! Systems whose tables the crate `listeners` reads. It tells one process a socket.

use std::collections::BTreeSet;

use listeners::{Listener, Protocol, SocketState};

use super::Owners;

/// A listening socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Socket {
    /// Its port.
    pub(crate) port: u16,
    /// Its process; what else tells it from others is not known.
    pid: u32,
}

fn tell() -> Option<Vec<Listener>> {
    let all = listeners::get_all().ok()?;
    let listens = |it: &Listener| it.protocol == Protocol::TCP && it.state == SocketState::Listen;
    Some(all.into_iter().filter(listens).collect())
}

/// All listening TCP sockets. Blocks, for 20 ms or more.
pub(crate) fn listening() -> Vec<Socket> {
    let socket = |it: Listener| Socket {
        port: it.socket.port(),
        pid: it.process.pid,
    };
    tell().unwrap_or_default().into_iter().map(socket).collect()
}

/// The listening sockets of these processes, each with one that has it open.
pub(crate) fn sockets_of(pids: &[u32]) -> Vec<(Socket, u32)> {
    let sockets = listening().into_iter();
    let its = sockets.filter(|socket| pids.contains(&socket.pid));
    its.map(|socket| (socket, socket.pid)).collect()
}

pub(super) fn owners(port: u16) -> Owners {
    let Some(all) = tell() else {
        return Owners::Untold;
    };
    let its = all.into_iter().filter(|it| it.socket.port() == port);
    let pids: BTreeSet<u32> = its.map(|it| it.process.pid).collect();
    if pids.is_empty() {
        return Owners::Nobody;
    }
    Owners::Known(pids)
}
