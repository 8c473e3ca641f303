//! `status`, `restart` and `stop`: what another terminal says to a server-reload that runs.
//!
//! - `find`: which one is meant
//! - `client`: what is asked of it, over HTTP; `events`: what comes on a stream
//! - `status` and its `table`, `restart` and its `receipt`, `stop`

mod client;
mod error;
mod events;
mod find;
mod receipt;
mod restart;
mod status;
mod stop;
mod table;

use std::process::ExitCode;

use tokio::runtime::Builder;

use super::args::Control;
use super::error::Error;
use super::voice::Voice;
pub(super) use client::Client;
pub(super) use error::ControlError;

/// Some service is not ready.
const NOT_READY: u8 = 5;

/// The restart has not ended well.
const NOT_RESTARTED: u8 = 6;

/// As a shell reports who was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

pub(super) fn carry_out(control: Control, voice: Voice) -> Result<ExitCode, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Error::Runtime)?;
    let code = runtime.block_on(async {
        match control {
            Control::Status(args) => status::show(&args).await,
            Control::Restart(args) => restart::ask(args, voice).await,
            Control::Stop(args) => stop::end(&args, voice).await,
        }
    });
    // Nothing is waited for that still hangs.
    runtime.shutdown_background();
    Ok(code?)
}
