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
use http::{HeaderMap, Method, StatusCode};
use warp::filters::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::guard::{Refusal, harden};
use crate::shim::Shim;

/// Marks the answer to a request for a stream, which ends by the hub and not by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endless;

/// What a route needs of a request; no route reads a body.
#[derive(Debug)]
struct Head {
    method: Method,
    /// As it stands in the request, without the query.
    path: String,
    query: String,
    headers: HeaderMap,
}

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

fn head() -> impl Filter<Extract = (Head,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .map(|method, path: FullPath, query, headers| Head {
            method,
            path: path.as_str().to_owned(),
            query,
            headers,
        })
}

/// Requests for exactly this path.
fn exactly(path: &'static str) -> impl Filter<Extract = (Head,), Error = Rejection> + Clone {
    warp::path::full()
        .and_then(move |full: FullPath| async move {
            if full.as_str() == path {
                Ok(())
            } else {
                Err(warp::reject::not_found())
            }
        })
        .untuple_one()
        .and(head())
}

/// Answers what the guard lets in, by `answer` where the method is `GET` or `HEAD`.
async fn guarded<F, A>(shim: Shim, head: Head, answer: F) -> Response
where
    F: FnOnce(Shim, Head) -> A,
    A: Future<Output = Response>,
{
    let access = match shim.config().policy.check(&head.headers) {
        Ok(access) => access,
        Err(refusal) => return refused(&refusal),
    };
    let asked = format!("{} {}", head.method, head.path);
    let mut response = match head.method {
        Method::GET | Method::HEAD => answer(shim, head).await,
        Method::OPTIONS => preflight(),
        _ => method_not_allowed(),
    };
    access.apply(response.headers_mut());
    tracing::debug!("{asked} answered by {}", response.status());
    response
}

fn refused(refusal: &Refusal) -> Response {
    tracing::debug!("refused: {refusal}");
    let mut response = text(refusal.status(), format!("{refusal}\n"));
    harden(response.headers_mut());
    response
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
