//! One connection, from its first byte to its bounded end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;
use warp::reply::Response;

use super::activity::{Activity, Socket, Ticket};
use crate::guard::Peer;
use crate::hub::Watcher;
use crate::routes;

/// How long streams, idle connections and half-read requests may stay after the shutdown began. It is
/// what lets a thousand streams take their last events; a client that never reads has no more.
pub(super) const STREAM_BOUND: Duration = Duration::from_millis(100);

/// Serves a connection until it ends, or until the shim stops and the bounds are over.
pub(super) async fn serve<S>(stream: TcpStream, service: S, mut watcher: Watcher, grace: Duration)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
{
    // Events are small and must not wait for more of them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("the connection keeps Nagle's algorithm: {error}");
    }
    let peer = Peer::of(&stream).ok();
    let activity = Arc::new(Activity::default());
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&activity)));
    let service = service_fn(|mut request: Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let ticket = Ticket::new(&activity);
        let response = if request.uri().path_and_query().is_some() {
            Ok(service.call(request))
        } else {
            Err(routes::no_path(request.method(), request.uri()))
        };
        async move {
            let response = match response {
                Ok(response) => response.await?,
                Err(refused) => refused,
            };
            Ok::<_, Infallible>(ticket.attach(response))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(socket, service));

    tokio::select! {
        biased;
        ended = connection.as_mut() => return log(ended),
        _ = watcher.stopping() => {}
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = timeout(STREAM_BOUND, connection.as_mut()).await {
        return log(ended);
    }
    if activity.is_busy()
        && let Ok(ended) = timeout(grace.saturating_sub(STREAM_BOUND), connection).await
    {
        log(ended);
    }
}

/// A closed tab is an error to hyper; to us it is the ordinary end.
fn log(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!("connection: {error}");
    }
}
