//! What all streams of events have in common.

use std::convert::Infallible;
#[cfg(feature = "supervisor")]
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::Stream;
#[cfg(feature = "supervisor")]
use futures_util::{StreamExt, stream};
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName};
use server_reload_protocol::payload::Shutdown;
use server_reload_protocol::{MIN_RETRY_MS, event};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use warp::reply::{Reply, Response};

use super::{Endless, set};
use crate::clock::{millis, since_epoch};
#[cfg(feature = "supervisor")]
use crate::frame::names;
use crate::frame::{frame, json};
use crate::shim::Shim;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The answer that is this stream.
pub(super) fn response(
    shim: &Shim,
    feed: impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync + 'static,
) -> Response {
    #[cfg(feature = "supervisor")]
    let feed = counted(shim, feed);
    #[cfg(not(feature = "supervisor"))]
    let _ = shim;
    let mut response = warp::reply::stream(feed).into_response();
    set(&mut response, CONTENT_TYPE, "text/event-stream");
    set(&mut response, CACHE_CONTROL, "no-store, no-transform");
    set(&mut response, X_ACCEL_BUFFERING, "no");
    set(&mut response, CONNECTION, "close");
    response.extensions_mut().insert(Endless);
    response
}

/// The answer that says only this, and ends.
#[cfg(feature = "supervisor")]
pub(super) fn only(shim: &Shim, text: String) -> Response {
    response(shim, stream::iter([Ok(text.into())]))
}

/// The same, each event counted.
#[cfg(feature = "supervisor")]
fn counted(
    shim: &Shim,
    feed: impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync + 'static {
    let metrics = Arc::clone(shim.metrics());
    feed.inspect(move |text| {
        let text = text.as_ref().unwrap_or_else(|never| match *never {});
        names(text).for_each(|name| metrics.sent(name));
    })
}

/// What every stream begins with, for plain clients.
pub(super) fn retry() -> String {
    format!("retry: {MIN_RETRY_MS}\n\n")
}

/// When a stream proves itself alive.
pub(super) fn heartbeat(shim: &Shim) -> Interval {
    let period = shim.config().heartbeat;
    let mut heartbeat = interval_at(Instant::now() + period, period);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
}

/// Why the end comes, which has to follow.
pub(super) fn shutdown(reason: &str) -> String {
    let shutdown = Shutdown {
        reason: reason.to_owned(),
        retry_ms: MIN_RETRY_MS,
    };
    frame(Some(event::SHUTDOWN), &json(&shutdown))
}

/// The end, for this reason.
pub(super) fn farewell(reason: &str) -> String {
    shutdown(reason) + &frame(Some(event::DONE), "{}")
}

/// What goes out with each tick of [`heartbeat`].
pub(super) fn beat() -> String {
    let ping = frame(Some(event::PING), &now_ms().to_string());
    format!("{ping}: {}\n\n", event::HEARTBEAT_COMMENT)
}

/// Since the Unix epoch.
pub(super) fn now_ms() -> u64 {
    millis(since_epoch(SystemTime::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_farewell_is_shutdown_then_done() {
        let shutdown = r#"{"reason":"SIGTERM","retry_ms":1000}"#;
        assert_eq!(
            farewell("SIGTERM"),
            format!("event: shutdown\ndata: {shutdown}\n\nevent: done\ndata: {{}}\n\n")
        );
    }
}
