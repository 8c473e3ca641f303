#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backend;

use std::fs;
use std::time::SystemTime;

use rustix::process::Signal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::machine::Input;
use super::observer::observe_aloud;
use super::{Seen, Server};
use crate::supervisor::{Attach, Ready};
use backend::{Backend, DEADLINE};

/// What is seen of a backend; ends with it.
struct Observed {
    seen: UnboundedReceiver<Seen>,
    heard: UnboundedReceiver<Input>,
    task: JoinHandle<()>,
    before: Vec<Seen>,
}

impl Observed {
    fn of(port: u16, ready: Ready) -> Self {
        let (tell, seen) = unbounded_channel();
        let (hear, heard) = unbounded_channel();
        let attach = Attach {
            host: "localhost".to_owned(),
            port,
        };
        let task = tokio::spawn(async move {
            let tell = |seen| tell.send(seen).expect("the test listens");
            let hear = |input: &Input| hear.send(input.clone()).expect("the test listens");
            observe_aloud(&attach, &ready, tell, hear).await;
        });
        Self {
            seen,
            heard,
            task,
            before: Vec::new(),
        }
    }

    async fn next(&mut self) -> Seen {
        let next = timeout(DEADLINE, self.seen.recv()).await;
        let seen = next.unwrap_or_else(|_| panic!("nothing after {:?}", self.before));
        let seen = seen.expect("it observes for ever");
        self.before.push(seen.clone());
        seen
    }

    async fn up(&mut self) -> Server {
        match self.next().await {
            Seen::Up(server) => server,
            _ => panic!("{:?}", self.before),
        }
    }

    async fn gone(&mut self) {
        assert_eq!(self.next().await, Seen::Gone, "{:?}", self.before);
    }

    /// The next that is not `Gone`: whether a replacement was seen without a gap is no matter.
    async fn restarted(&mut self) -> (Server, Option<u32>) {
        loop {
            match self.next().await {
                Seen::Gone => {}
                Seen::Restarted { server, before } => return (server, before),
                _ => panic!("{:?}", self.before),
            }
        }
    }

    /// Waits until it was looked at so many times more, each second once.
    async fn heartbeats(&mut self, count: usize) {
        while self.heard.try_recv().is_ok() {}
        let mut looks = 0;
        while looks < count {
            let heard = timeout(DEADLINE, self.heard.recv())
                .await
                .expect("a heartbeat");
            looks += usize::from(matches!(heard, Some(Input::Looked(_) | Input::Unchanged)));
        }
    }

    fn nothing_more(&mut self) {
        let more = self.seen.try_recv();
        assert!(more.is_err(), "{more:?} after {:?}", self.before);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn url(port: u16, path: &str) -> Ready {
    let url = format!("http://127.0.0.1:{port}{path}");
    Ready::Http(url.parse().expect("a URL"))
}

/// Connections on this port that are open on both ends.
fn established(port: u16) -> usize {
    let table = fs::read_to_string("/proc/net/tcp").expect("a table");
    let port = format!(":{port:04X}");
    let held = |line: &&str| {
        let mut fields = line.split_ascii_whitespace();
        fields.nth(1).is_some_and(|local| local.ends_with(&port)) && fields.nth(1) == Some("01")
    };
    table.lines().filter(held).count()
}

#[tokio::test]
async fn killed_and_started_again_from_outside() {
    let backend = Backend::start("simple", 0).await;
    let port = backend.port;
    let mut observed = Observed::of(port, Ready::Listens);
    let first = observed.up().await;
    assert_eq!(
        (first.pid, first.pids.as_slice()),
        (Some(backend.pid()), &[backend.pid()][..])
    );
    assert!(first.started.is_some_and(|it| it < SystemTime::now()));
    assert!(
        first.age().is_some_and(|age| age < DEADLINE),
        "{:?}",
        first.age()
    );
    let mut before = first;
    let mut backend = backend;
    for _ in 0..3 {
        backend.kill().await;
        observed.gone().await;
        backend = Backend::start("simple", port).await;
        let (server, old) = observed.restarted().await;
        assert_eq!(server.pid, Some(backend.pid()));
        assert_eq!(old, before.pid);
        assert!(server.started > before.started, "{:?}", observed.before);
        before = server;
    }
    let mut again = Observed::of(port, Ready::Listens);
    assert_eq!(
        again.up().await,
        before,
        "the same id after our own restart"
    );
    observed.nothing_more();
}

#[tokio::test]
async fn not_there_yet() {
    let backend = Backend::start("simple", 0).await;
    let port = backend.port;
    backend.kill().await;
    let mut observed = Observed::of(port, Ready::Listens);
    observed.gone().await;
    let backend = Backend::start("simple", port).await;
    assert_eq!(observed.up().await.pid, Some(backend.pid()));
    observed.nothing_more();
}

#[tokio::test]
async fn a_worker_that_shares_its_parents_socket_is_replaced() {
    let mut backend = Backend::start("reloader", 0).await;
    let mut worker = backend.serving().await;
    let mut observed = Observed::of(backend.port, Ready::Listens);
    let server = observed.up().await;
    assert_eq!(server.pid, Some(worker));
    assert_eq!(server.pids, [backend.pid(), worker]);
    for _ in 0..2 {
        backend.signal(Signal::HUP);
        observed.gone().await;
        let (server, before) = observed.restarted().await;
        // Only when it answers: its line was written before.
        let next = backend.serving().await;
        assert_eq!((before, server.pid), (Some(worker), Some(next)));
        worker = next;
    }
    let mut again = Observed::of(backend.port, Ready::Listens);
    assert_eq!(again.up().await.pid, Some(worker));
    observed.heartbeats(2).await;
    observed.nothing_more();
}

#[tokio::test]
async fn a_worker_more_or_less_is_none_and_all_are_one() {
    let mut backend = Backend::start("workers", 0).await;
    let first = [backend.serving().await, backend.serving().await];
    let mut observed = Observed::of(backend.port, Ready::Listens);
    let server = observed.up().await;
    assert!(
        server.pid.is_some_and(|pid| first.contains(&pid)),
        "{server:?}"
    );
    assert_eq!(server.pids.len(), 3);
    backend.signal(Signal::USR1);
    backend.serving().await;
    observed.heartbeats(2).await;
    observed.nothing_more();
    backend.signal(Signal::HUP);
    let (server, _) = observed.restarted().await;
    let second = [backend.serving().await, backend.serving().await];
    assert!(
        server.pid.is_some_and(|pid| second.contains(&pid)),
        "{second:?} {server:?}"
    );
    observed.heartbeats(2).await;
    observed.nothing_more();
}

#[tokio::test]
async fn a_forwarder_with_nothing_behind_it() {
    let forwarder = Backend::start("forwarder", 0).await;
    let mut observed = Observed::of(forwarder.port, Ready::Listens);
    assert_eq!(observed.next().await, Seen::Forwarded { name: None });
    observed.heartbeats(2).await;
    observed.nothing_more();
}

#[tokio::test]
async fn a_url_that_says_when_it_was_started() {
    let mut backend = Backend::start("json", 0).await;
    let mut observed = Observed::of(backend.port, url(backend.port, "/health"));
    let server = observed.up().await;
    let second = |seconds| Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds));
    assert_eq!(
        (server.pid, server.started),
        (Some(backend.pid()), second(1000))
    );
    backend.signal(Signal::HUP);
    assert_eq!(backend.hear("started_at").await, "1001");
    assert_eq!(observed.restarted().await.0.started, second(1001));
    observed.heartbeats(2).await;
    observed.nothing_more();
}

#[tokio::test]
async fn a_url_that_fails_makes_nothing_ready() {
    let mut backend = Backend::start("simple", 0).await;
    let mut observed = Observed::of(backend.port, url(backend.port, "/broken"));
    for _ in 0..3 {
        backend.hear("accepted").await;
    }
    observed.nothing_more();
    let mut observed = Observed::of(backend.port, url(backend.port, "/health"));
    assert_eq!(observed.up().await.pid, Some(backend.pid()));
}

#[tokio::test]
async fn at_rest_nothing_is_held_and_nothing_asked() {
    for kind in ["simple", "reloader"] {
        let mut backend = Backend::start(kind, 0).await;
        backend.serving().await;
        let mut observed = Observed::of(backend.port, Ready::Listens);
        observed.up().await;
        observed.heartbeats(5).await;
        assert_eq!(established(backend.port), 0, "{kind}");
        let said = backend.kill().await;
        let accepted = said.iter().filter(|line| line.starts_with("accepted"));
        assert_eq!(accepted.count(), 1, "one question at the start: {said:?}");
    }
}
