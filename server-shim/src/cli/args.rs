//! What can be typed.

mod backend;
mod background;
mod control;
mod edit;
mod file;
mod restart;
mod watching;
mod words;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Parser, Subcommand};

use super::bind::Host;
use super::duration::{grace, heartbeat};
use super::file::{File, Overrides};
use crate::guard::{HostPattern, OriginPattern};
pub(super) use backend::{BackendArgs, ReadyArgs};
pub(super) use background::BackgroundArgs;
pub(super) use control::{Control, RestartCommand, StatusCommand, StopCommand};
pub(super) use edit::EditArgs;
pub(super) use file::FileArgs;
pub(super) use restart::RestartArgs;
pub(super) use watching::WatchingArgs;
pub(super) use words::{Refusal, Typed, as_program, own_command};

/// The port to listen on where nobody says otherwise.
pub(super) const DEFAULT_PORT: u16 = 10_021;

const USAGE: &str = "\
server-reload [FOLDER] [OPTIONS] [-- COMMAND...]
       server-reload status | restart [SERVICE] | stop
       server-reload client [FILE]
       server-reload init | check-config [FILE]";

const AFTER_HELP: &str = "\
Examples:
  server-reload -- uvicorn app:app --port 8000    run a backend; restart it when its files change
  server-reload --attach 8000                     observe one that runs in a debugger
  server-reload www                               serve a folder
  server-reload init                              write down what to run, in server-reload.toml
  server-reload                                   run all services of that file
  server-reload restart --wait                    from another terminal: restart it, see how it goes

While it runs, r restarts, p pauses and q quits.

Each option can also be set by an environment variable, which --help names, and in server-reload.toml;
an empty variable counts as unset. NO_COLOR=1 turns colors off.

Exit codes:
  0  stopped by a signal, by q or by `stop`; or what was asked for was done
  1  an error while running
  2  bad usage: an option, the folder, or another file that was named
  3  the port is taken
  4  `status`, `restart`, `stop`: none runs here
  5  `status`: a service is not ready
  6  `restart --wait`: it was not restarted";

/// Restart the backend when its files change, and reload every open page when it is ready
///
/// Runs any backend, or observes one, or serves a folder, and has one script for your pages. Each open
/// page that has the script reloads, or re-renders itself, once the new backend is ready.
#[derive(Debug, Parser)]
#[command(
    name = "server-reload",
    version,
    override_usage = USAGE,
    after_help = AFTER_HELP,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) serve: ServeArgs,
    #[command(flatten)]
    pub(super) verbosity: Verbosity,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the browser client, for a backend that serves it itself
    ///
    /// Your backend then needs one more route, `/events/server`, and no second process.
    Client {
        /// Where to; standard output without it, or with `-`
        ///
        /// An existing file is replaced in one step, so that nobody is ever served half of it.
        file: Option<PathBuf>,
    },
    /// Write a `server-reload.toml` for the backends that are found here
    ///
    /// It says with comments what can be said. What is guessed wrong is easily corrected there.
    Init {
        /// Replace a file that is there already
        #[arg(long)]
        force: bool,
    },
    /// Say what is wrong with a `server-reload.toml`, or that it is right
    ///
    /// Each error comes with its line and what to write instead. The exit code is 2 where there is one.
    CheckConfig {
        /// The file, or its folder; without it the nearest from here upward
        file: Option<PathBuf>,
    },
    #[command(flatten)]
    Control(Control),
    /// Ends the backends of a process that was killed; started by that process itself
    #[command(hide = true)]
    Guardian,
}

/// What to serve, where, and to whom.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// The folder to serve [default: `www`, `public` or `.`; none with a backend]
    ///
    /// Without it: `www` where there is one, else `public`, else the working folder. With a backend
    /// no folder is served unless it is named. One that is called as a command, `client`, is written
    /// `./client`.
    #[arg(env = "SERVER_RELOAD_FOLDER")]
    pub(super) folder: Option<PathBuf>,

    #[command(flatten)]
    pub(super) backend: BackendArgs,
    #[command(flatten)]
    pub(super) ready: ReadyArgs,
    #[command(flatten)]
    pub(super) watching: WatchingArgs,
    #[command(flatten)]
    pub(super) background: BackgroundArgs,
    #[command(flatten)]
    pub(super) restart: RestartArgs,
    #[command(flatten)]
    pub(super) edit: EditArgs,
    #[command(flatten)]
    pub(super) choice: FileArgs,
    #[arg(skip)]
    pub(super) typed: Typed,
    /// Its top level is in the options already.
    #[arg(skip)]
    pub(super) file: Option<File>,
    #[arg(skip)]
    pub(super) overrides: Overrides,

    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    #[arg(env = "SERVER_RELOAD_PORT", help_heading = "Address")]
    pub(super) port: u16,

    /// The host to listen on: an address, or a name of this machine
    ///
    /// `localhost` is both its addresses, `127.0.0.1` and `::1`. For a browser on a second machine give
    /// `0.0.0.0`, or this machine's address: everybody on that network can then read the folder. May
    /// be given more than once.
    #[arg(
        long,
        value_name = "HOST",
        default_value = "localhost",
        value_delimiter = ',',
        value_parser = trimmed::<Host>
    )]
    #[arg(env = "SERVER_RELOAD_HOST", help_heading = "Address")]
    pub(super) host: Vec<Host>,

    /// Open the page in your browser: the backend's, once it is ready
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_OPEN", help_heading = "Address")]
    pub(super) open: bool,

    /// Answer requests for this host name too
    ///
    /// Without it only loopback names and addresses are answered, because any website could point a
    /// name of its own at your machine. `*.example.test` means the subdomains, `.example.test` the
    /// name as well. May be given more than once.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = trimmed::<HostPattern>)]
    #[arg(env = "SERVER_RELOAD_ALLOW_HOST", help_heading = "Access")]
    pub(super) allow_host: Vec<HostPattern>,

    /// Let pages of this origin listen too
    ///
    /// Pages from loopback, and from the host that they ask, always may. `http://dev.example:8000`
    /// is exact, `vscode-webview://*` a pattern, `null` means files and sandboxed frames. May be
    /// given more than once.
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', value_parser = trimmed::<OriginPattern>)]
    #[arg(env = "SERVER_RELOAD_ALLOW_ORIGIN", help_heading = "Access")]
    pub(super) allow_origin: Vec<OriginPattern>,

    /// How often each stream proves itself alive
    ///
    /// A page that misses three takes the connection for lost. From `50ms` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = heartbeat)]
    #[arg(env = "SERVER_RELOAD_HEARTBEAT", help_heading = "Time")]
    pub(super) heartbeat: Duration,

    /// How long downloads may go on once it is told to stop
    ///
    /// Open streams never hold up the end; they are told, and gone after a tenth of a second. A
    /// second signal ends everything at once. From `0s` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = grace)]
    #[arg(env = "SERVER_RELOAD_GRACE", help_heading = "Time")]
    pub(super) grace: Duration,
}

/// How much to say.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Verbosity {
    /// Tell on standard error what happens to each connection
    #[arg(short, long, global = true, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_VERBOSE", help_heading = "Output")]
    pub(super) verbose: bool,

    /// Print errors and warnings only, and the address where the port was left to us
    ///
    /// What the backend writes is shown all the same.
    #[arg(short, long, global = true, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_QUIET", help_heading = "Output")]
    pub(super) quiet: bool,
}

/// For an item of a list.
fn trimmed<T: FromStr>(item: &str) -> Result<T, T::Err> {
    item.trim().parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn verify_cli() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_variable() {
        let command = Args::command();
        for option in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let id = option.get_id().as_str();
            let expected = format!("SERVER_RELOAD_{}", id.to_uppercase());
            let variable = option.get_env().map(|name| name.to_string_lossy());
            assert_eq!(variable.as_deref(), Some(expected.as_str()), "{id}");
        }
    }

    #[test]
    fn first_lines_are_short() {
        for option in Args::command().get_arguments() {
            let help = option.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!((1..80).contains(&help.len()), "{help}");
        }
    }
}
