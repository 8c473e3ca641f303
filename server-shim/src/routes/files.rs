//! Everything else: the files of the folder.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE,
};
use http::{Method, StatusCode};
use server_reload_protocol::SERVER_TIMING_METRIC;
use tokio::io::AsyncReadExt;
use warp::Filter;
use warp::reply::{Reply, Response};

use super::{Head, answered, anything, header, not_found, set};
use crate::files::{
    ByteRange, Kind, Loaded, Miss, RequestPath, Wanted, matches_any, matches_strongly,
};
use crate::shim::{Pages, Shim};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Bytes read at once of a file that is too large to be read whole.
const CHUNK: usize = 64 * 1024;

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + use<> {
    let shim = shim.clone();
    anything().then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, head: Head) -> Response {
    let mut response = find(&shim, &head).await;
    let essence = header(response.headers(), CONTENT_TYPE)
        .map(|value| value.split(';').next().unwrap_or_default());
    if matches!(essence, Some("text/html" | "application/xhtml+xml")) {
        stamp(&shim, &mut response);
    }
    response
}

/// Tells the page which server made it, without touching its HTML.
fn stamp(shim: &Shim, response: &mut Response) {
    let Some(identity) = shim.hub().state().identity else {
        return;
    };
    let stamp = format!("{SERVER_TIMING_METRIC};desc=\"{}\"", identity.id());
    if let Ok(stamp) = HeaderValue::try_from(stamp) {
        response.headers_mut().insert(SERVER_TIMING, stamp);
    }
}

async fn find(shim: &Shim, head: &Head) -> Response {
    let missing = |status, looked_for: Option<&str>, reason: &str| {
        not_found::answer(&head.headers, status, looked_for, reason)
    };
    let Some(pages) = shim.pages() else {
        return missing(StatusCode::NOT_FOUND, None, "no folder is served here");
    };
    let path = match RequestPath::parse(&head.path) {
        Ok(path) => path,
        Err(error) => return missing(error.status(), None, &error.to_string()),
    };
    let looked_for = path.to_string();
    match load(pages, path).await {
        Ok(loaded) => found(head, loaded),
        Err(miss) => missing(miss.status(), Some(&looked_for), &miss.to_string()),
    }
}

async fn load(pages: &Pages, path: RequestPath) -> Result<Loaded, Miss> {
    let (root, loads) = (Arc::clone(&pages.root), Arc::clone(&pages.loads));
    let permit = loads.acquire_owned().await;
    let permit = permit.map_err(|error| Miss::Io(io::Error::other(error)))?;
    let loaded = tokio::task::spawn_blocking(move || {
        // Held by the thread, which goes on where nobody waits for it any more.
        let _permit = permit;
        root.load(&path)
    });
    loaded
        .await
        .unwrap_or_else(|error| Err(Miss::Io(io::Error::other(error))))
}

fn found(head: &Head, loaded: Loaded) -> Response {
    match loaded {
        Loaded::Folder => to_folder(head),
        Loaded::Whole { bytes, etag, kind } => with_type(whole(head, bytes, etag), &kind),
        Loaded::Large { file, len, kind } => with_type(large(head, file, len), &kind),
    }
}

fn with_type(mut response: Response, kind: &Kind) -> Response {
    if response.status() != StatusCode::RANGE_NOT_SATISFIABLE {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, kind.content_type.clone());
        if let Some(encoding) = &kind.encoding {
            headers.insert(CONTENT_ENCODING, encoding.clone());
        }
    }
    set(&mut response, CACHE_CONTROL, "no-cache");
    response
}

/// The path has no empty name in it, so that this cannot lead to another host.
fn to_folder(head: &Head) -> Response {
    let query = if head.query.is_empty() { "" } else { "?" };
    let location = format!("{}/{query}{}", head.path, head.query);
    let mut response = Response::default();
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    set(&mut response, CACHE_CONTROL, "no-cache");
    response
}

fn whole(head: &Head, bytes: Bytes, etag: HeaderValue) -> Response {
    let tag = etag.to_str().unwrap_or_default();
    let known = header(&head.headers, IF_NONE_MATCH);
    let mut response = Response::default();
    if known.is_some_and(|known| matches_any(known, tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let len = bytes.len() as u64;
        match wanted(head, len, Some(tag)) {
            Wanted::Whole => response = Response::new(bytes.into()),
            Wanted::Part(range) => {
                response = part(range, Response::new(slice(&bytes, range).into()));
            }
            Wanted::Unsatisfiable => return unsatisfiable(len),
        }
        set(&mut response, ACCEPT_RANGES, "bytes");
    }
    response.headers_mut().insert(ETAG, etag);
    response
}

fn large(head: &Head, file: File, len: u64) -> Response {
    let range = match wanted(head, len, None) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Unsatisfiable => return unsatisfiable(len),
    };
    let start = range.map_or(0, |range| range.start);
    let left = range.map_or(len, ByteRange::len);
    let mut response = warp::reply::stream(read(file, start, left)).into_response();
    if let Some(range) = range {
        response = part(range, response);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(left));
    set(&mut response, ACCEPT_RANGES, "bytes");
    response
}

/// `HEAD` and a failed `If-Range` ask for the whole.
fn wanted(head: &Head, len: u64, etag: Option<&str>) -> Wanted {
    let same = match (header(&head.headers, IF_RANGE), etag) {
        (None, _) => true,
        (Some(value), Some(etag)) => matches_strongly(value, etag),
        (Some(_), None) => false,
    };
    match header(&head.headers, RANGE) {
        Some(range) if same && head.method == Method::GET => Wanted::parse(range, len),
        _ => Wanted::Whole,
    }
}

/// The same memory, not a copy.
fn slice(bytes: &Bytes, range: ByteRange) -> Bytes {
    let index = |at: u64| usize::try_from(at).map_or(bytes.len(), |at| at.min(bytes.len()));
    bytes.slice(index(range.start)..index(range.end))
}

fn part(range: ByteRange, mut response: Response) -> Response {
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    if let Ok(value) = HeaderValue::try_from(range.to_string()) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

fn unsatisfiable(len: u64) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{len}")) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

/// `left` bytes from `start` on. A file that shrinks meanwhile is an error, which ends the
/// connection: its length has been announced.
fn read(mut file: File, start: u64, left: u64) -> impl Stream<Item = io::Result<Bytes>> {
    let opened = file.seek(SeekFrom::Start(start)).map(|_| file);
    let state = (opened.map(tokio::fs::File::from_std), left);
    stream::try_unfold(state, |(file, left)| async move {
        let mut file = file?;
        let wanted = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        if wanted == 0 {
            return Ok(None);
        }
        let mut chunk = BytesMut::with_capacity(wanted);
        let count = (&mut file).take(wanted as u64).read_buf(&mut chunk).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((chunk.freeze(), (Ok(file), left - count as u64))))
    })
}
