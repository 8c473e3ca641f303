//! What to run, to watch and to wait for.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use globset::GlobSet;
use http::Uri;
use regex::Regex;

/// Everything that the supervisor is told.
#[derive(Clone, Debug, Default)]
pub struct Supervision {
    /// What is run or observed; none where only files are watched.
    pub services: Vec<Service>,
    /// Which files of the served folder count; those of services are said there.
    pub watch: WatchRules,
    /// Our own binary, by whose means a guardian ends the backends when this process is killed.
    pub guardian: Option<CommandLine>,
    /// The folder of the records by which the next run knows what this one has left behind.
    pub records: Option<PathBuf>,
    /// The ports that we listen on ourselves, so that a backend that wants one of them is told so.
    pub own_ports: Vec<u16>,
    /// The file that all of this was read from: changes of it count after a new start, and are told.
    pub file: Option<PathBuf>,
    /// The folder of the records of restarts; none are kept without it.
    pub receipts: Option<PathBuf>,
}

/// One backend.
#[derive(Clone, Debug)]
pub struct Service {
    /// For people, and in the stream.
    pub name: String,
    /// Where its process comes from.
    pub source: Source,
    /// When it is ready.
    pub ready: Ready,
    /// How long that may take.
    pub ready_timeout: Duration,
    /// What must pass before it is restarted.
    pub check: Option<Check>,
    /// Which files it is restarted for, and which are of its pages. A file may count for several services.
    pub watch: WatchRules,
    /// What it needs to be started.
    pub depends_on: Vec<Dependency>,
    /// Whether pages depend on it: the server id moves when all that do are ready.
    pub reload: bool,
}

/// A service that another needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name. Who depends on it is started once it is ready.
    pub service: String,
    /// Whether who depends on it is restarted whenever it is.
    pub restart: bool,
}

/// Where a service's process comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// We run it.
    Run(Program),
    /// Somebody else runs it.
    Attach(Attach),
}

/// A program that we run.
#[derive(Clone, Debug)]
pub struct Program {
    /// What to run.
    pub command: CommandLine,
    /// Where; our own working folder without it.
    pub dir: Option<PathBuf>,
    /// Variables beside our own environment.
    pub env: Vec<(String, String)>,
    /// Whether what is typed to us is handed on to it; else it reads nothing.
    pub stdin: bool,
    /// How its group is asked to end.
    pub stop_signal: StopSignal,
    /// How long that may take before it is killed.
    pub stop_timeout: Duration,
    /// Whether it is asked for colors, because a terminal shows its output.
    pub color: bool,
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// The program and its arguments, as they are.
    Words(Vec<OsString>),
    /// A line for the system's shell.
    Shell(String),
}

/// A signal that asks a process to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopSignal {
    /// `SIGTERM`
    #[default]
    Term,
    /// `SIGINT`
    Int,
    /// `SIGQUIT`
    Quit,
    /// `SIGHUP`
    Hup,
    /// `SIGUSR1`
    Usr1,
    /// `SIGUSR2`
    Usr2,
    /// `SIGKILL`
    Kill,
}

/// A backend that somebody else runs.
#[derive(Clone, Debug)]
pub struct Attach {
    /// As it was given: a host name or an address.
    pub host: String,
    /// The port that it listens on.
    pub port: u16,
}

/// What must pass before a restart.
#[derive(Clone, Debug)]
pub struct Check {
    /// What to run.
    pub command: CommandLine,
    /// How long it may take.
    pub timeout: Duration,
}

/// When a service is ready.
#[derive(Clone, Debug, Default)]
pub enum Ready {
    /// Its process group listens on a port, whichever; an attached one accepts a connection.
    #[default]
    Listens,
    /// This URL (`http` only) answers 2xx or 3xx.
    Http(Uri),
    /// A connection to one of these is accepted.
    Tcp(Vec<SocketAddr>),
    /// It has written a line that matches.
    Log(Regex),
}

/// Which files count, and for what.
#[derive(Clone, Debug, Default)]
pub struct WatchRules {
    /// Folders or files to watch.
    pub roots: Vec<PathBuf>,
    /// The folder that is served, where one is: its files are page files, and paths are told from there.
    pub pages_root: Option<PathBuf>,
    /// Gitignore patterns beside `.gitignore` and the built-in list.
    pub ignore: Vec<String>,
    /// Only files with one of these extensions (without dot); all where it is empty.
    pub extensions: Vec<String>,
    /// Files that are swapped in the page as style sheets.
    pub style: Globs,
    /// Files that a page is made of; where there are none, those of [`WatchRules::pages_root`].
    pub page: Globs,
}

/// Patterns, matched against paths from the watched folder on.
#[derive(Clone, Debug)]
pub struct Globs(pub GlobSet);

impl Default for Globs {
    fn default() -> Self {
        Self(GlobSet::empty())
    }
}

/// What a person at the terminal asks for.
///
/// To end everything is no request: whoever calls [`crate::run`] resolves its shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Restart all services, whether or not something was changed.
    Restart,
    /// Stop watching for changes; asked for again, go on.
    Pause,
}
