//! What can be typed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::Plan;
use super::bind::Host;
use super::duration::{grace, heartbeat};
use super::error::Error;
use crate::config::Config;
use crate::guard::{HostPattern, OriginPattern, Policy};

const AFTER_HELP: &str = "\
Each option can also be set by the environment variable that stands behind it; an empty one counts
as unset. NO_COLOR=1 turns colors off.

Exit codes:
  0  stopped by a signal, or the file was written
  1  an error while running
  2  bad usage: an option, or the folder
  3  the port is taken";

/// Reload every open page when the server restarts
///
/// Serves a folder and, with it, one script for your pages. When the server is stopped and started
/// again, every open page that has the script reloads, or re-renders itself, at once.
#[derive(Debug, Parser)]
#[command(
    name = "server-reload",
    version,
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
}

/// What to serve, where, and to whom.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// The folder to serve [default: `www`, `public` or `.`]
    ///
    /// Without it: `www` where there is one, else `public`, else the working folder. A folder that is called `client` is written `./client`.
    #[arg(env = "SERVER_RELOAD_FOLDER")]
    folder: Option<PathBuf>,

    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 10021)]
    #[arg(env = "SERVER_RELOAD_PORT", help_heading = "Address")]
    port: u16,

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
    host: Vec<Host>,

    /// Open the page in your browser
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_OPEN", help_heading = "Address")]
    open: bool,

    /// Answer requests for this host name too
    ///
    /// Without it only loopback names and addresses are answered, because any website could point a
    /// name of its own at your machine. `*.example.test` means the subdomains, `.example.test` the
    /// name as well. May be given more than once.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = trimmed::<HostPattern>)]
    #[arg(env = "SERVER_RELOAD_ALLOW_HOST", help_heading = "Access")]
    allow_host: Vec<HostPattern>,

    /// Let pages of this origin listen too
    ///
    /// Pages from loopback, and from the host that they ask, always may. `http://dev.example:8000`
    /// is exact, `vscode-webview://*` a pattern, `null` means files and sandboxed frames. May be
    /// given more than once.
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', value_parser = trimmed::<OriginPattern>)]
    #[arg(env = "SERVER_RELOAD_ALLOW_ORIGIN", help_heading = "Access")]
    allow_origin: Vec<OriginPattern>,

    /// How often each stream proves itself alive
    ///
    /// A page that misses three takes the connection for lost. From `50ms` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = heartbeat)]
    #[arg(env = "SERVER_RELOAD_HEARTBEAT", help_heading = "Time")]
    heartbeat: Duration,

    /// How long downloads may go on once it is told to stop
    ///
    /// Open streams never hold up the end; they are told, and gone after a tenth of a second. A
    /// second signal ends everything at once. From `0s` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = grace)]
    #[arg(env = "SERVER_RELOAD_GRACE", help_heading = "Time")]
    grace: Duration,
}

/// How much to say.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Verbosity {
    /// Tell on standard error what happens to each connection
    #[arg(short, long, global = true, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_VERBOSE", help_heading = "Output")]
    pub(super) verbose: bool,

    /// Print errors and warnings only, and the address where the port was left to us
    #[arg(short, long, global = true, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_QUIET", help_heading = "Output")]
    pub(super) quiet: bool,
}

impl Args {
    /// Reads the command line and the environment; ends the program where that says all there is.
    pub(super) fn read() -> Self {
        let words: Vec<OsString> = std::env::args_os().collect();
        Self::parse_words(&words).unwrap_or_else(|error| error.exit())
    }

    fn parse_words(words: &[OsString]) -> Result<Self, clap::Error> {
        let command = Self::command();
        // `client` serves nothing: what the environment says of that does not matter to it.
        let mut bare = command.clone().mut_args(|arg| {
            if is_global(&arg) {
                with_env(arg)
            } else {
                arg.env(None)
            }
        });
        let mut full = command.mut_args(with_env);
        let matches = match bare.try_get_matches_from_mut(words) {
            Ok(matches) if matches.subcommand().is_some() => {
                nothing_to_serve(&mut bare, &matches)?;
                matches
            }
            _ => full
                .try_get_matches_from_mut(words)
                .map_err(|error| explained(&mut full, error))?,
        };
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut full))
    }
}

fn is_global(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "verbose" | "quiet")
}

/// A variable that is empty counts as unset.
fn with_env(arg: Arg) -> Arg {
    let value = arg.get_env().and_then(std::env::var_os);
    match value {
        Some(value) if value.as_encoded_bytes().trim_ascii().is_empty() => arg.env(None),
        _ => arg,
    }
}

/// What is said of serving together with a subcommand would go unheard.
fn nothing_to_serve(command: &mut clap::Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let typed = |arg: &&Arg| {
        let source = matches.value_source(arg.get_id().as_str());
        !is_global(arg) && source == Some(ValueSource::CommandLine)
    };
    let Some(arg) = command.get_arguments().find(typed) else {
        return Ok(());
    };
    let message =
        format!("`{arg}` has no meaning for `client`, which serves nothing; leave it out");
    Err(command.error(ErrorKind::ArgumentConflict, message))
}

/// A second word is a folder too many, or belongs to a command that was misspelt.
fn explained(command: &mut clap::Command, error: clap::Error) -> clap::Error {
    let kinds = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    let word = kinds.iter().find_map(|kind| error.get(*kind));
    match (error.kind(), word) {
        (
            ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand,
            Some(ContextValue::String(word)),
        ) if !word.starts_with('-') => {
            let message = format!(
                "`{word}` is one word too many

name one folder; the only command is `client`"
            );
            command.error(ErrorKind::UnknownArgument, message)
        }
        _ => error,
    }
}

/// For an item of a list.
fn trimmed<T: FromStr>(item: &str) -> Result<T, T::Err> {
    item.trim().parse()
}

impl ServeArgs {
    pub(super) fn into_plan(self, config: Config) -> Result<Plan, Error> {
        let folder = self.folder.unwrap_or_else(default_folder);
        check(&folder)?;
        let named = self.host.iter().filter_map(Host::pattern);
        let hosts = self.allow_host.into_iter().chain(named);
        let policy = hosts.fold(Policy::new(), Policy::allow_host);
        let policy = self
            .allow_origin
            .into_iter()
            .fold(policy, Policy::allow_origin);
        Ok(Plan {
            folder: shown(&folder),
            config: config
                .with_folder(folder)
                .with_policy(policy)
                .with_heartbeat(self.heartbeat)
                .with_grace(self.grace),
            hosts: self.host,
            port: self.port,
            open: self.open,
        })
    }
}

fn default_folder() -> PathBuf {
    let candidates = ["www", "public"].map(PathBuf::from);
    let found = candidates.into_iter().find(|folder| folder.is_dir());
    found.unwrap_or_else(|| PathBuf::from("."))
}

fn check(folder: &Path) -> Result<(), Error> {
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Error::FolderIsFile(folder.to_owned())),
        Err(source) => Err(Error::Folder {
            folder: folder.to_owned(),
            source,
        }),
    }
}

/// The working folder by its name, because `.` tells nobody where they are.
fn shown(folder: &Path) -> String {
    let here = || std::env::current_dir().ok();
    let folder = if folder == Path::new(".") {
        here()
    } else {
        None
    }
    .unwrap_or(folder.to_owned());
    folder.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_cli() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_variable() {
        let command = Args::command();
        for option in command.get_arguments() {
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
