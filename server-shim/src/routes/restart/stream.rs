//! `GET /_reload/restart/{op_id}/events`: an operation while it happens.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::pending;

use bytes::Bytes;
use futures_util::stream;
use server_reload_protocol::event;
use server_reload_protocol::payload::{Operation, OperationStatus};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, sleep_until};
use warp::reply::Response;

use crate::frame::{frame, json};
use crate::hub::Watcher;
use crate::metrics::Counted;
use crate::operations::{BOUND, Found};
use crate::routes::sse;
use crate::shim::Shim;

/// Why a stream ends that would only ever send heartbeats.
const DESERTED: &str =
    "nobody restarts anything any more, so it has no end; restart once server-reload runs again";
const FORGOTTEN: &str =
    "newer restarts have taken its place; see GET /_reload/restart for those that are kept";

/// The stream of an operation that is there, from the phase behind this many on.
pub(super) fn answer(shim: &Shim, id: String, after: usize) -> Response {
    let feed = Feed::new(shim.clone(), id, after);
    sse::response(shim, stream::unfold(feed, Feed::next))
}

/// One client's stream of an operation.
struct Feed {
    changes: watch::Receiver<()>,
    watcher: Watcher,
    _counted: Counted,
    heartbeat: Interval,
    shim: Shim,
    id: String,
    /// Whether it has been told of the operation as a whole.
    begun: bool,
    /// How many phases it has been told of.
    told: usize,
    /// When its end is told although its record is not written yet.
    late: Option<Instant>,
    over: bool,
}

/// What a stream was waiting for.
enum Next {
    Changed,
    Beat,
    End(String),
}

impl Feed {
    fn new(shim: Shim, id: String, after: usize) -> Self {
        Self {
            changes: shim.operations().changes(),
            watcher: shim.hub().watch(),
            _counted: shim.metrics().stream("operation"),
            heartbeat: sse::heartbeat(&shim),
            shim,
            id,
            begun: false,
            told: after,
            late: None,
            over: false,
        }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.over {
            return None;
        }
        loop {
            let text = match self.news() {
                Some(news) if news.is_empty() => match self.wait().await {
                    Next::Changed => continue,
                    Next::Beat => sse::beat(),
                    Next::End(reason) => self.farewell(&reason),
                },
                Some(news) => news,
                None => self.farewell(FORGOTTEN),
            };
            return Some((Ok(text.into()), self));
        }
    }

    async fn wait(&mut self) -> Next {
        tokio::select! {
            biased;
            changed = self.changes.changed() => match changed {
                Ok(()) => Next::Changed,
                Err(_) => Next::End(DESERTED.to_owned()),
            },
            reason = self.watcher.stopping() => Next::End(reason.into_owned()),
            () = self.shim.operations().deserted() => Next::End(DESERTED.to_owned()),
            () = passed(self.late) => Next::Changed,
            _ = self.heartbeat.tick() => Next::Beat,
        }
    }

    fn farewell(&mut self, reason: &str) -> String {
        self.over = true;
        sse::farewell(reason)
    }

    /// What has not been told yet; `None` where it is no longer known.
    fn news(&mut self) -> Option<String> {
        // Before it is looked, so that what comes meanwhile wakes.
        self.changes.mark_unchanged();
        let Found { operation, settled } = self.shim.operations().find(&self.id)?;
        let mut news = String::new();
        if !std::mem::replace(&mut self.begun, true) {
            // A number from nowhere must not hide what is still to come.
            self.told = self.told.min(operation.phases.len());
            news = sse::retry() + &frame(Some(event::OPERATION), &json(&*operation));
        }
        self.phases(&operation, &mut news);
        if settled || self.is_late(&operation) {
            self.over = true;
            if let Some(reason) = self.shim.hub().state().stopping {
                news += &sse::shutdown(&reason);
            }
            let record = operation.record.clone().filter(|_| settled);
            let ended = Operation {
                record,
                ..(*operation).clone()
            };
            news += &frame(Some(event::DONE), &json(&ended));
        }
        Some(news)
    }

    /// Whether it has ended so long ago that its record is not waited for any more.
    fn is_late(&mut self, operation: &Operation) -> bool {
        if operation.status == OperationStatus::Running {
            return false;
        }
        let now = Instant::now();
        *self.late.get_or_insert(now + BOUND) <= now
    }

    fn phases(&mut self, operation: &Operation, news: &mut String) {
        for phase in operation.phases.iter().skip(self.told) {
            self.told += 1;
            let told = frame(Some(event::PHASE), &json(phase));
            // Writing to a string cannot fail.
            let _ = write!(news, "id: {}\n{told}", self.told);
        }
    }
}

async fn passed(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
