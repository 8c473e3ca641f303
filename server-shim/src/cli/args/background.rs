//! Running without a terminal.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

/// Running without a terminal.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct BackgroundArgs {
    /// Run in the background, and return once it listens
    ///
    /// It goes on when the terminal is closed. `server-reload status`, `restart` and `stop` reach it.
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_DETACH", help_heading = "Output")]
    pub(in crate::cli) detach: bool,

    /// Append to this file what is shown, without colors
    ///
    /// It is shown as well, unless it runs in the background. There, without this, it is a file of
    /// its own for each run, whose name is printed; the last 20 are kept.
    #[arg(long, value_name = "FILE")]
    #[arg(env = "SERVER_RELOAD_LOG_FILE", help_heading = "Output")]
    pub(in crate::cli) log_file: Option<PathBuf>,

    /// We are the one in the background, and write to this file
    #[arg(long, value_name = "FILE", hide = true)]
    pub(in crate::cli) detached: Option<PathBuf>,
}
