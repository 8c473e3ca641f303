//! `GET /_reload/metrics`: counts and durations, for Prometheus.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use server_reload_protocol::path::METRICS as PATH;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::{Head, answered, exactly, set, text};
use crate::metrics::TEXT_FORMAT;
use crate::shim::Shim;

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(PATH).then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, _: Head) -> Response {
    match shim.metrics().text(shim.streams()) {
        Ok(body) => {
            let mut response = Response::new(body.into());
            set(&mut response, CONTENT_TYPE, TEXT_FORMAT);
            set(&mut response, CACHE_CONTROL, "no-store");
            response
        }
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}
