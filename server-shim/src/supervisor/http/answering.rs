//! An answer that is read while it comes.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, Method, StatusCode, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;

use super::{BOUND, HttpError, connect, request};

/// An answer whose body is still to come.
#[derive(Debug)]
pub(crate) struct Answering {
    pub(crate) status: StatusCode,
    body: Incoming,
    _carried: Carried,
}

/// The task that carries the bytes, ended with its owner.
#[derive(Debug)]
struct Carried(JoinHandle<()>);

impl Drop for Carried {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request. Its answer has to begin within 5 s; how long it then takes is not bounded.
///
/// # Errors
///
/// If no answer begins.
pub(crate) async fn exchange(
    method: Method,
    uri: &Uri,
    headers: &[(HeaderName, String)],
    body: String,
) -> Result<Answering, HttpError> {
    let answer = begin(method, uri, headers, body);
    let answer = tokio::time::timeout(BOUND, answer).await;
    answer.unwrap_or(Err(HttpError::TimedOut))
}

async fn begin(
    method: Method,
    uri: &Uri,
    headers: &[(HeaderName, String)],
    body: String,
) -> Result<Answering, HttpError> {
    let (authority, mut request) = request(method, uri)?;
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(body).map_err(|_| HttpError::NoHost)?;
    let stream = connect(authority.host(), authority.port_u16().unwrap_or(80)).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|_| HttpError::Closed)?;
    // What goes wrong is seen by who reads the body.
    let carried = Carried(tokio::spawn(async { drop(connection.await) }));
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(|_| HttpError::Closed)?;
    Ok(Answering {
        status: answer.status(),
        body: answer.into_body(),
        _carried: carried,
    })
}

impl Answering {
    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// If the connection ends before the body does.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, HttpError> {
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await {
            let frame = frame.map_err(|_| HttpError::Closed)?;
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// The whole body, within 5 s.
    ///
    /// # Errors
    ///
    /// If the connection ends before the body does.
    pub(crate) async fn whole(mut self) -> Result<Bytes, HttpError> {
        let read = async {
            let mut read = BytesMut::new();
            while let Some(bytes) = self.next().await? {
                read.extend_from_slice(&bytes);
            }
            Ok(read.freeze())
        };
        let read = tokio::time::timeout(BOUND, read).await;
        read.unwrap_or(Err(HttpError::TimedOut))
    }
}
