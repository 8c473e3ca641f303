//! `GET /_reload/health`: how the shim is, as JSON.

use http::StatusCode;
use server_reload_protocol::path::HEALTH as PATH;
use server_reload_protocol::payload::Health;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::{Head, answered, exactly, json};
use crate::config::Identity;
use crate::shim::Shim;

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(PATH).then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, _: Head) -> Response {
    let state = shim.hub().state();
    let identity = state.identity.as_ref();
    let health = Health {
        status: state.phase(),
        id: identity.map(|identity| identity.id().to_owned()),
        pid: identity.and_then(Identity::pid),
        started_at: identity.map(|identity| identity.started_at().as_secs_f64()),
        uptime: identity.map(|identity| identity.age().as_secs_f64()),
        services: state.services,
        streams: shim.hub().streams(),
    };
    json(StatusCode::OK, &health)
}
