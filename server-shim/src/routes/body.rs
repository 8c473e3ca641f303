//! The body of a request, within bounds.

use std::pin::pin;
use std::time::Duration;

use bytes::Buf;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

/// How long it may take to come.
const BOUND: Duration = Duration::from_secs(5);

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than this.
    TooLarge(usize),
    TooSlow,
    CutOff,
}

/// All of it, where it is no larger than `most` bytes.
pub(super) async fn read<B: Buf, E>(
    body: impl Stream<Item = Result<B, E>>,
    most: usize,
) -> Result<Vec<u8>, Unread> {
    let whole = timeout(BOUND, collect(body, most)).await;
    whole.unwrap_or(Err(Unread::TooSlow))
}

async fn collect<B: Buf, E>(
    body: impl Stream<Item = Result<B, E>>,
    most: usize,
) -> Result<Vec<u8>, Unread> {
    let mut body = pin!(body);
    let mut whole = Vec::new();
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|_| Unread::CutOff)?;
        if whole.len() + part.remaining() > most {
            return Err(Unread::TooLarge(most));
        }
        while part.has_remaining() {
            let taken = part.chunk().len();
            whole.extend_from_slice(part.chunk());
            part.advance(taken);
        }
    }
    Ok(whole)
}
