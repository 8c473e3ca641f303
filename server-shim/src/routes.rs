//! The warp filters, one file a noun.
//!
//! Every route answers `OPTIONS` (a preflight) beside its own methods, which are `GET` and `HEAD` but for
//! a few, and any other method by 405. Every answer passes [`crate::guard`] first and carries its headers.

#[cfg(feature = "supervisor")]
mod body;
mod client;
#[cfg(feature = "supervisor")]
mod dashboard;
mod events;
mod files;
mod health;
#[cfg(feature = "supervisor")]
mod metrics;
mod not_found;
#[cfg(feature = "supervisor")]
mod permit;
mod restart;
#[cfg(feature = "supervisor")]
mod same_origin;
#[cfg(feature = "supervisor")]
mod source;
mod sse;
#[cfg(feature = "supervisor")]
mod stop;

use std::convert::Infallible;
use std::future::Future;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
};
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Serialize;
use warp::filters::path::FullPath;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use crate::guard::{Access, Peer, Refusal, harden};
use crate::shim::Shim;

/// Marks the answer to a request for a stream, which ends by the hub and not by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endless;

/// What a route needs of a request, but for its body, which hardly any route reads.
#[derive(Debug)]
struct Head {
    method: Method,
    /// That of the target where it has one, else that of `Host`; `None` where neither is there.
    authority: Result<Option<Authority>, Contradiction>,
    /// As it stands in the request, without the query.
    path: String,
    query: String,
    headers: HeaderMap,
    /// Who asks, where our own server has accepted the connection.
    #[cfg_attr(
        not(feature = "supervisor"),
        expect(dead_code, reason = "only restarts ask")
    )]
    peer: Option<Peer>,
}

/// The methods that a path answers, beside `OPTIONS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Methods {
    Read,
    ReadOrAsk,
    #[cfg(feature = "supervisor")]
    Ask,
    #[cfg(feature = "supervisor")]
    ReadOrSave,
}

/// The authorities of the target and of `Host` differ, or one is malformed.
#[derive(Clone, Copy, Debug)]
struct Contradiction;

/// The shim's own paths: the stream, the client, health, and what is known of restarts. Rejects all others.
#[must_use]
pub fn own(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + Send + Sync + 'static {
    let core = events::route(shim)
        .or(client::route(shim))
        .unify()
        .or(health::route(shim))
        .unify()
        .or(restart::route(shim))
        .unify();
    core.or(supervised(shim)).unify()
}

/// What there is of a shim that supervises.
#[cfg(feature = "supervisor")]
fn supervised(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    stop::route(shim)
        .or(metrics::route(shim))
        .unify()
        .or(dashboard::route(shim))
        .unify()
        .or(source::route(shim))
        .unify()
}

#[cfg(not(feature = "supervisor"))]
fn supervised(_: &Shim) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    warp::any().and_then(|| async { Err(warp::reject::not_found()) })
}

/// [`own`], and the files of the configured folder under every other path. Rejects nothing.
#[must_use]
pub fn all(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    own(shim).or(files::route(shim)).unify()
}

/// Pages of an embedding program, answered only to those whom the shim's own paths answer.
///
/// A refusal is an answer; what `pages` rejects is rejected.
#[must_use]
pub fn guarded<F, R>(
    shim: &Shim,
    pages: F,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + Send + Sync + 'static
where
    F: Filter<Extract = (R,), Error = Rejection> + Clone + Send + Sync + 'static,
    R: Reply + 'static,
{
    let shim = shim.clone();
    let checked = authority()
        .and(warp::header::headers_cloned())
        .map(move |authority, headers: HeaderMap| check(&shim, &authority, &headers));
    let refused = checked.clone().and_then(|checked| async move {
        match checked {
            Err(refusal) => Ok(Refusal::into_response(refusal)),
            Ok(_) => Err(warp::reject::not_found()),
        }
    });
    let let_in = checked
        .and(pages)
        .map(|checked: Result<Access, _>, page: R| {
            let mut response = page.into_response();
            if let Ok(access) = checked {
                access.apply(response.headers_mut());
            }
            response
        });
    refused.or(let_in).unify()
}

/// The answer to a target without a path, which is for proxies: no route is asked.
pub(crate) fn no_path(method: &Method, target: &Uri) -> Response {
    tracing::debug!("{method} {target} refused: the target has no path");
    let body = "the request's target has no path\n\nsend one, such as `/`\n".to_owned();
    let mut response = text(StatusCode::BAD_REQUEST, body);
    harden(response.headers_mut());
    response
}

fn head(
    path: impl Filter<Extract = (String,), Error = Infallible> + Clone + Send + Sync,
) -> impl Filter<Extract = (Head,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(authority())
        .and(path)
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .map(|method, authority, path, query, headers, peer| Head {
            method,
            authority,
            path,
            query,
            headers,
            peer,
        })
}

fn authority()
-> impl Filter<Extract = (Result<Option<Authority>, Contradiction>,), Error = Infallible> + Copy {
    let contradiction = warp::any().map(|| Err(Contradiction));
    warp::host::optional().map(Ok).or(contradiction).unify()
}

/// Requests for any path.
fn anything() -> impl Filter<Extract = (Head,), Error = Infallible> + Clone {
    // `full` wants a path, which a target in authority form has not.
    let root = warp::path::end().map(|| "/".to_owned());
    let full = warp::path::full().map(|full: FullPath| full.as_str().to_owned());
    head(root.or(full).unify())
}

/// Requests for exactly this path.
fn exactly(path: &'static str) -> impl Filter<Extract = (Head,), Error = Rejection> + Clone {
    with_path(path, move |full| full == path)
}

/// Requests for a path below this one.
fn below(path: &'static str) -> impl Filter<Extract = (Head,), Error = Rejection> + Clone {
    with_path(path, move |full| {
        let rest = full.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Requests for a path that is as wanted, and begins as this one.
fn with_path(
    begins: &'static str,
    wanted: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
) -> impl Filter<Extract = (Head,), Error = Rejection> + Clone {
    // `full` wants a path, which a target in authority form has not.
    let first = begins.split('/').nth(1).unwrap_or_default();
    let full = warp::path::full().map(|full: FullPath| full.as_str().to_owned());
    warp::path(first)
        .and(warp::path::full())
        .and_then(move |full: FullPath| {
            let wanted = wanted(full.as_str());
            async move {
                if wanted {
                    Ok(())
                } else {
                    Err(warp::reject::not_found())
                }
            }
        })
        .untuple_one()
        .and(head(full))
}

/// Answers what the guard lets in, by `answer` where the method is `GET` or `HEAD`.
async fn answered<F, A>(shim: Shim, head: Head, answer: F) -> Response
where
    F: FnOnce(Shim, Head) -> A,
    A: Future<Output = Response>,
{
    answered_by(Methods::Read, shim, head, answer).await
}

/// Answers what the guard lets in, by `answer` where the method is one of these.
async fn answered_by<F, A>(methods: Methods, shim: Shim, head: Head, answer: F) -> Response
where
    F: FnOnce(Shim, Head) -> A,
    A: Future<Output = Response>,
{
    let asked = format!("{} {}", head.method, head.path);
    let access = match check(&shim, &head.authority, &head.headers) {
        Ok(access) => access,
        Err(refusal) => {
            let reason = refusal.to_string().replace("\n\n", "; ");
            tracing::debug!("{asked} refused: {reason}");
            return refusal.into_response();
        }
    };
    let mut response = match head.method {
        ref method if methods.contain(method) => answer(shim, head).await,
        Method::OPTIONS => preflight(methods),
        _ => method_not_allowed(methods),
    };
    access.apply(response.headers_mut());
    tracing::debug!("{asked} answered by {}", response.status());
    response
}

fn check(
    shim: &Shim,
    authority: &Result<Option<Authority>, Contradiction>,
    headers: &HeaderMap,
) -> Result<Access, Refusal> {
    let policy = &shim.config().policy;
    match authority {
        Ok(authority) => policy.check(authority.as_ref(), headers),
        // Where the header alone is malformed, its own refusal says more.
        Err(Contradiction) => policy.check(None, headers).and(Err(Refusal::Target)),
    }
}

impl Methods {
    fn contain(self, method: &Method) -> bool {
        match *method {
            #[cfg(feature = "supervisor")]
            Method::GET | Method::HEAD => self != Self::Ask,
            #[cfg(not(feature = "supervisor"))]
            Method::GET | Method::HEAD => true,
            #[cfg(feature = "supervisor")]
            Method::POST => matches!(self, Self::ReadOrAsk | Self::Ask),
            #[cfg(not(feature = "supervisor"))]
            Method::POST => self == Self::ReadOrAsk,
            #[cfg(feature = "supervisor")]
            Method::PUT => self == Self::ReadOrSave,
            _ => false,
        }
    }

    /// As they stand in a header.
    fn allow(self) -> &'static str {
        match self {
            Self::Read => "GET, HEAD, OPTIONS",
            Self::ReadOrAsk => "GET, HEAD, POST, OPTIONS",
            #[cfg(feature = "supervisor")]
            Self::Ask => "POST, OPTIONS",
            #[cfg(feature = "supervisor")]
            Self::ReadOrSave => "GET, HEAD, PUT, OPTIONS",
        }
    }

    /// As a preflight is told.
    fn allow_pages(self) -> &'static str {
        match self {
            Self::Read => "GET, HEAD",
            Self::ReadOrAsk => "GET, HEAD, POST",
            #[cfg(feature = "supervisor")]
            Self::Ask => "POST",
            #[cfg(feature = "supervisor")]
            Self::ReadOrSave => "GET, HEAD, PUT",
        }
    }

    /// What a page may send along.
    fn headers(self) -> &'static str {
        match self {
            Self::Read => "content-type",
            Self::ReadOrAsk => "content-type, x-server-reload-token",
            #[cfg(feature = "supervisor")]
            Self::Ask => "content-type",
            #[cfg(feature = "supervisor")]
            Self::ReadOrSave => "content-type, if-match, x-server-reload-token",
        }
    }
}

fn preflight(methods: Methods) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(&mut response, ALLOW, methods.allow());
    let (pages, headers) = (methods.allow_pages(), methods.headers());
    set(&mut response, ACCESS_CONTROL_ALLOW_METHODS, pages);
    set(&mut response, ACCESS_CONTROL_ALLOW_HEADERS, headers);
    set(&mut response, ACCESS_CONTROL_MAX_AGE, "600");
    response
}

fn method_not_allowed(methods: Methods) -> Response {
    let body = match methods {
        Methods::Read => "only GET and HEAD are answered here\n",
        Methods::ReadOrAsk => "only GET, HEAD and POST are answered here\n",
        #[cfg(feature = "supervisor")]
        Methods::Ask => "only POST is answered here\n",
        #[cfg(feature = "supervisor")]
        Methods::ReadOrSave => "only GET, HEAD and PUT are answered here\n",
    };
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, body.to_owned());
    set(&mut response, ALLOW, methods.allow());
    response
}

/// An answer that is JSON, and new each time.
fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = match serde_json::to_vec(body) {
        Ok(body) => Response::new(body.into()),
        Err(error) => return text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "application/json");
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}

fn text(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    let value = HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
}

/// A header's value where it is there and text.
fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
