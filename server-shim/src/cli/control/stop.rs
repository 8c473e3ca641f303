//! `server-reload stop`: ends the one that runs here, and waits until it has ended.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use http::StatusCode;
use server_reload_protocol::path::STOP;
use tokio::time::timeout;

use super::ControlError;
use super::client::Client;
use super::find::find;
use crate::cli::args::StopCommand;
use crate::cli::presence::Presence;
use crate::cli::shown;
use crate::cli::voice::Voice;
use crate::supervisor::ended;

/// For a machine that is busy.
const SLACK: Duration = Duration::from_secs(3);

pub(super) async fn end(args: &StopCommand, voice: Voice) -> Result<ExitCode, ControlError> {
    let found = find(args.which.port)?;
    let began = Instant::now();
    match ask(&found).await {
        // It may have gone in the meantime, by another stop or by a signal.
        Err(_) if !found.lives() => {}
        other => other?,
    }
    let bound = found.ends_within().saturating_add(SLACK);
    if timeout(bound, ended(found.pid, None)).await.is_err() {
        let (pid, after) = (found.pid, began.elapsed());
        return Err(ControlError::StillThere { pid, after });
    }
    voice.say(format!(
        "stopped server-reload (pid {}) in {}: {}",
        found.pid,
        found.folder.display(),
        shown::time(began.elapsed())
    ));
    Ok(ExitCode::SUCCESS)
}

async fn ask(found: &Presence) -> Result<(), ControlError> {
    let reply = Client(found).post(STOP, String::new()).await?;
    reply.expect(StatusCode::ACCEPTED).map(drop)
}
