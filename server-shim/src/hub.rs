//! What every stream watches.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use server_reload_protocol::payload::Phase;
use tokio::sync::watch;

use crate::config::Identity;

/// What is true of the shim right now.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) identity: Identity,
    pub(crate) phase: Phase,
    /// Why the shim is stopping, once it is.
    pub(crate) stopping: Option<Cow<'static, str>>,
}

/// The retained snapshot and the number of those who watch it by a stream.
#[derive(Debug)]
pub(crate) struct Hub {
    snapshot: watch::Sender<Snapshot>,
    streams: Arc<AtomicUsize>,
}

impl Hub {
    pub(crate) fn new(identity: Identity) -> Self {
        let snapshot = Snapshot {
            identity,
            phase: Phase::Ready,
            stopping: None,
        };
        Self {
            snapshot: watch::Sender::new(snapshot),
            streams: Arc::default(),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot.borrow().clone()
    }

    /// Tells every stream, and every one still to come, to end.
    pub(crate) fn stop(&self, reason: Cow<'static, str>) {
        self.snapshot
            .send_modify(|snapshot| snapshot.stopping = Some(reason));
    }

    /// Open streams.
    pub(crate) fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// Watches without counting as a stream.
    pub(crate) fn watch(&self) -> Watcher {
        Watcher(self.snapshot.subscribe())
    }

    /// Watches on behalf of a stream, which counts until this is dropped.
    pub(crate) fn subscribe(&self) -> Subscription {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Subscription {
            watcher: self.watch(),
            streams: Arc::clone(&self.streams),
        }
    }
}

/// A look at the snapshot that wakes when it changes.
#[derive(Debug)]
pub(crate) struct Watcher(watch::Receiver<Snapshot>);

impl Watcher {
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.0.borrow().clone()
    }

    /// Resolves with the reason once the shim is stopping, at once where it already is.
    pub(crate) async fn stopping(&mut self) -> Cow<'static, str> {
        match self
            .0
            .wait_for(|snapshot| snapshot.stopping.is_some())
            .await
        {
            Ok(snapshot) => snapshot.stopping.clone().unwrap_or_default(),
            Err(_) => Cow::Borrowed("the server is gone"),
        }
    }
}

/// A [`Watcher`] that counts as an open stream.
#[derive(Debug)]
pub(crate) struct Subscription {
    watcher: Watcher,
    streams: Arc<AtomicUsize>,
}

impl Subscription {
    pub(crate) fn watcher(&mut self) -> &mut Watcher {
        &mut self.watcher
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_watcher_sees_the_stop() {
        let hub = Hub::new(Identity::now());
        hub.stop("test".into());
        assert_eq!(hub.watch().stopping().await, "test");
    }

    #[test]
    fn a_dropped_subscription_no_longer_counts() {
        let hub = Hub::new(Identity::now());
        let (one, two) = (hub.subscribe(), hub.subscribe());
        assert_eq!(hub.streams(), 2);
        drop(one);
        assert_eq!(hub.streams(), 1);
        drop(two);
        assert_eq!(hub.streams(), 0);
    }
}
