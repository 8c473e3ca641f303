//! The dashboard's stream: what is true at first, then whatever has become different.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use server_reload_protocol::dashboard::{Opening, State};
use server_reload_protocol::event;
use server_reload_protocol::payload::{Operation, Problem};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, sleep_until};

use crate::clock::millis;
use crate::frame::{frame, json};
use crate::hub::Watcher;
use crate::metrics::Counted;
use crate::routes::restart::page_token;
use crate::routes::sse::{self, now_ms};
use crate::shim::Shim;

/// So many operations are told, the newest ones.
const MOST_OPERATIONS: usize = 20;

/// The least time between two messages: a person sees no more, and a service that writes without end
/// makes no work without end.
const PACE: Duration = Duration::from_millis(50);

/// One page's stream. It is no stream of [`crate::hub::Hub::streams`].
pub(super) struct Feed {
    shim: Shim,
    end: Watcher,
    sources: Sources,
    heartbeat: Interval,
    told: Told,
    /// Something may be another than was told.
    stale: bool,
    /// When it was looked at last.
    last: Instant,
    step: Step,
    _counted: Counted,
}

enum Step {
    Hello,
    Live,
    End,
}

/// What wakes it.
struct Sources {
    hub: Watcher,
    operations: watch::Receiver<()>,
    board: watch::Receiver<()>,
}

impl Sources {
    /// Resolves when anything is another; what comes together is one.
    async fn changed(&mut self) {
        // Their senders live as long as the shim, which the feed holds.
        tokio::select! {
            () = self.hub.changed() => {}
            _ = self.operations.changed() => {}
            _ = self.board.changed() => {}
        }
    }
}

impl Feed {
    pub(super) fn new(shim: Shim) -> Self {
        Self {
            end: shim.hub().watch(),
            sources: Sources {
                hub: shim.hub().watch(),
                operations: shim.operations().changes(),
                board: shim.board().changes(),
            },
            heartbeat: sse::heartbeat(&shim),
            told: Told::new(&shim),
            stale: false,
            last: Instant::now(),
            step: Step::Hello,
            _counted: shim.metrics().stream("dashboard"),
            shim,
        }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync {
        stream::unfold(self, Self::next)
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let text = match self.step {
            Step::Hello => {
                self.step = Step::Live;
                let hello = frame(Some(event::HELLO), &json(&self.opening()));
                sse::retry() + &hello + &self.told.news(&self.shim)
            }
            Step::Live => self.live().await,
            Step::End => return None,
        };
        Some((Ok(text.into()), self))
    }

    fn opening(&self) -> Opening {
        let (token, restart_refused) = page_token(&self.shim);
        Opening {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            now_ms: now_ms(),
            heartbeat_ms: millis(self.shim.config().heartbeat),
            restart: token.is_some(),
            token,
            restart_refused,
        }
    }

    /// The next thing to tell, or the end.
    async fn live(&mut self) -> String {
        loop {
            tokio::select! {
                biased;
                reason = self.end.stopping() => {
                    self.step = Step::End;
                    return self.told.news(&self.shim) + &sse::farewell(&reason);
                }
                // Before what changes, which may change without end.
                _ = self.heartbeat.tick() => return sse::beat(),
                () = self.sources.changed(), if !self.stale => self.stale = true,
                () = sleep_until(self.last + PACE), if self.stale => {
                    (self.stale, self.last) = (false, Instant::now());
                    let news = self.told.news(&self.shim);
                    if !news.is_empty() {
                        return news;
                    }
                }
            }
        }
    }
}

/// What the page knows.
struct Told {
    state: Option<State>,
    problems: Option<Vec<Problem>>,
    operations: Vec<Operation>,
    /// Whether these are still as they were.
    further: watch::Receiver<()>,
    /// Up to which line, for each service.
    lines: BTreeMap<String, u64>,
}

impl Told {
    fn new(shim: &Shim) -> Self {
        let mut further = shim.operations().changes();
        further.mark_changed();
        Self {
            state: None,
            problems: None,
            operations: Vec::new(),
            further,
            lines: BTreeMap::new(),
        }
    }

    /// The operations that have come further, oldest first.
    fn newest(&mut self, shim: &Shim) -> Vec<Operation> {
        // They may be large, and a service that writes is no reason to look at them.
        if !self.further.has_changed().unwrap_or_default() {
            return Vec::new();
        }
        self.further.mark_unchanged();
        let newest = shim.operations().list().into_iter().take(MOST_OPERATIONS);
        let newest: Vec<_> = newest.map(without_output).collect();
        let known = std::mem::replace(&mut self.operations, newest);
        let further = self.operations.iter().filter(|it| !known.contains(it));
        further.rev().cloned().collect()
    }

    /// The events that bring the page up to date.
    fn news(&mut self, shim: &Shim) -> String {
        let mut news = String::new();
        let mut tell = |name, data: String| news.push_str(&frame(Some(name), &data));
        let hub = shim.hub().state();
        if self.problems.as_deref() != Some(hub.troubles()) {
            tell(event::PROBLEMS, json(&hub.troubles()));
            self.problems = Some(hub.troubles().to_vec());
        }
        let state = State {
            id: hub.identity.as_ref().map(|it| it.id().to_owned()),
            pages: shim.board().pages(),
            streams: shim.hub().streams(),
            services: shim.board().rows(hub.services),
        };
        for operation in self.newest(shim) {
            tell(event::OPERATION, json(&operation));
        }
        for written in shim.board().written(&mut self.lines) {
            tell(event::OUTPUT, json(&written));
        }
        if self.state.as_ref() != Some(&state) {
            tell(event::STATE, json(&state));
            self.state = Some(state);
        }
        news
    }
}

/// That stands in the service's output, and in the problem while there is one.
fn without_output(mut operation: Operation) -> Operation {
    operation.output = None;
    operation
}
