//! Linux: a socket's port and inode from the kernel's tables, its processes from `/proc/PID/fd`.

use std::collections::BTreeSet;
use std::fs;

use super::{Owners, diag, proc_net};

/// A listening socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Socket {
    /// Its port.
    pub(crate) port: u16,
    /// Tells it from all others.
    pub(super) inode: u64,
}

/// All listening TCP sockets: 0.03 ms, or some where the kernel has no `sock_diag`.
pub(crate) fn listening() -> Vec<Socket> {
    diag::listening().unwrap_or_else(|_| proc_net::listening())
}

/// The listening sockets of these processes, each with one that has it open; more than once where several have.
pub(crate) fn sockets_of(pids: &[u32]) -> Vec<(Socket, u32)> {
    let listening = listening();
    let its = |pid: &u32| {
        let open = open_by(*pid);
        let pid = *pid;
        let its = listening
            .iter()
            .filter(move |socket| open.contains(&socket.inode));
        its.map(move |socket| (*socket, pid)).collect::<Vec<_>>()
    };
    pids.iter().flat_map(its).collect()
}

pub(super) fn owners(port: u16) -> Owners {
    let mut sockets = listening();
    sockets.retain(|socket| socket.port == port);
    if sockets.is_empty() {
        return Owners::Nobody;
    }
    let has_one = |pid: &u32| {
        let open = open_by(*pid);
        sockets.iter().any(|socket| open.contains(&socket.inode))
    };
    let pids: BTreeSet<u32> = all().filter(has_one).collect();
    if pids.is_empty() {
        return Owners::Hidden;
    }
    Owners::Known(pids)
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// The inodes of the sockets that a process has open; none where we may not look.
fn open_by(pid: u32) -> BTreeSet<u64> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten();
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.filter_map(|link| inode(link.to_str()?)).collect()
}

fn inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}
