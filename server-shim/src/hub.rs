//! What every stream watches.

mod log;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use server_reload_protocol::event;
use server_reload_protocol::payload::{
    Change, OperationStatus, Phase, PhaseChange, Problem, ServiceHealth,
};
use tokio::sync::watch;

use crate::config::Identity;
use crate::frame::{frame, json};
use log::Log;

/// What is true right now.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The process behind the server id; none while the backend is not ready.
    pub(crate) identity: Option<Identity>,
    /// The supervised services.
    pub(crate) services: Vec<ServiceHealth>,
    /// What is wrong, one for each service at most.
    problems: Vec<Problem>,
    /// Why the shim is stopping, once it is.
    pub(crate) stopping: Option<Cow<'static, str>>,
}

impl State {
    /// What pages wait for: the first service that they depend on and that is not ready.
    pub(crate) fn phase(&self) -> Phase {
        let depended_on = self.services.iter().filter(|service| service.reload);
        let mut phases = depended_on.map(|service| service.phase);
        phases
            .find(|phase| *phase != Phase::Ready)
            .unwrap_or(Phase::Ready)
    }

    /// What is wrong.
    #[cfg(feature = "supervisor")]
    pub(crate) fn troubles(&self) -> &[Problem] {
        &self.problems
    }

    /// The events that tell a late joiner what is wrong.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let tell = |problem| frame(Some(event::PROBLEM), &json(problem));
        self.problems.iter().map(tell)
    }
}

/// The retained state, and what was told lately.
#[derive(Debug, Default)]
struct Retained {
    state: State,
    log: Log,
}

/// The retained state and the number of those who watch it by a stream.
#[derive(Debug)]
pub(crate) struct Hub {
    retained: watch::Sender<Retained>,
    streams: Arc<AtomicUsize>,
}

impl Hub {
    /// With the process behind the server id, where one is ready already.
    pub(crate) fn new(identity: Option<Identity>) -> Self {
        let state = State {
            identity,
            ..State::default()
        };
        Self {
            retained: watch::Sender::new(Retained {
                state,
                log: Log::default(),
            }),
            streams: Arc::default(),
        }
    }

    pub(crate) fn state(&self) -> State {
        self.retained.borrow().state.clone()
    }

    /// Tells every stream, and every one still to come, to end.
    pub(crate) fn stop(&self, reason: Cow<'static, str>) {
        self.retained
            .send_modify(|retained| retained.state.stopping = Some(reason));
    }

    /// Open streams.
    pub(crate) fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// Watches without counting as a stream.
    pub(crate) fn watch(&self) -> Watcher {
        Watcher {
            retained: self.retained.subscribe(),
            told: 0,
        }
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

/// What the supervisor tells.
#[cfg_attr(
    not(feature = "supervisor"),
    expect(dead_code, reason = "nobody else tells")
)]
impl Hub {
    /// From now on these services are told of; until those are ready that pages depend on, there is no server id.
    pub(crate) fn expect(&self, services: Vec<ServiceHealth>) {
        self.retained.send_modify(|retained| {
            if services.iter().any(|service| service.reload) {
                retained.state.identity = None;
            }
            retained.state.services = services;
        });
    }

    /// A service does something else now; `seq` is filled in. Its process was started then, where one runs.
    pub(crate) fn phase(&self, service: usize, mut change: PhaseChange, started_at: Option<f64>) {
        self.retained.send_modify(|retained| {
            if let Some(health) = retained.state.services.get_mut(service) {
                health.phase = change.phase;
                health.pid = change.pid;
                health.started_at = started_at;
            }
            change.seq = retained.log.next();
            retained
                .log
                .add(frame(Some(event::PHASE), &json(&change)).into());
        });
    }

    /// A service's restart has ended so.
    pub(crate) fn turned(&self, service: usize, status: OperationStatus) {
        self.retained.send_modify(|retained| {
            if let Some(health) = retained.state.services.get_mut(service) {
                health.restarts += u64::from(status == OperationStatus::Restarted);
                health.last_status = Some(status);
            }
        });
    }

    /// The process behind the server id; `None`: pages wait.
    pub(crate) fn identify(&self, identity: Option<Identity>) {
        self.retained.send_modify(|retained| {
            if let Some(identity) = &identity {
                retained.log.add(frame(None, identity.id()).into());
            }
            retained.state.identity = identity;
        });
    }

    pub(crate) fn change(&self, change: &Change) {
        let told = frame(Some(event::CHANGE), &json(change));
        self.retained
            .send_modify(|retained| retained.log.add(told.into()));
    }

    /// Takes the place of what was wrong with the service before.
    pub(crate) fn problem(&self, problem: Problem) {
        let told = frame(Some(event::PROBLEM), &json(&problem));
        self.retained.send_modify(|retained| {
            let problems = &mut retained.state.problems;
            problems.retain(|other| other.service != problem.service);
            problems.push(problem);
            retained.log.add(told.into());
        });
    }

    /// What was wrong with the service is over.
    pub(crate) fn solve(&self, service: &str) {
        self.retained.send_modify(|retained| {
            let problems = &mut retained.state.problems;
            problems.retain(|problem| problem.service != service);
        });
    }
}

/// A look at the state that wakes when something is told.
#[derive(Debug)]
pub(crate) struct Watcher {
    retained: watch::Receiver<Retained>,
    /// Up to where of the log.
    told: u64,
}

/// What a watcher was waiting for.
#[derive(Debug)]
pub(crate) enum Next {
    /// These events.
    Told(Vec<Bytes>),
    /// The end, for this reason.
    Stopping(Cow<'static, str>),
}

impl Watcher {
    /// What is true now; [`Watcher::next`] goes on from here.
    pub(crate) fn state(&mut self) -> State {
        let retained = self.retained.borrow();
        self.told = retained.log.next();
        retained.state.clone()
    }

    /// What was told since, or the end; waits for it.
    pub(crate) async fn next(&mut self) -> Next {
        let told = self.told;
        let news =
            |retained: &Retained| retained.log.next() > told || retained.state.stopping.is_some();
        let Ok(retained) = self.retained.wait_for(news).await else {
            return Next::Stopping(GONE);
        };
        let frames = retained.log.since(told);
        if frames.is_empty() {
            return Next::Stopping(retained.state.stopping.clone().unwrap_or(GONE));
        }
        self.told = retained.log.next();
        Next::Told(frames)
    }

    /// Resolves once anything is another since this was made, or since it resolved last.
    #[cfg(feature = "supervisor")]
    pub(crate) async fn changed(&mut self) {
        // The hub lives as long as whoever watches it.
        let _ = self.retained.changed().await;
    }

    /// Resolves with the reason once the shim is stopping, at once where it already is.
    pub(crate) async fn stopping(&mut self) -> Cow<'static, str> {
        let stops = |retained: &Retained| retained.state.stopping.is_some();
        match self.retained.wait_for(stops).await {
            Ok(retained) => retained.state.stopping.clone().unwrap_or_default(),
            Err(_) => GONE,
        }
    }
}

const GONE: Cow<'static, str> = Cow::Borrowed("the server is gone");

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
        let hub = Hub::new(Some(Identity::now()));
        hub.stop("test".into());
        assert_eq!(hub.watch().stopping().await, "test");
    }

    #[test]
    fn a_dropped_subscription_no_longer_counts() {
        let hub = Hub::new(None);
        let (one, two) = (hub.subscribe(), hub.subscribe());
        assert_eq!(hub.streams(), 2);
        drop(one);
        assert_eq!(hub.streams(), 1);
        drop(two);
        assert_eq!(hub.streams(), 0);
    }

    #[tokio::test]
    async fn a_slow_watcher_misses_nothing_and_hears_the_end_last() {
        let hub = Hub::new(None);
        let mut watcher = hub.watch();
        let _ = watcher.state();
        for _ in 0..3 {
            hub.identify(Some(Identity::now()));
            hub.identify(None);
        }
        hub.stop("test".into());
        match watcher.next().await {
            Next::Told(frames) => assert_eq!(frames.len(), 3),
            Next::Stopping(reason) => panic!("stopped by {reason} before all was told"),
        }
        assert!(matches!(watcher.next().await, Next::Stopping(_)));
    }

    #[tokio::test]
    async fn a_problem_is_kept_until_it_is_solved() {
        let hub = Hub::new(None);
        let problem = |title: &str| Problem {
            service: "app".to_owned(),
            title: title.to_owned(),
            output: String::new(),
            looks: Vec::new(),
        };
        hub.problem(problem("one"));
        hub.problem(problem("two"));
        let kept: Vec<_> = hub.state().problems().collect();
        assert!(kept.len() == 1 && kept[0].contains("two"), "{kept:?}");
        hub.solve("app");
        assert_eq!(hub.state().problems().count(), 0);
    }
}
