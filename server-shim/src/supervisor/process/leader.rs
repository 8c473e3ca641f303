//! The process that we start ourselves, first of its group.

use std::io;
use std::process::ExitStatus;

use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

#[cfg(unix)]
type Child = tokio::process::Child;
#[cfg(not(unix))]
type Child = Box<dyn process_wrap::tokio::ChildWrapper>;

/// The leader of a group; it lives on when this is dropped (Windows: all of its job are ended).
#[derive(Debug)]
pub(super) struct Leader(Child);

impl Leader {
    /// In a group of its own, so that a signal from the terminal does not reach it.
    #[cfg(unix)]
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        // tokio's child rather than process-wrap's: that one waits in a thread that cannot be left.
        command.process_group(0).spawn().map(Self)
    }

    /// In a job object, which ends with the handle to it, and so with us.
    #[cfg(not(unix))]
    pub(super) fn start(command: Command) -> io::Result<Self> {
        use process_wrap::tokio::{CommandWrap, JobObject, KillOnDrop};

        let mut command = CommandWrap::from(command);
        command.wrap(KillOnDrop).wrap(JobObject).spawn().map(Self)
    }

    /// 0 only where it has been waited for.
    pub(super) fn pid(&self) -> u32 {
        self.0.id().unwrap_or_default()
    }

    #[cfg(unix)]
    pub(super) fn pipes(
        &mut self,
    ) -> (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>) {
        (
            self.0.stdin.take(),
            self.0.stdout.take(),
            self.0.stderr.take(),
        )
    }

    #[cfg(not(unix))]
    pub(super) fn pipes(
        &mut self,
    ) -> (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>) {
        let child = &mut self.0;
        (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        )
    }

    /// Waits for its end; on Windows, for the end of all of its job.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }

    /// Ends all of its job.
    #[cfg(not(unix))]
    pub(super) fn kill(&mut self) {
        // An error means that it has ended.
        let _ = self.0.start_kill();
    }
}
