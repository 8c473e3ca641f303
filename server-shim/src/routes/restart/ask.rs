//! `POST /_reload/restart`: asking for one. `GET` lists all.

use bytes::Buf;
use futures_util::Stream;
use http::{Method, StatusCode};
use serde_json::json;
use server_reload_protocol::payload::{Accepted, OperationCause, RestartRequest};
use warp::reply::{Reply, Response};

use crate::operations::{self, Declined};
use crate::routes::permit::{Asker, Denied};
use crate::routes::{Head, body, json, permit};
use crate::shim::Shim;

/// The most bytes of a request's body.
const MOST_BYTES: usize = 4 * 1024;

pub(super) async fn all<B: Buf, E>(
    shim: Shim,
    head: Head,
    body: impl Stream<Item = Result<B, E>>,
) -> Response {
    if head.method != Method::POST {
        let operations = shim.operations().list();
        return json(StatusCode::OK, &json!({ "operations": operations }));
    }
    match begin(&shim, &head, body).await {
        Ok(accepted) => json(StatusCode::ACCEPTED, &accepted),
        Err(denied) => denied.into_response(),
    }
}

async fn begin<B: Buf, E>(
    shim: &Shim,
    head: &Head,
    body: impl Stream<Item = Result<B, E>>,
) -> Result<Accepted, Denied> {
    let cause = match permit::restart(shim, head)? {
        Asker::Page => OperationCause::Page,
        Asker::Script => OperationCause::Api,
    };
    let operations = shim.operations();
    operations.admit().map_err(Denied::TooMany)?;
    let request = request(&body::read(body, MOST_BYTES).await?)?;
    let asked = operations.ask(request.service, request.op_id, cause).await;
    match asked.unwrap_or(Err(Declined::Stopping)) {
        Err(Declined::TooMany(left)) => Err(Denied::TooMany(left)),
        asked => Ok(asked?),
    }
}

fn request(body: &[u8]) -> Result<RestartRequest, Denied> {
    let request: RestartRequest =
        serde_json::from_slice(body).map_err(|error| Denied::Malformed(error.to_string()))?;
    match &request.op_id {
        Some(id) if !operations::is_id(id) => Err(Denied::Id(id.clone())),
        _ => Ok(request),
    }
}
