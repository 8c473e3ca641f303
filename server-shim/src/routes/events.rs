//! `GET /events/server`: the stream.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use server_reload_protocol::payload::Hello;
use server_reload_protocol::{VERSION, event, path};
use tokio::time::Interval;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::{Head, answered, exactly, restart, sse};
use crate::clock::millis;
use crate::config::Identity;
use crate::files::Asked;
use crate::frame::{frame, json};
use crate::hub::{Next, Subscription};
use crate::shim::Shim;

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(path::EVENTS).then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, head: Head) -> Response {
    let feed = Feed::new(shim.clone(), &head.headers);
    sse::response(&shim, stream::unfold(feed, Feed::next))
}

/// One client's stream: what it has been told, and what it waits for.
struct Feed {
    shim: Shim,
    subscription: Subscription,
    heartbeat: Interval,
    /// The revision for `hello`.
    asked: Option<Asked>,
    step: Step,
    /// For the dashboard.
    #[cfg(feature = "supervisor")]
    _visit: crate::board::Visit,
}

/// What comes next on a stream.
enum Step {
    Retry,
    Hello,
    Live,
    End,
}

impl Feed {
    #[cfg_attr(
        not(feature = "supervisor"),
        expect(unused_variables, reason = "there is no dashboard")
    )]
    fn new(shim: Shim, headers: &HeaderMap) -> Self {
        Self {
            #[cfg(feature = "supervisor")]
            _visit: shim.board().enter(headers),
            // At once, so that the walk has the time in which the first bytes are sent.
            asked: shim.pages().map(|pages| pages.revision.ask()),
            subscription: shim.hub().subscribe(),
            heartbeat: sse::heartbeat(&shim),
            shim,
            step: Step::Retry,
        }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let text = match self.step {
            Step::Retry => {
                self.step = Step::Hello;
                sse::retry().into()
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
        let (token, restart_refused) = restart::page_token(&self.shim);
        let hello = Hello {
            protocol: VERSION,
            id: id.clone(),
            id_age_ms: identity.map(|identity| millis(identity.age())),
            revision,
            phase: state.phase(),
            pid: identity.and_then(Identity::pid),
            heartbeat_ms: millis(self.shim.config().heartbeat),
            restart: token.is_some(),
            token,
            restart_refused,
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
                    sse::farewell(&reason).into()
                }
            },
            _ = self.heartbeat.tick() => sse::beat().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_stream_that_begins_during_the_stop_is_told_and_ends() -> Result<(), crate::ServeError>
    {
        let shim = Shim::new(crate::Config::new())?;
        shim.stop("test");
        let mut feed = Feed::new(shim.clone(), &HeaderMap::new());
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
        let feed = Feed::new(shim, &HeaderMap::new()).next().await;
        let hello = async { feed?.1.next().await };
        let hello = tokio::time::timeout(Duration::from_secs(5), hello).await;
        let text = hello.ok().flatten().and_then(|(text, _)| text.ok());
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        assert!(text.contains("\"revision\":null,"), "{text}");
        Ok(())
    }
}
