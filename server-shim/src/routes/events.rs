//! `GET /events/server`: the stream.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName};
use server_reload_protocol::payload::{Hello, Shutdown};
use server_reload_protocol::{MIN_RETRY_MS, VERSION, event, path};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use super::{Endless, Head, answered, exactly, set};
use crate::config::Identity;
use crate::files::Asked;
use crate::frame::{frame, json};
use crate::hub::{Next, Subscription};
use crate::shim::Shim;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(path::EVENTS).then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, _: Head) -> Response {
    let feed = stream::unfold(Feed::new(shim), Feed::next);
    let mut response = warp::reply::stream(feed).into_response();
    set(&mut response, CONTENT_TYPE, "text/event-stream");
    set(&mut response, CACHE_CONTROL, "no-store, no-transform");
    set(&mut response, X_ACCEL_BUFFERING, "no");
    set(&mut response, CONNECTION, "close");
    response.extensions_mut().insert(Endless);
    response
}

/// One client's stream: what it has been told, and what it waits for.
struct Feed {
    shim: Shim,
    subscription: Subscription,
    heartbeat: Interval,
    /// The revision for `hello`.
    asked: Option<Asked>,
    step: Step,
}

/// What comes next on a stream.
enum Step {
    Retry,
    Hello,
    Live,
    End,
}

impl Feed {
    fn new(shim: Shim) -> Self {
        let period = shim.config().heartbeat;
        let mut heartbeat = interval_at(Instant::now() + period, period);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            // At once, so that the walk has the time in which the first bytes are sent.
            asked: shim.pages().map(|pages| pages.revision.ask()),
            subscription: shim.hub().subscribe(),
            shim,
            heartbeat,
            step: Step::Retry,
        }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let text = match self.step {
            Step::Retry => {
                self.step = Step::Hello;
                format!("retry: {MIN_RETRY_MS}\n\n").into()
            }
            Step::Hello => {
                self.step = Step::Live;
                self.hello().await.into()
            }
            Step::Live => self.live().await,
            Step::End => return None,
        };
        Some((Ok(text), self))
    }

    async fn hello(&mut self) -> String {
        let asked = self.asked.take();
        let watcher = self.subscription.watcher();
        let state = watcher.state();
        let revision = async { asked?.answer().await };
        let revision = tokio::select! {
            biased;
            _ = watcher.stopping() => None,
            revision = revision => revision,
        };
        let identity = state.identity.as_ref();
        let id = identity.map(|identity| identity.id().to_owned());
        let hello = Hello {
            protocol: VERSION,
            id: id.clone(),
            id_age_ms: identity.map(|identity| millis(identity.age())),
            revision,
            phase: state.phase(),
            pid: identity.and_then(Identity::pid),
            heartbeat_ms: millis(self.shim.config().heartbeat),
            restart: false,
        };
        let id = id.map(|id| frame(None, &id));
        let hello = frame(Some(event::HELLO), &json(&hello)) + &id.unwrap_or_default();
        state
            .problems()
            .fold(hello, |text, problem| text + &problem)
    }

    async fn live(&mut self) -> Bytes {
        tokio::select! {
            biased;
            next = self.subscription.watcher().next() => match next {
                Next::Told(frames) => frames.concat().into(),
                Next::Stopping(reason) => {
                    self.step = Step::End;
                    farewell(&reason).into()
                }
            },
            _ = self.heartbeat.tick() => heartbeat().into(),
        }
    }
}

fn farewell(reason: &str) -> String {
    let shutdown = Shutdown {
        reason: reason.to_owned(),
        retry_ms: MIN_RETRY_MS,
    };
    frame(Some(event::SHUTDOWN), &json(&shutdown)) + &frame(Some(event::DONE), "{}")
}

fn heartbeat() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = millis(now.unwrap_or_default());
    let ping = frame(Some(event::PING), &now.to_string());
    format!("{ping}: {}\n\n", event::HEARTBEAT_COMMENT)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_that_begins_during_the_stop_is_told_and_ends() -> Result<(), crate::ServeError>
    {
        let shim = Shim::new(crate::Config::new())?;
        shim.stop("test");
        let mut feed = Feed::new(shim.clone());
        let mut told = Vec::new();
        while let Some((Ok(text), next)) = feed.next().await {
            told.push(String::from_utf8_lossy(&text).into_owned());
            feed = next;
        }
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("retry: "), "{told:?}");
        assert!(told[1].starts_with("event: hello\n"), "{told:?}");
        assert!(told[2].starts_with("event: shutdown\n"), "{told:?}");
        assert_eq!(shim.streams(), 0);
        Ok(())
    }

    #[tokio::test]
    async fn a_walk_that_hangs_holds_up_no_hello() -> Result<(), crate::ServeError> {
        let shim = Shim::new(crate::Config::new().with_folder("."))?;
        if let Some(pages) = shim.pages() {
            pages.revision.hang();
        }
        let feed = Feed::new(shim).next().await;
        let hello = async { feed?.1.next().await };
        let hello = tokio::time::timeout(Duration::from_secs(5), hello).await;
        let text = hello.ok().flatten().and_then(|(text, _)| text.ok());
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        assert!(text.contains("\"revision\":null,"), "{text}");
        Ok(())
    }

    #[test]
    fn a_farewell_is_shutdown_then_done() {
        let shutdown = r#"{"reason":"SIGTERM","retry_ms":1000}"#;
        assert_eq!(
            farewell("SIGTERM"),
            format!("event: shutdown\ndata: {shutdown}\n\nevent: done\ndata: {{}}\n\n")
        );
    }
}
