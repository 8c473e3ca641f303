//! `POST /_reload/restart`: asking for one. `GET` lists all.

use std::pin::pin;
use std::time::Duration;

use bytes::Buf;
use futures_util::{Stream, StreamExt};
use http::{Method, StatusCode};
use serde_json::json;
use server_reload_protocol::payload::{Accepted, OperationCause, RestartRequest};
use tokio::time::timeout;
use warp::reply::{Reply, Response};

use crate::operations::{self, Declined};
use crate::routes::permit::{Asker, Denied};
use crate::routes::{Head, json, permit};
use crate::shim::Shim;

/// The most bytes of a request's body.
const MOST_BYTES: usize = 4 * 1024;

/// How long it may take to come.
const BODY_BOUND: Duration = Duration::from_secs(5);

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
    let body = timeout(BODY_BOUND, read(body)).await;
    let request = request(&body.unwrap_or(Err(Denied::TooSlow))?)?;
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

async fn read<B: Buf, E>(body: impl Stream<Item = Result<B, E>>) -> Result<Vec<u8>, Denied> {
    let mut body = pin!(body);
    let mut whole = Vec::new();
    while let Some(part) = body.next().await {
        let cut_off = |_| Denied::Malformed("it was cut off".to_owned());
        let mut part = part.map_err(cut_off)?;
        if whole.len() + part.remaining() > MOST_BYTES {
            return Err(Denied::TooLarge(MOST_BYTES));
        }
        while part.has_remaining() {
            let taken = part.chunk().len();
            whole.extend_from_slice(part.chunk());
            part.advance(taken);
        }
    }
    Ok(whole)
}
