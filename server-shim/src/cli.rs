//! The command line: parsed, turned once into a [`Config`], and run.

mod args;
mod bind;
mod check_config;
mod client_file;
mod command;
mod control;
mod detach;
mod duration;
mod endpoint;
mod env_file;
mod error;
mod file;
mod greeting;
mod holder;
mod init;
mod keys;
mod log_file;
mod names;
mod news;
mod output;
mod patterns;
mod plan;
mod presence;
mod shown;
mod signals;
mod terminal;
mod usage;
mod voice;
mod when;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::clock::millis;
use crate::config::Config;
use crate::guard::Token;
use crate::server::bound;
use crate::supervisor::{Operator, guardian, run, start_of};
use args::{Args, Command, Refusal, ServeArgs};
use bind::Bound;
use error::Error;
use keys::{Hands, Keys};
use log_file::LogFile;
use plan::Plan;
use presence::{Announced, Presence};
use terminal::Terminal;
use voice::Voice;

/// How long a thread that is blocked, such as by a file system that does not answer, may hold the exit.
const BLOCKED_BOUND: Duration = Duration::from_millis(50);

/// How long a reader that does not read may hold the exit of what is to end at a signal.
const READER_BOUND: Duration = Duration::from_millis(200);

/// The same, where to be read is all that there is to do.
const ANSWER_BOUND: Duration = Duration::from_hours(1);

/// How long the exit may take beyond the bounds of the server and of the backend.
const SLACK: Duration = Duration::from_secs(1);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    // First of all: its moment is the server id.
    let config = Config::new();
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut bound = ANSWER_BOUND;
    let code = match Args::read(&words) {
        Ok(args) => {
            if args.command.is_none() {
                bound = READER_BOUND;
            }
            carry_out(args, config)
        }
        Err(Refusal::Clap(error)) => error.exit(),
        Err(Refusal::Usage(usage)) => failed(&usage.into()),
        Err(Refusal::File(error)) => failed(&error),
    };
    output::OUT.flush(bound);
    output::ERR.flush(bound);
    code
}

fn carry_out(args: Args, config: Config) -> ExitCode {
    let voice = Voice::new(args.verbosity);
    voice.start_log();
    let done = |done: Result<(), Error>| done.map(|()| ExitCode::SUCCESS);
    let done = match args.command {
        Some(Command::Client { file }) => done(client_file::write(file.as_deref(), voice)),
        Some(Command::Init { force }) => done(init::write(force, voice)),
        Some(Command::CheckConfig { file }) => done(check_config::run(file, voice)),
        Some(Command::Control(control)) => control::carry_out(control, voice),
        Some(Command::Guardian) => return guardian::main(),
        None => done(run_or_detach(args.serve, config, voice)),
    };
    done.unwrap_or_else(|error| failed(&error))
}

fn run_or_detach(args: ServeArgs, config: Config, voice: Voice) -> Result<(), Error> {
    let background = args.background.clone();
    let mut plan = args.into_plan(config)?;
    if background.detached.is_some() {
        detach::leave_terminal();
    } else if background.detach {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::Runtime)?;
        let named = background.log_file.as_deref();
        return runtime.block_on(detach::start(&plan, named, voice));
    } else if let Some(file) = &background.log_file {
        let log = LogFile::named(file)?;
        output::copy_to(log.file);
        plan.log_file = Some(log.path);
    }
    plan.detached = background.detached.is_some();
    plan.log_file = background.detached.or(plan.log_file);
    if let Some(file) = plan.log_file.clone() {
        plan.ignore(&file);
    }
    serve(plan, voice)
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
    let _announced = announce(&mut plan, &listening)?;
    let keys = plan.keys.then(|| Keys::start(runtime)).flatten();
    let now = keys.as_ref().is_some_and(|keys| keys.now);
    voice.greet(&plan, &listening, now);
    let (requests, requested) = mpsc::unbounded_channel();
    if keys.is_some() {
        keys::read(Hands {
            requests,
            quit: heard.quit.clone(),
            hint: greeting::hint(&plan),
        });
    }
    if plan.open && plan.backends.is_empty() {
        let url = listening.url();
        runtime.spawn_blocking(move || voice.open(&url));
    }
    let names = plan.supervision.services.iter();
    let names: Vec<_> = names.map(|service| service.name.as_str()).collect();
    let terminal = Arc::new(Terminal::new(voice, &names, plan.page()));
    let operator = Operator {
        reporter: terminal,
        requests: requested,
        kill: Box::pin(heard.second),
        ending: Some(heard.quit),
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

/// Lets other terminals of this user reach us.
fn announce(plan: &mut Plan, listening: &Bound) -> Result<Option<Announced>, Error> {
    let token = Token::random().map_err(|error| Error::Runtime(io::Error::other(error)))?;
    let pid = std::process::id();
    let presence = Presence {
        pid,
        host: presence::host(),
        started_at: start_of(pid).unwrap_or_default(),
        url: listening.url(),
        port: listening.port,
        addresses: listening.addresses.clone(),
        token: token.reveal().to_owned(),
        folder: plan.home.clone(),
        log_file: plan.log_file.clone(),
        ends_within_ms: millis(end_bound(plan)),
    };
    plan.config = std::mem::take(&mut plan.config).with_control_token(token);
    match presence.announce() {
        Ok(announced) => Ok(Some(announced)),
        Err(error) if plan.detached => Err(Error::Announce(error)),
        Err(error) => {
            tracing::debug!("other terminals cannot be told that we run: {error}");
            Ok(None)
        }
    }
}

/// How long the end may take: connections have theirs while the backend is stopped, or killed.
fn end_bound(plan: &Plan) -> Duration {
    let backend = plan.stop_timeout().map(|stop| stop.saturating_add(SLACK));
    bound(plan.config.grace)
        .saturating_add(backend.unwrap_or_default())
        .saturating_add(SLACK)
}
