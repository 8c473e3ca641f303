//! Ready by an answer.

use std::net::SocketAddr;
use std::time::Duration;

use http::Uri;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::super::http::{HttpError, get};
use super::Probe;
use super::pause::pause;

/// The first pause after a refused connection: cheap, and no line in the service's log.
const REFUSED: Duration = Duration::from_millis(1);

/// The pauses after an answer that does not count, because each is a line in the service's log.
const ANSWERED: [Duration; 2] = [Duration::from_millis(25), Duration::from_millis(250)];

/// How long a connection may take that is neither accepted nor refused.
const CONNECT_BOUND: Duration = Duration::from_secs(1);

/// Resolves when the answer's status is 2xx or 3xx.
pub(super) async fn http(probe: &Probe, uri: &Uri) {
    let start = Instant::now();
    let [mut next, longest] = ANSWERED;
    loop {
        let refused = match get(uri).await {
            Ok(answer) if answer.status.is_success() || answer.status.is_redirection() => return,
            Ok(answer) => {
                probe.see(format!("`{uri}` answers {}", answer.status.as_u16()));
                false
            }
            Err(error) => {
                probe.see(format!("`{uri}` {error}"));
                matches!(error, HttpError::Refused)
            }
        };
        if refused {
            sleep(pause(start, REFUSED)).await;
        } else {
            sleep(next).await;
            next = (next * 2).min(longest);
        }
    }
}

/// The first that accepts a connection.
pub(super) async fn tcp(probe: &Probe, addresses: &[SocketAddr]) -> SocketAddr {
    let start = Instant::now();
    loop {
        for address in addresses {
            let connect = timeout(CONNECT_BOUND, TcpStream::connect(address));
            match connect.await {
                Ok(Ok(_)) => return *address,
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    probe.see(format!("nothing listens on `{address}` yet"));
                }
                Ok(Err(error)) => probe.see(format!("`{address}` cannot be connected to: {error}")),
                Err(_) => probe.see(format!("`{address}` does not answer")),
            }
        }
        sleep(pause(start, REFUSED)).await;
    }
}
