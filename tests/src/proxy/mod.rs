//! A proxy between browser and server that does harm when told to.
//!
//! It serves one request per connection, so that each request is a connection that can be delayed,
//! cut or frozen by itself.

mod relay;
mod rules;

use std::sync::Arc;
use std::sync::Mutex;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::PATIENCE;

pub use rules::{Answer, Kind, Leg, Rules, Tally};

/// A listening proxy, which ends with this guard.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What the connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    rules: Mutex<Rules>,
    targets: Mutex<Vec<(Kind, String)>>,
    tally: watch::Sender<Tally>,
    orders: watch::Sender<Orders>,
}

/// Orders to the connections that are open; each is numbered as it comes.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Orders {
    newest: u64,
    cut_to: u64,
    frozen_to: u64,
}

impl Shared {
    /// Takes note of what the request with this head asks for.
    fn note(&self, kind: Kind, head: &str) {
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut targets = self.targets.lock().expect("an unpoisoned lock");
        targets.push((kind, target));
    }

    /// Waits for an order; for ever where none comes.
    async fn ordered(&self, wanted: impl Fn(&Orders) -> bool) {
        let mut orders = self.orders.subscribe();
        let _ = orders.wait_for(|orders| wanted(orders)).await;
    }
}

impl Proxy {
    /// Listens on a port that the system gives, for the server at `upstream`.
    pub async fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let shared = Arc::new(Shared {
            rules: Mutex::new(Rules::to(upstream)),
            targets: Mutex::default(),
            tally: watch::Sender::default(),
            orders: watch::Sender::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            port,
            shared,
            accepting,
        }
    }

    /// The address of `path` through the proxy.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the rules for requests to come.
    pub fn set(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.shared.rules.lock().expect("an unpoisoned lock"));
    }

    /// Closes every open connection.
    pub fn cut(&self) {
        self.shared
            .orders
            .send_modify(|orders| orders.cut_to = orders.newest);
    }

    /// Cuts what is open, and waits until a stream has been asked for again.
    pub async fn renew_stream(&self) {
        let streams = self.tally().begun(Kind::Stream);
        self.cut();
        let another = |tally: &Tally| tally.begun(Kind::Stream) > streams;
        self.wait_until("another stream", another).await;
    }

    /// Leaves every open connection open and passes nothing on any more.
    pub fn freeze(&self) {
        self.shared
            .orders
            .send_modify(|orders| orders.frozen_to = orders.newest);
    }

    /// What passed so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.shared.tally.borrow()
    }

    /// What was asked for so far: paths with their queries.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        self.targets_of(|_| true)
    }

    /// The documents that were asked for so far, in that order.
    #[must_use]
    pub fn pages(&self) -> Vec<String> {
        self.targets_of(|kind| kind == Kind::Page)
    }

    fn targets_of(&self, wanted: impl Fn(Kind) -> bool) -> Vec<String> {
        let targets = self.shared.targets.lock().expect("an unpoisoned lock");
        let wanted = targets.iter().filter(|(kind, _)| wanted(*kind));
        wanted.map(|(_, target)| target.clone()).collect()
    }

    /// Waits until the tally is as `wanted`.
    pub async fn wait_until(&self, what: &str, wanted: impl Fn(&Tally) -> bool) -> Tally {
        let mut tally = self.shared.tally.subscribe();
        let reached = timeout(PATIENCE, tally.wait_for(wanted)).await;
        let reached = reached.map(|result| *result.expect("a proxy that lives"));
        reached.unwrap_or_else(|_| panic!("waited for {what}; passed so far: {:?}", self.tally()))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let mut number = 0;
        shared.orders.send_modify(|orders| {
            orders.newest += 1;
            number = orders.newest;
        });
        tokio::spawn(serve(socket, number, Arc::clone(&shared)));
    }
}

async fn serve(socket: TcpStream, number: u64, shared: Arc<Shared>) {
    tokio::select! {
        () = shared.ordered(|orders| orders.cut_to >= number) => {}
        // An error of a connection is a connection's end, which is what a proxy passes on.
        _ = relay::relay(socket, number, &shared) => {}
    }
}
