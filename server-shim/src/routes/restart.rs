//! `/_reload/restart`: restarts, asked for and told of.

#[cfg(feature = "supervisor")]
mod ask;
#[cfg(feature = "supervisor")]
mod resume;
#[cfg(feature = "supervisor")]
mod stream;
#[cfg(feature = "supervisor")]
mod tell;

#[cfg(not(feature = "supervisor"))]
use std::future::{Future, ready};

#[cfg(not(feature = "supervisor"))]
use http::StatusCode;
use server_reload_protocol::path;
use warp::reply::Response;
use warp::{Filter, Rejection};

#[cfg(not(feature = "supervisor"))]
use super::{Head, text};
use super::{Methods, answered, answered_by, below, exactly};
use crate::shim::Shim;

/// What is said where nobody could restart anything.
pub(super) const NOTHING: &str = "nothing is run here that could be restarted";

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let (here, under) = (shim.clone(), shim.clone());
    let all = exactly(path::RESTART)
        .and(warp::body::stream())
        .then(move |head, body| {
            let answer = |shim, head| all(shim, head, body);
            answered_by(Methods::ReadOrAsk, here.clone(), head, answer)
        });
    let one = below(path::RESTART).then(move |head| answered(under.clone(), head, one));
    all.or(one).unify()
}

/// What `hello` says: the token, or why there is none.
#[cfg(feature = "supervisor")]
pub(super) fn page_token(shim: &Shim) -> (Option<String>, Option<String>) {
    use crate::operations::Permission;
    let refused = |reason: &str| (None, Some(reason.replace("\n\n", "; ")));
    match shim.operations().permission() {
        Some(Permission::Pages(token)) => (Some(token.reveal().to_owned()), None),
        Some(Permission::Control(reason)) => refused(reason),
        Some(Permission::Nothing(reason)) => refused(reason),
        None => refused(NOTHING),
    }
}

#[cfg(not(feature = "supervisor"))]
pub(super) fn page_token(_: &Shim) -> (Option<String>, Option<String>) {
    (None, Some(NOTHING.to_owned()))
}

#[cfg(feature = "supervisor")]
use ask::all;
#[cfg(feature = "supervisor")]
use tell::one;

#[cfg(not(feature = "supervisor"))]
fn all<B>(_: Shim, _: Head, _: B) -> impl Future<Output = Response> {
    ready(text(StatusCode::NOT_FOUND, format!("{NOTHING}\n")))
}

#[cfg(not(feature = "supervisor"))]
fn one(_: Shim, _: Head) -> impl Future<Output = Response> {
    ready(text(StatusCode::NOT_FOUND, format!("{NOTHING}\n")))
}
