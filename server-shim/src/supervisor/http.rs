//! One plain HTTP request, as readiness asks for it, and who speaks to a shim that runs.

#[cfg(feature = "cli")]
mod answering;

#[cfg(feature = "cli")]
pub(crate) use answering::{Answering, exchange};

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::request::Builder;
use http::uri::Authority;
use http::{Method, Request, StatusCode, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a whole request may take.
const BOUND: Duration = Duration::from_secs(5);

/// How much of a body is read, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// At most the first 64 KiB.
    pub(crate) body: Bytes,
}

/// Why nothing was answered; reads on after the URL.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("refuses the connection")]
    Refused,
    #[error("cannot be connected to: {0}")]
    Connect(io::Error),
    #[error("ends the connection without an answer")]
    Closed,
    #[error("does not answer within {} s", BOUND.as_secs())]
    TimedOut,
    #[error("cannot be asked: it names no host")]
    NoHost,
}

/// `GET`, within 5 s. Without TLS, whatever the scheme says. Redirects are not followed.
///
/// # Errors
///
/// If there is no whole answer.
pub(crate) async fn get(uri: &Uri) -> Result<Answer, HttpError> {
    within_bound(ask(Method::GET, uri)).await
}

/// `HEAD`, within 5 s, like [`get`].
///
/// # Errors
///
/// If there is no answer.
pub(crate) async fn head(uri: &Uri) -> Result<StatusCode, HttpError> {
    Ok(within_bound(ask(Method::HEAD, uri)).await?.status)
}

async fn within_bound(
    answer: impl Future<Output = Result<Answer, HttpError>>,
) -> Result<Answer, HttpError> {
    timeout(BOUND, answer)
        .await
        .unwrap_or(Err(HttpError::TimedOut))
}

async fn ask(method: Method, uri: &Uri) -> Result<Answer, HttpError> {
    let (authority, request) = request(method, uri)?;
    let request = request.body(String::new());
    let request = request.map_err(|_| HttpError::NoHost)?;
    let stream = connect(authority.host(), authority.port_u16().unwrap_or(80)).await?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|_| HttpError::Closed)?;
    let mut connection = pin!(connection);
    let mut answer = pin!(send(sender, request));
    // The connection does the work; the answer may be complete when it has ended.
    tokio::select! {
        biased;
        answer = &mut answer => return answer,
        _ = &mut connection => {}
    }
    answer.await
}

/// To whom, and the head.
fn request(method: Method, uri: &Uri) -> Result<(&Authority, Builder), HttpError> {
    let authority = uri.authority().ok_or(HttpError::NoHost)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, authority.as_str())
        .header(USER_AGENT, "server-reload")
        .header(CONNECTION, "close");
    Ok((authority, request))
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, HttpError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, port)).await;
    stream.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => HttpError::Refused,
        _ => HttpError::Connect(error),
    })
}

async fn send(
    mut sender: SendRequest<String>,
    request: Request<String>,
) -> Result<Answer, HttpError> {
    let response = sender
        .send_request(request)
        .await
        .map_err(|_| HttpError::Closed)?;
    Ok(Answer {
        status: response.status(),
        body: start_of(response.into_body()).await?,
    })
}

async fn start_of(mut body: Incoming) -> Result<Bytes, HttpError> {
    let mut read = BytesMut::new();
    while read.len() < LONGEST_BODY {
        let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await else {
            break;
        };
        let frame = frame.map_err(|_| HttpError::Closed)?;
        read.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
    }
    read.truncate(LONGEST_BODY);
    Ok(read.freeze())
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;

    /// Answers one connection after the other, each with the next of these and the last for ever; empty: closes it.
    pub(crate) async fn server(answers: Vec<String>) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = tokio::spawn(async move {
            let mut heads = String::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = vec![0; 4096];
                let read = stream.read(&mut head).await.unwrap();
                heads.push_str(std::str::from_utf8(&head[..read]).unwrap());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            heads
        });
        (port, served)
    }

    fn uri(port: u16, path: &str) -> Uri {
        format!("http://127.0.0.1:{port}{path}").parse().unwrap()
    }

    #[tokio::test]
    async fn it_asks_and_reads() {
        let short = "HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nlater".to_owned();
        let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(100_000));
        let (port, served) =
            server(vec![short, long, "HTTP/1.1 204 None\r\n\r\n".to_owned()]).await;
        let answer = get(&uri(port, "/health?full")).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), &*answer.body),
            (503, &b"later"[..])
        );
        assert_eq!(get(&uri(port, "")).await.unwrap().body.len(), LONGEST_BODY);
        assert_eq!(head(&uri(port, "/")).await.unwrap().as_u16(), 204);
        let heads = served.await.unwrap();
        let host = format!("host: 127.0.0.1:{port}\r\n");
        assert!(
            heads.starts_with("GET /health?full HTTP/1.1\r\n"),
            "{heads}"
        );
        assert!(
            heads.contains("GET / HTTP/1.1\r\n") && heads.contains("HEAD / "),
            "{heads}"
        );
        assert_eq!(heads.matches(&host).count(), 3, "{heads}");
    }

    #[tokio::test]
    async fn each_failure_is_told_apart() {
        let (port, served) = server(vec![String::new(), "nonsense\r\n\r\n".to_owned()]).await;
        for _ in 0..2 {
            let error = get(&uri(port, "/")).await.unwrap_err();
            assert!(matches!(error, HttpError::Closed), "{error}");
        }
        served.await.unwrap();
        let error = get(&uri(port, "/")).await.unwrap_err();
        assert!(matches!(error, HttpError::Refused), "{error}");
        let error = get(&"/path".parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, HttpError::NoHost), "{error}");
    }
}
