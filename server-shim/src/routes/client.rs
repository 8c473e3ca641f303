//! `GET /reload.js`: the browser client.

use std::sync::LazyLock;

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, ORIGIN};
use server_reload_protocol::path::CLIENT as PATH;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::{Head, answered, check, exactly, header, set};
use crate::CLIENT;
use crate::files::{etag_of, matches_any};
use crate::guard::{CROSS_ORIGIN_RESOURCE_POLICY, Refusal};
use crate::shim::Shim;

static TAG: LazyLock<HeaderValue> = LazyLock::new(|| etag_of(CLIENT));

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(PATH).then(move |head| {
        let head = included(&shim, head);
        answered(shim.clone(), head, answer)
    })
}

/// A sandboxed page includes it like any other, and is told by it which flag lets that page listen. But
/// Chromium names the origin of such a page, `null`, even where it only includes a script.
fn included(shim: &Shim, mut head: Head) -> Head {
    let refused = check(shim, &head.authority, &head.headers).err();
    if refused == Some(Refusal::Origin("null".to_owned())) {
        head.headers.remove(ORIGIN);
    }
    head
}

async fn answer(_: Shim, head: Head) -> Response {
    let known = header(&head.headers, IF_NONE_MATCH);
    let fresh = known.is_some_and(|known| matches_any(known, TAG.to_str().unwrap_or_default()));
    let mut response = if fresh {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(CLIENT.into())
    };
    set(&mut response, CACHE_CONTROL, "no-cache");
    set(
        &mut response,
        CONTENT_TYPE,
        "text/javascript; charset=utf-8",
    );
    // Pages of any origin include it; it holds no secret.
    set(&mut response, CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    response.headers_mut().insert(ETAG, TAG.clone());
    response
}
