//! A group that is ours to end.

use std::process::ExitStatus;

use super::Group;
use super::guardian::Guarded;
use super::leader::Leader;
use super::reader::Readers;
use super::stdin::Forward;
use crate::supervisor::Exit;

/// Owns a group: `Drop` kills it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(super) leader: Leader,
    pub(super) group: Group,
    pub(super) readers: Readers,
    pub(super) exit: Option<Exit>,
    /// Ended with it.
    pub(super) _stdin: Option<Forward>,
    /// Dropped last: until the group is killed, its guardian knows it.
    pub(super) _guarded: Option<Guarded>,
}

impl Running {
    /// Waits until the leader has exited, whoever of its group is left. May be dropped and called again.
    pub(crate) async fn left(&mut self) -> Exit {
        if let Some(exit) = self.exit {
            return exit;
        }
        // An error means that somebody else has waited for it.
        let exit = exit_of(self.wait().await.ok());
        self.exit = Some(exit);
        exit
    }

    #[cfg(unix)]
    async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.leader.wait().await
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        loop {
            tokio::select! {
                exit = self.leader.wait() => return exit,
                () = self.group.killed() => {}
            }
            self.leader.kill();
        }
    }

    /// Waits until the leader has exited, nobody of its group is left, and all that they wrote is passed on.
    ///
    /// May be dropped and called again.
    pub(crate) async fn gone(&mut self) -> Exit {
        let exit = self.left().await;
        if !self.group.is_gone() {
            #[cfg(unix)]
            group_gone(self.group.pid()).await;
            self.group.mark_gone();
        }
        self.readers.finish().await;
        exit
    }

    /// Kills what is left of it, and waits until all that was written is passed on.
    pub(crate) async fn end(&mut self) {
        self.group.kill();
        self.gone().await;
    }
}

/// Waits for one member after the other: nothing is polled, however long a wrapper's child lives on.
#[cfg(unix)]
async fn group_gone(group: u32) {
    use super::members::{ended, of_group};

    loop {
        let look = tokio::task::spawn_blocking(move || of_group(group));
        // It is only canceled when the runtime ends.
        match look.await.unwrap_or_default().first() {
            Some(member) => ended(*member, Some(group)).await,
            None => return,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.group.kill();
        #[cfg(not(unix))]
        self.leader.kill();
        self.group.mark_gone();
    }
}

#[cfg(unix)]
fn exit_of(status: Option<ExitStatus>) -> Exit {
    use std::os::unix::process::ExitStatusExt;

    Exit {
        code: status.and_then(|status| status.code()),
        signal: status.and_then(|status| status.signal()),
    }
}

#[cfg(not(unix))]
fn exit_of(status: Option<ExitStatus>) -> Exit {
    Exit {
        code: status.and_then(|status| status.code()),
        signal: None,
    }
}
