//! `GET /_reload/restart/{op_id}`: how far an operation is, or its receipt.

use http::StatusCode;
use server_reload_protocol::path;
use warp::reply::{Reply, Response};

use crate::operations::{Found, Permission, is_id};
use crate::routes::permit::Denied;
use crate::routes::{Head, json, sse, text};
use crate::shim::Shim;
use crate::wait::await_resource;

use super::resume::resume;
use super::{NOTHING, stream};

/// An operation that was asked for is not answered with.
enum Absent {
    /// It is not there, for this reason.
    Missing(String),
    /// We end, for this reason.
    Stopping(String),
}

pub(super) async fn one(shim: Shim, head: Head) -> Response {
    let id = head.path.strip_prefix(path::RESTART).unwrap_or_default();
    let id = id.strip_prefix('/').unwrap_or_default();
    let (id, live) = match id.strip_suffix(path::OPERATION_EVENTS) {
        Some(id) => (id, true),
        None => (id, false),
    };
    if !is_id(id) {
        return Denied::Id(id.to_owned()).into_response();
    }
    let after = match resume(&head) {
        Ok(after) => after,
        Err(denied) => return denied.into_response(),
    };
    let waits = live || head.query.split('&').any(|pair| pair == "wait=1");
    let found = if waits {
        awaited(&shim, id).await
    } else {
        present(&shim, id)
    };
    match found {
        Ok(found) if live => stream::answer(&shim, found.operation.op_id.clone(), after),
        Ok(found) => json(StatusCode::OK, &*found.operation),
        Err(Absent::Missing(reason)) => text(StatusCode::NOT_FOUND, reason),
        Err(Absent::Stopping(reason)) if live => sse::only(&shim, sse::farewell(&reason)),
        Err(Absent::Stopping(reason)) => text(StatusCode::SERVICE_UNAVAILABLE, reason + "\n"),
    }
}

fn present(shim: &Shim, id: &str) -> Result<Found, Absent> {
    let found = shim.operations().find(id);
    found.ok_or_else(|| missing(id, "add `?wait=1` to wait for it"))
}

/// Waits for it a bounded time, where it can still begin.
async fn awaited(shim: &Shim, id: &str) -> Result<Found, Absent> {
    let operations = shim.operations();
    let mut changes = operations.changes();
    let mut watcher = shim.hub().watch();
    let lookup = || operations.find(id);
    if let Some(found) = lookup() {
        return Ok(found);
    }
    match operations.permission() {
        None => return Err(missing(id, NOTHING)),
        Some(Permission::Nothing(reason)) => return Err(missing(id, reason)),
        Some(_) => {}
    }
    tracing::debug!("a client waits for operation `{id}`");
    let found = tokio::select! {
        biased;
        found = await_resource(lookup, &mut changes, shim.config().patience) => found,
        reason = watcher.stopping() => return Err(Absent::Stopping(reason.into_owned())),
    };
    match found {
        Ok((found, waited)) => {
            tracing::info!("operation `{id}` has come {waited}");
            Ok(found)
        }
        Err(waited) => {
            tracing::info!("operation `{id}` has not come {waited}");
            let hint = format!(
                "it has not come {waited}; ask for it by POST {}, or wait longer: --stream-max-wait",
                path::RESTART
            );
            Err(missing(id, &hint))
        }
    }
}

fn missing(id: &str, hint: &str) -> Absent {
    Absent::Missing(format!("there is no operation `{id}`\n\n{hint}\n"))
}
