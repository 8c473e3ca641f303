//! What a process that has failed leaves of its group.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use crate::supervisor::process::{Group, Running};
use crate::supervisor::{Exit, StopSignal};

/// How long the others have to see by themselves that their leader has failed.
const BY_THEMSELVES: Duration = Duration::from_millis(100);

/// How the rest of a group is ended.
pub(super) struct Rest {
    pub(super) group: Group,
    pub(super) signal: StopSignal,
    pub(super) timeout: Duration,
    /// All of them were asked to end.
    pub(super) stopping: Arc<AtomicBool>,
}

impl Rest {
    /// Waits until nobody of the group is left.
    ///
    /// A leader that ends well may have put its work into the hands of others, as a daemon does; one that
    /// fails has not, and nobody answers for those that it leaves: they are ended.
    pub(super) async fn gone(&self, running: &mut Running) -> Exit {
        let exit = running.left().await;
        if exit.code != Some(0)
            && !self.stopping.load(Ordering::Relaxed)
            && timeout(BY_THEMSELVES, running.gone()).await.is_err()
        {
            self.group.stop(self.signal);
            if timeout(self.timeout, running.gone()).await.is_err() {
                self.group.kill();
            }
        }
        running.gone().await
    }
}
