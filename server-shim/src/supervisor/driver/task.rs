//! A task that ends with its owner.

use std::future::Future;

use tokio::task::JoinHandle;

/// Aborts its task when it is dropped.
#[derive(Debug)]
#[must_use = "a task is ended when it is dropped"]
pub(super) struct Task(JoinHandle<()>);

impl Task {
    pub(super) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
