//! The command line: parsed, turned once into a [`Config`], and run.

mod args;
mod bind;
mod client_file;
mod duration;
mod error;
mod greeting;
mod holder;
mod output;
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::config::Config;
use crate::server::{bound, run};
use args::{Args, Command};
use bind::Bound;
use error::Error;
use greeting::Voice;

/// How long a thread that is blocked, such as by a file system that does not answer, may hold the exit.
const BLOCKED_BOUND: Duration = Duration::from_millis(50);

/// How long a reader that does not read may hold the exit.
const READER_BOUND: Duration = Duration::from_millis(200);

/// How long the exit may take beyond the bounds of the server.
const SLACK: Duration = Duration::from_secs(1);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    // First of all: its moment is the server id.
    let config = Config::new();
    let args = Args::read();
    let voice = Voice::new(args.verbosity);
    voice.start_log();
    let done = match args.command {
        Some(Command::Client { file }) => client_file::write(file.as_deref(), voice),
        None => args
            .serve
            .into_plan(config)
            .and_then(|plan| serve(plan, voice)),
    };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            greeting::fail(&error);
            error.exit_code()
        }
    };
    output::OUT.flush(READER_BOUND);
    output::ERR.flush(READER_BOUND);
    code
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
    let done = serve_until_signal(plan, voice, &runtime);
    Runtime::shutdown_timeout(runtime, BLOCKED_BOUND);
    done
}

fn serve_until_signal(plan: Plan, voice: Voice, runtime: &Runtime) -> Result<(), Error> {
    let listening = runtime.block_on(Bound::new(&plan.hosts, plan.port))?;
    // Not before: until there is something to end, a signal ends the program by itself.
    let signal = signals::hear(bound(plan.config.grace) + SLACK).map_err(Error::Runtime)?;
    voice.greet(&plan, &listening);
    if plan.open {
        let url = listening.url();
        runtime.spawn_blocking(move || voice.open(&url));
    }
    let shutdown = async { signal.await.unwrap_or("stopped") };
    let stopped = runtime.block_on(run(listening.listeners, plan.config, shutdown))?;
    voice.stopped(&stopped);
    Ok(())
}
