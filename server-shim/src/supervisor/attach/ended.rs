//! The end of processes that are not our children.

use std::collections::BTreeSet;

use super::owner::Proc;

#[cfg(target_os = "linux")]
pub(super) use linux::Ends;
#[cfg(not(target_os = "linux"))]
pub(super) use others::Ends;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::os::fd::OwnedFd;

    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::task::{AbortHandle, JoinSet};

    use super::{BTreeSet, Proc};
    use crate::supervisor::attach::look::is_alive;

    /// One descriptor a process, which becomes readable when it ends; nothing polls.
    #[derive(Default)]
    pub(in super::super) struct Ends {
        waits: JoinSet<Proc>,
        watched: BTreeMap<Proc, AbortHandle>,
    }

    impl Ends {
        /// Watches these and no others.
        pub(in super::super) fn watch(&mut self, procs: &BTreeSet<Proc>) {
            self.watched.retain(|proc, wait| {
                let kept = procs.contains(proc);
                if !kept {
                    wait.abort();
                }
                kept
            });
            for proc in procs {
                if !self.watched.contains_key(proc) {
                    let wait = self.waits.spawn(wait(*proc));
                    self.watched.insert(*proc, wait);
                }
            }
        }

        /// Resolves when one of them has ended. May be cancelled.
        pub(in super::super) async fn next(&mut self) {
            loop {
                match self.waits.join_next().await {
                    // It stays among those watched, so that its end is told once.
                    Some(Ok(_)) => return,
                    Some(Err(_)) => {}
                    None => std::future::pending().await,
                }
            }
        }
    }

    async fn wait(proc: Proc) -> Proc {
        match open(proc) {
            Ok(fd) if fd.readable().await.is_ok() => proc,
            Err(Errno::SRCH) => proc,
            // The regular looks notice it.
            _ => std::future::pending().await,
        }
    }

    /// [`Errno::SRCH`]: it has ended, even where a later process has its number.
    fn open(proc: Proc) -> rustix::io::Result<AsyncFd<OwnedFd>> {
        let pid = i32::try_from(proc.pid).ok().and_then(Pid::from_raw);
        let fd = pidfd_open(pid.ok_or(Errno::SRCH)?, PidfdFlags::empty())?;
        if !is_alive(proc) {
            return Err(Errno::SRCH);
        }
        #[allow(
            deprecated,
            reason = "its successor is unsafe for the sake of descriptors that are not owned; this one is"
        )]
        AsyncFd::with_interest(fd, Interest::READABLE).map_err(|_| Errno::MFILE)
    }
}

#[cfg(not(target_os = "linux"))]
mod others {
    use super::{BTreeSet, Proc};

    /// Nothing tells: the regular looks notice it.
    #[derive(Default)]
    pub(in super::super) struct Ends;

    impl Ends {
        #[allow(clippy::unused_self, reason = "the same as on Linux")]
        pub(in super::super) fn watch(&mut self, _procs: &BTreeSet<Proc>) {}

        #[allow(clippy::unused_self, reason = "the same as on Linux")]
        pub(in super::super) async fn next(&mut self) {
            std::future::pending().await
        }
    }
}
