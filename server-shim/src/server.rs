//! The accept loop and its bounded end.

mod accept;
mod activity;
mod connection;

use std::borrow::Cow;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::config::Config;
use crate::routes;
use crate::shim::Shim;
use accept::Acceptor;
use connection::STREAM_BOUND;

/// Why the server could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The folder to serve does not exist, is none, or may not be read.
    #[error("folder `{}` cannot be served", folder.display())]
    Folder {
        /// As it was given.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What the last connections may need beyond their bounds, on a machine that is busy.
const SLACK: Duration = Duration::from_millis(250);

/// How a server ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// What the shutdown future resolved with.
    pub reason: Cow<'static, str>,
    /// Streams that were open at that moment.
    pub streams: usize,
    /// From that moment until the last connection was closed.
    pub took: Duration,
}

/// Serves until `shutdown` resolves with a reason, then ends within bounds.
///
/// The listeners are closed at once. Each stream gets `shutdown` and `done` and ends; streams, idle
/// connections and half-read requests that are still there after 100 ms are dropped; other requests in
/// flight keep the grace of [`Config::with_grace`]. All work stops when the returned future is dropped.
///
/// # Errors
///
/// Where the configured folder cannot be served.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let config = server_reload::Config::new().with_folder("www");
/// let ctrl_c = async {
///     let _ = tokio::signal::ctrl_c().await;
///     "Ctrl-C"
/// };
/// server_reload::run(vec![listener], config, ctrl_c).await?;
/// # Ok(())
/// # }
/// ```
pub async fn run(
    listeners: Vec<TcpListener>,
    config: Config,
    shutdown: impl Future<Output: Into<Cow<'static, str>>>,
) -> Result<Stopped, ServeError> {
    let shim = Shim::new(config)?;
    Ok(serve(listeners, &shim, shutdown, std::future::ready(())).await)
}

/// As [`run`]; what is to end beside the connections is begun to be ended together with them.
pub(crate) async fn serve(
    listeners: Vec<TcpListener>,
    shim: &Shim,
    shutdown: impl Future<Output: Into<Cow<'static, str>>>,
    rest: impl Future<Output = ()>,
) -> Stopped {
    let grace = shim.config().grace;
    let mut connections = JoinSet::new();
    let reason = accept_until(shutdown, listeners, shim, grace, &mut connections).await;

    let (began, streams) = (Instant::now(), shim.streams());
    shim.stop(reason.clone());
    let ended = async {
        let ended = async { while connections.join_next().await.is_some() {} };
        if timeout(bound(grace), ended).await.is_err() {
            tracing::warn!("a connection did not end within its bound and was dropped");
        }
    };
    tokio::join!(ended, rest);
    Stopped {
        reason,
        streams,
        took: began.elapsed(),
    }
}

/// Within which the end of [`run`] is reached, however its connections behave.
pub(crate) fn bound(grace: Duration) -> Duration {
    grace.max(STREAM_BOUND).saturating_add(SLACK)
}

/// The listeners are closed when this returns.
async fn accept_until(
    shutdown: impl Future<Output: Into<Cow<'static, str>>>,
    listeners: Vec<TcpListener>,
    shim: &Shim,
    grace: Duration,
    connections: &mut JoinSet<()>,
) -> Cow<'static, str> {
    let service = TowerToHyperService::new(warp::service(routes::all(shim)));
    let mut acceptor = Acceptor::new(listeners);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            reason = &mut shutdown => return reason.into(),
            Some(_) = connections.join_next() => {}
            stream = acceptor.next() => {
                let watcher = shim.hub().watch();
                connections.spawn(connection::serve(stream, service.clone(), watcher, grace));
            }
        }
    }
}
