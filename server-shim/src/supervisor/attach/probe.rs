//! Asking the backend.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::{Answer, Token};
use super::target::{Target, connect};
use super::wants::Probe;
use crate::supervisor::Ready;
use crate::supervisor::http::{self, HttpError};

/// A forwarder with nothing behind it closes within a few milliseconds.
const KNOCK: Duration = Duration::from_millis(60);

/// How long a request may go unanswered.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks once, on a connection of its own that is closed at the end.
pub(super) async fn ask(probe: Probe, target: &Target, ready: &Ready) -> Answer {
    match (probe, ready) {
        (Probe::Url, Ready::Http(url)) => ask_url(url).await,
        (Probe::Tcp, Ready::Tcp(addresses)) => opened(connect(addresses).await),
        (Probe::Knock, _) => knock(target).await,
        (Probe::Head, _) => head(target).await,
        _ => opened(target.connect().await),
    }
}

fn opened(connection: io::Result<TcpStream>) -> Answer {
    match connection {
        Ok(_) => Answer::Open,
        Err(error) => failed(&error),
    }
}

fn failed(error: &io::Error) -> Answer {
    if error.kind() == io::ErrorKind::TimedOut {
        Answer::Silent
    } else {
        Answer::Refused
    }
}

async fn knock(target: &Target) -> Answer {
    let mut connection = match target.connect().await {
        Ok(connection) => connection,
        Err(error) => return failed(&error),
    };
    match timeout(KNOCK, connection.read(&mut [0; 16])).await {
        Ok(Ok(0) | Err(_)) => Answer::Closed,
        Ok(Ok(_)) | Err(_) => Answer::Open,
    }
}

async fn head(target: &Target) -> Answer {
    let mut connection = match target.connect().await {
        Ok(connection) => connection,
        Err(error) => return failed(&error),
    };
    let request = request(&mut connection, target.authority());
    timeout(ANSWER, request).await.unwrap_or(Answer::Silent)
}

async fn request(connection: &mut TcpStream, authority: String) -> Answer {
    let request = format!("HEAD / HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    // Somebody may have answered and closed before all is written.
    let _ = connection.write_all(request.as_bytes()).await;
    match connection.read(&mut [0; 16]).await {
        Ok(0) | Err(_) => Answer::Closed,
        Ok(_) => Answer::Bytes,
    }
}

async fn ask_url(url: &::http::Uri) -> Answer {
    match http::get(url).await {
        Ok(answer) => Answer::Http {
            status: answer.status.as_u16(),
            token: Token::read(&answer.body),
        },
        Err(HttpError::TimedOut) => Answer::Silent,
        Err(HttpError::Closed) => Answer::Closed,
        Err(_) => Answer::Refused,
    }
}
