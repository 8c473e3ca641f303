//! What is said to a server-reload that runs, from another terminal.

use clap::Subcommand;

const STATUS_AFTER: &str = "\
Exit codes:
  0  it runs, and all services are ready
  1  an error, such as one that does not answer
  4  none runs here
  5  it runs, and some service is not ready

With --json one object is printed:
  running   whether one runs; nothing else but `folder` stands there where none does
  ready     whether all services are ready
  pid, url, port, folder, log_file (or null), started_at (seconds since 1970)
  health    what GET /_reload/health answers: status, id, services and more";

const RESTART_AFTER: &str = "\
Exit codes:
  0  restarted; without --wait: begun
  1  an error: refused, or one that does not answer
  4  no server-reload runs here
  6  not restarted: the check failed, it was not ready in time, and the like

With --json one object is printed: what POST /_reload/restart answers, or, with --wait, the whole
record of the restart.";

const STOP_AFTER: &str = "\
Exit codes:
  0  it has ended
  1  an error, such as one that does not end
  4  none runs here";

/// What is said to one that runs.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Control {
    /// Show what runs here, from another terminal
    ///
    /// Here means this folder, or the nearest above in which one was started.
    #[command(after_help = STATUS_AFTER)]
    Status(StatusCommand),
    /// Restart the backend that runs here, from another terminal
    ///
    /// What runs already goes on, and is joined, where a restart is under way.
    #[command(after_help = RESTART_AFTER)]
    Restart(RestartCommand),
    /// End the server-reload that runs here, and its backends
    ///
    /// Returns when it has ended.
    #[command(after_help = STOP_AFTER)]
    Stop(StopCommand),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatusCommand {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// Print JSON, for programs
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RestartCommand {
    /// Only this service, and those that are restarted with it
    ///
    /// Without it: all that pages depend on.
    pub(in crate::cli) service: Option<String>,
    /// Tell each phase as it comes, and how it has ended
    ///
    /// Ctrl-C ends the waiting, not the restart.
    #[arg(short, long)]
    pub(in crate::cli) wait: bool,
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// Print JSON, for programs
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StopCommand {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
}

/// Which one is meant.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(in crate::cli) struct Which {
    /// The one that listens on this port, whatever its folder
    #[arg(long, value_name = "PORT", env = "SERVER_RELOAD_PORT")]
    pub(in crate::cli) port: Option<u16>,
}
