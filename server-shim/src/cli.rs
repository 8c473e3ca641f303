//! The command line: parsed, turned once into a [`Config`], and run.

mod args;
mod bind;
mod client_file;
mod command;
mod duration;
mod endpoint;
mod env_file;
mod error;
mod greeting;
mod holder;
mod keys;
mod news;
mod output;
mod patterns;
mod plan;
mod shown;
mod signals;
mod terminal;
mod usage;
mod voice;
mod when;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::server::bound;
use crate::supervisor::{Operator, guardian, run};
use args::{Args, Command, Refusal};
use bind::Bound;
use error::Error;
use keys::{Hands, Keys};
use plan::Plan;
use terminal::Terminal;
use voice::Voice;

/// How long a thread that is blocked, such as by a file system that does not answer, may hold the exit.
const BLOCKED_BOUND: Duration = Duration::from_millis(50);

/// How long a reader that does not read may hold the exit.
const READER_BOUND: Duration = Duration::from_millis(200);

/// How long the exit may take beyond the bounds of the server and of the backend.
const SLACK: Duration = Duration::from_secs(1);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    // First of all: its moment is the server id.
    let config = Config::new();
    let words: Vec<OsString> = std::env::args_os().collect();
    let code = match Args::read(&words) {
        Ok(args) => carry_out(args, config),
        Err(Refusal::Clap(error)) => error.exit(),
        Err(Refusal::Usage(usage)) => failed(&usage.into()),
    };
    output::OUT.flush(READER_BOUND);
    output::ERR.flush(READER_BOUND);
    code
}

fn carry_out(args: Args, config: Config) -> ExitCode {
    let voice = Voice::new(args.verbosity);
    voice.start_log();
    let done = match args.command {
        Some(Command::Client { file }) => client_file::write(file.as_deref(), voice),
        Some(Command::Guardian) => return guardian::main(),
        None => args
            .serve
            .into_plan(config)
            .and_then(|plan| serve(plan, voice)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> ExitCode {
    voice::fail(error);
    error.exit_code()
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

fn serve_until_signal(mut plan: Plan, voice: Voice, runtime: &Runtime) -> Result<(), Error> {
    let listening = runtime.block_on(Bound::new(&plan.hosts, plan.port))?;
    plan.supervision.own_ports = vec![listening.port];
    // Not before: until there is something to end, a signal ends the program by itself.
    let heard = signals::hear(end_bound(&plan)).map_err(Error::Runtime)?;
    let keys = plan.keys.then(|| Keys::start(runtime)).flatten();
    let now = keys.as_ref().is_some_and(|keys| keys.now);
    voice.greet(&plan, &listening, now);
    let (requests, requested) = mpsc::unbounded_channel();
    if keys.is_some() {
        keys::read(Hands {
            requests,
            quit: heard.quit,
            hint: greeting::hint(&plan),
        });
    }
    if plan.open && plan.backend.is_none() {
        let url = listening.url();
        runtime.spawn_blocking(move || voice.open(&url));
    }
    let names = plan.supervision.services.iter();
    let names: Vec<_> = names.map(|service| service.name.as_str()).collect();
    let terminal = Arc::new(Terminal::new(voice, &names, plan.open));
    let operator = Operator {
        reporter: terminal,
        requests: requested,
        kill: Box::pin(heard.second),
    };
    let first = heard.first;
    let shutdown = async { first.await.unwrap_or("stopped") };
    let stopped = runtime.block_on(run(
        listening.listeners,
        plan.config,
        plan.supervision,
        operator,
        shutdown,
    ))?;
    voice.stopped(&stopped);
    Ok(())
}

/// How long the end may take: connections have theirs while the backend is stopped, or killed.
fn end_bound(plan: &Plan) -> Duration {
    let backend = plan.runs().map(|program| program.stop_timeout);
    let backend = backend.map(|stop| stop.saturating_add(SLACK));
    bound(plan.config.grace)
        .saturating_add(backend.unwrap_or_default())
        .saturating_add(SLACK)
}
