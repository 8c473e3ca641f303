//! What a connection is busy with, told by wrappers around its answers and its socket.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::Response;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::routes::Endless;

/// What a connection is busy with.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Requests, other than those for a stream, whose answer is not yet made.
    requests: AtomicUsize,
    /// The newest answer is a stream.
    endless: AtomicBool,
    /// The socket did not take the last bytes: a made answer is still on its way.
    unsent: AtomicBool,
}

impl Activity {
    /// Whether an answer that ends by itself is being made or sent.
    pub(super) fn is_busy(&self) -> bool {
        let sending =
            || self.unsent.load(Ordering::Acquire) && !self.endless.load(Ordering::Acquire);
        self.requests.load(Ordering::Acquire) > 0 || sending()
    }
}

/// A request in flight, until it is dropped.
pub(super) struct Ticket(Arc<Activity>);

impl Ticket {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.requests.fetch_add(1, Ordering::AcqRel);
        activity.endless.store(false, Ordering::Release);
        Self(Arc::clone(activity))
    }

    /// Keeps the request in flight until its answer is made, or gives it up where that is a stream.
    pub(super) fn attach<B>(self, response: Response<B>) -> Response<Tracked<B>> {
        let endless = response.extensions().get::<Endless>().is_some();
        self.0.endless.store(endless, Ordering::Release);
        let ticket = (!endless).then_some(self);
        response.map(|body| Tracked {
            body,
            _ticket: ticket,
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A body that keeps its request in flight.
pub(super) struct Tracked<B> {
    body: B,
    _ticket: Option<Ticket>,
}

impl<B: Body + Unpin> Body for Tracked<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that tells whether it took what it was given.
pub(super) struct Socket {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        let unsent = written.is_pending();
        self.activity.unsent.store(unsent, Ordering::Release);
        written
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
