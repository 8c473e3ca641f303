//! The command line: parsed, turned once into a [`Config`], and run.

mod args;
mod bind;
mod client_file;
mod duration;
mod error;
mod greeting;
mod holder;
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::config::Config;
use crate::server::{Stopped, run};
use args::{Args, Command};
use bind::Bound;
use error::Error;
use greeting::Voice;
use signals::Signals;

/// How long a thread that is blocked, such as by a file system that does not answer, may hold the exit.
const BLOCKED_BOUND: Duration = Duration::from_millis(50);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    // First of all: its moment is the server id.
    let config = Config::new();
    let args = Args::parse();
    let voice = Voice::new(args.verbosity);
    voice.start_log();
    let done = match args.command {
        Some(Command::Client { file }) => client_file::write(file.as_deref(), voice),
        None => args
            .serve
            .into_plan(config)
            .and_then(|plan| serve(plan, voice)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            greeting::fail(&error);
            error.exit_code()
        }
    }
}

/// What to do, checked: all that is left of the arguments.
#[derive(Debug)]
struct Plan {
    config: Config,
    /// For people.
    folder: String,
    hosts: Vec<bind::Host>,
    port: u16,
    open: bool,
}

fn serve(plan: Plan, voice: Voice) -> Result<(), Error> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let done = runtime.block_on(serve_until_signal(plan, voice));
    Runtime::shutdown_timeout(runtime, BLOCKED_BOUND);
    if let Some(stopped) = done? {
        voice.stopped(&stopped);
    }
    Ok(())
}

/// `None` where a second signal cut the end short.
async fn serve_until_signal(plan: Plan, voice: Voice) -> Result<Option<Stopped>, Error> {
    let mut signals = Signals::install().map_err(Error::Runtime)?;
    let bound = Bound::new(&plan.hosts, plan.port).await?;
    voice.greet(&plan, &bound);
    if plan.open {
        voice.open(&bound);
    }
    let (stop, stopping) = oneshot::channel();
    let shutdown = async { stopping.await.unwrap_or("stopped") };
    let twice = async {
        // The receiver lives as long as the server.
        let _ = stop.send(signals.next().await);
        signals.next().await
    };
    tokio::select! {
        stopped = run(bound.listeners, plan.config, shutdown) => Ok(Some(stopped?)),
        _ = twice => Ok(None),
    }
}
