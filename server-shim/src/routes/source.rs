//! `/_reload/source/…`: files of the folder that its own pages may write.
//!
//! There is nothing here unless a flag names the files. Then a page of this very origin, on this machine,
//! reads by `GET` whether a file is among them, and the token to write it with; no page of another origin
//! can read that, and who else runs programs on this machine is trusted. `PUT` writes a version on top of the one that was read, and nothing else.

use std::io;
use std::sync::Arc;

use bytes::Buf;
use futures_util::Stream;
use http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_MATCH};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use server_reload_protocol::TOKEN_HEADER;
use server_reload_protocol::path::SOURCE as PATH;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use super::body::{self, Unread};
use super::permit::{self, Denied};
use super::{Head, Methods, answered_by, below, header, json, same_origin, set, text};
use crate::files::{Edits, Miss, PathError, RequestPath, Root, Saved, Source, Unsaved};
use crate::shim::Shim;

/// The most bytes of a request's body: the longest text, each of whose bytes may need six (`\u0001`), and what is
/// around it.
const MOST_BYTES: usize = 6 * 1024 * 1024 + 1024;

/// What is sent to be written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Save {
    text: String,
}

/// Why nothing is told of a file, or written.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(
        "no file may be written from a page\n\nstart server-reload with `--edit`, such as `--edit '*.html'`, to let pages of its own address write such files"
    )]
    Off,
    #[error("no folder is served here\n\nname one, such as: server-reload www")]
    NoFolder,
    #[error("files are written by pages of this very address alone\n\nopen the page here")]
    Foreign,
    #[error(
        "files are written only from the machine that they are on\n\nopen the page in a browser there"
    )]
    Elsewhere,
    #[error(
        "the request has no `{TOKEN_HEADER}` header, or not the token of this run\n\nsend the `token` that GET on the same path tells"
    )]
    NoToken,
    #[error("the body is no such text: {0}\n\nsend `{{\"text\": \"…\"}}`")]
    Malformed(String),
    #[error("the body is larger than {0} bytes\n\nedit so large a file with an editor")]
    TooLarge(usize),
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Unsaved(#[from] Unsaved),
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Off | Self::NoFolder => StatusCode::NOT_FOUND,
            Self::Foreign | Self::Elsewhere | Self::NoToken => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Path(error) => error.status(),
            Self::Denied(denied) => denied.status(),
            Self::Unsaved(unsaved) => status_of(unsaved),
        }
    }
}

fn status_of(unsaved: &Unsaved) -> StatusCode {
    match unsaved {
        Unsaved::Miss(miss) => miss.status(),
        Unsaved::NotNamed(_) | Unsaved::ReadOnly(_) => StatusCode::FORBIDDEN,
        Unsaved::NotText(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Unsaved::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Unsaved::Nul => StatusCode::BAD_REQUEST,
        Unsaved::NoVersion => StatusCode::PRECONDITION_REQUIRED,
        Unsaved::Changed(_) => StatusCode::PRECONDITION_FAILED,
        Unsaved::Io { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Reply for Refused {
    fn into_response(self) -> Response {
        let mut response = text(self.status(), format!("{self}\n"));
        set(&mut response, CACHE_CONTROL, "no-store");
        response
    }
}

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    below(PATH)
        .and(warp::body::stream())
        .then(move |head, body| {
            let answer = |shim, head| answer(shim, head, body);
            answered_by(Methods::ReadOrSave, shim.clone(), head, answer)
        })
}

async fn answer<B: Buf, E>(
    shim: Shim,
    head: Head,
    body: impl Stream<Item = Result<B, E>>,
) -> Response {
    let answer = if head.method == Method::PUT {
        save(&shim, &head, body).await
    } else {
        tell(&shim, &head).await
    };
    answer.unwrap_or_else(Refused::into_response)
}

/// Whether the file may be written, and by which token.
async fn tell(shim: &Shim, head: &Head) -> Result<Response, Refused> {
    let edits = permitted(shim, head)?;
    let wanted = wanted(head)?;
    let found = blocking(shim, move |edits, root| edits.find(root, &wanted)).await;
    let Source { name, .. } = found?;
    let told = json!({ "path": name, "token": edits.token().reveal() });
    Ok(json(StatusCode::OK, &told))
}

async fn save<B: Buf, E>(
    shim: &Shim,
    head: &Head,
    body: impl Stream<Item = Result<B, E>>,
) -> Result<Response, Refused> {
    let edits = permitted(shim, head)?;
    permit::form(head)?;
    if !permit::shows(head, edits.token()) {
        return Err(Refused::NoToken);
    }
    let wanted = wanted(head)?;
    let version = header(&head.headers, IF_MATCH).map(str::to_owned);
    let body = body::read(body, MOST_BYTES).await.map_err(unread)?;
    let Save { text } =
        serde_json::from_slice(&body).map_err(|error| Refused::Malformed(error.to_string()))?;
    let saved = blocking(shim, move |edits, root| {
        edits.save(root, &wanted, version.as_deref(), &text)
    });
    Ok(told(&saved.await?))
}

fn told(saved: &Saved) -> Response {
    let Saved { name, etag } = saved;
    tracing::debug!("`{name}` was written by a page");
    let mut response = json(StatusCode::OK, &json!({ "path": name, "etag": etag }));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn permitted<'a>(shim: &'a Shim, head: &Head) -> Result<&'a Arc<Edits>, Refused> {
    if !same_origin::asks(head) {
        return Err(Refused::Foreign);
    }
    let edits = shim.config().edits.as_ref().ok_or(Refused::Off)?;
    if !permit::is_here(head) {
        return Err(Refused::Elsewhere);
    }
    Ok(edits)
}

/// Relative to the folder; the path of the request begins with ours.
fn wanted(head: &Head) -> Result<RequestPath, PathError> {
    let path = head.path.strip_prefix(PATH).unwrap_or_default();
    RequestPath::parse(path)
}

fn unread(unread: Unread) -> Refused {
    match unread {
        Unread::TooLarge(most) => Refused::TooLarge(most),
        Unread::CutOff => Refused::Malformed("it was cut off".to_owned()),
        Unread::TooSlow => Denied::TooSlow.into(),
    }
}

/// Does it where it may block.
async fn blocking<T: Send + 'static>(
    shim: &Shim,
    work: impl FnOnce(&Edits, &Root) -> Result<T, Unsaved> + Send + 'static,
) -> Result<T, Refused> {
    let edits = shim.config().edits.clone().ok_or(Refused::Off)?;
    let root = Arc::clone(&shim.pages().ok_or(Refused::NoFolder)?.root);
    let done = tokio::task::spawn_blocking(move || work(&edits, &root)).await;
    let done = done.unwrap_or_else(|error| Err(Miss::Io(io::Error::other(error)).into()));
    Ok(done?)
}
