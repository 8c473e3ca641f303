//! `POST /_reload/stop`: ends the shim, for who has the control token.
//!
//! No page is ever told that token: it stands in a file that only this user can read.

use http::StatusCode;
use server_reload_protocol::path::STOP as PATH;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use super::permit::Denied;
use super::{Head, Methods, answered_by, exactly, permit, text};
use crate::shim::Shim;

/// By what it was stopped, for people and in `shutdown`.
const REASON: &str = "server-reload stop";

const NOBODY: &str = "this cannot be stopped by HTTP\n\nend the program that it is a part of";

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let shim = shim.clone();
    exactly(PATH).then(move |head| answered_by(Methods::Ask, shim.clone(), head, answer))
}

async fn answer(shim: Shim, head: Head) -> Response {
    match stop(&shim, &head) {
        Ok(()) => text(StatusCode::ACCEPTED, "stopping\n".to_owned()),
        Err(denied) => denied.into_response(),
    }
}

fn stop(shim: &Shim, head: &Head) -> Result<(), Denied> {
    let nobody = || Denied::NotHere(NOBODY.to_owned());
    let ending = shim.ending().ok_or_else(nobody)?;
    permit::stop(shim, head)?;
    // Nobody receives it where it ends already.
    let _ = ending.send(REASON);
    Ok(())
}
