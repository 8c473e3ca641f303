//! The warp filters, one file a noun.
//!
//! Every route answers `GET`, `HEAD` and `OPTIONS` (a preflight), and any other method by 405. Every
//! answer passes [`crate::guard`] first and carries its headers.

mod client;
mod events;
mod files;
mod health;
mod not_found;

use std::convert::Infallible;
use std::future::Future;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CONTENT_TYPE, HeaderName, HeaderValue,
};
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri};
use warp::filters::path::FullPath;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use crate::guard::{Access, Refusal, harden};
use crate::shim::Shim;

/// Marks the answer to a request for a stream, which ends by the hub and not by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endless;

/// What a route needs of a request; no route reads a body.
#[derive(Debug)]
struct Head {
    method: Method,
    /// That of the target where it has one, else that of `Host`; `None` where neither is there.
    authority: Result<Option<Authority>, Contradiction>,
    /// As it stands in the request, without the query.
    path: String,
    query: String,
    headers: HeaderMap,
}

/// The authorities of the target and of `Host` differ, or one is malformed.
#[derive(Clone, Copy, Debug)]
struct Contradiction;

/// The shim's own paths: the stream, the client and health. Rejects all others.
#[must_use]
pub fn own(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + Send + Sync + 'static {
    events::route(shim)
        .or(client::route(shim))
        .unify()
        .or(health::route(shim))
        .unify()
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
        .map(|method, authority, path, query, headers| Head {
            method,
            authority,
            path,
            query,
            headers,
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
    // `full` wants a path, which a target in authority form has not.
    let first = path.split('/').nth(1).unwrap_or_default();
    warp::path(first)
        .and(warp::path::full())
        .and_then(move |full: FullPath| async move {
            if full.as_str() == path {
                Ok(())
            } else {
                Err(warp::reject::not_found())
            }
        })
        .untuple_one()
        .and(head(warp::any().map(move || path.to_owned())))
}

/// Answers what the guard lets in, by `answer` where the method is `GET` or `HEAD`.
async fn answered<F, A>(shim: Shim, head: Head, answer: F) -> Response
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
        Method::GET | Method::HEAD => answer(shim, head).await,
        Method::OPTIONS => preflight(),
        _ => method_not_allowed(),
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

fn preflight() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(&mut response, ALLOW, "GET, HEAD, OPTIONS");
    set(&mut response, ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
    set(&mut response, ACCESS_CONTROL_ALLOW_HEADERS, "content-type");
    set(&mut response, ACCESS_CONTROL_MAX_AGE, "600");
    response
}

fn method_not_allowed() -> Response {
    let body = "only GET and HEAD are answered here\n".to_owned();
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, body);
    set(&mut response, ALLOW, "GET, HEAD, OPTIONS");
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
