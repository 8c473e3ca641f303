//! The next connection of several listeners.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};

/// How long to wait after an error that trying again at once would only repeat, such as too many
/// open files.
const BACK_OFF: Duration = Duration::from_millis(50);

const WARNING_INTERVAL: Duration = Duration::from_secs(10);

pub(super) struct Acceptor {
    listeners: Vec<TcpListener>,
    /// The listener to ask first, so that a busy one does not starve the others.
    first: usize,
    /// When a failure was last logged, so that a lasting one does not flood the log.
    warned: Option<Instant>,
}

impl Acceptor {
    pub(super) fn new(listeners: Vec<TcpListener>) -> Self {
        Self {
            listeners,
            first: 0,
            warned: None,
        }
    }

    /// Never fails: what cannot be accepted is logged and tried again.
    pub(super) async fn next(&mut self) -> TcpStream {
        loop {
            match poll_fn(|cx| self.poll(cx)).await {
                Ok(stream) => return stream,
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!("a connection was gone before it was accepted: {error}");
                }
                Err(error) => {
                    self.warn(&error);
                    tokio::time::sleep(BACK_OFF).await;
                }
            }
        }
    }

    fn warn(&mut self, error: &io::Error) {
        if self.warned.is_none_or(|at| at.elapsed() > WARNING_INTERVAL) {
            self.warned = Some(Instant::now());
            tracing::warn!("no connection can be accepted: {error}; trying again");
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        let (before, after) = self.listeners.split_at(self.first);
        for (skipped, listener) in after.iter().chain(before).enumerate() {
            if let Poll::Ready(accepted) = listener.poll_accept(cx) {
                self.first = (self.first + skipped + 1) % self.listeners.len();
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
