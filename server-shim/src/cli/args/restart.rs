//! Who may restart, and what is kept of it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::FalseyValueParser;

use crate::cli::duration::{patience, pause};
use crate::config::{Config, Patience, Restart};
use crate::supervisor::{Source, Supervision};

/// Where the records are, from the folder that we work in.
const RECORDS: &str = ".server-reload/restarts";

/// Who may restart, and what is kept of it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RestartArgs {
    /// Let pages restart the backend although other machines can reach it
    ///
    /// While only this machine can, pages may anyway. Whoever can open the page can then press its button:
    /// the command stays the one that you gave.
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_ALLOW_RESTART", help_heading = "Access")]
    pub(in crate::cli) allow_restart: bool,

    /// Where restarts are recorded, or `none` [default: `.server-reload/restarts`]
    ///
    /// A JSON file for each of the newest 100, which is there when we are gone. Git is told to leave the
    /// folder alone.
    #[arg(long, value_name = "FOLDER", value_parser = Records::parse)]
    #[arg(env = "SERVER_RELOAD_RECORDS", help_heading = "Output")]
    pub(in crate::cli) records: Option<Records>,

    /// How long the stream of a restart is waited for that nobody has begun
    ///
    /// So that it can be opened before the restart is asked for. From `0s` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "6s", value_parser = pause)]
    #[arg(env = "SERVER_RELOAD_STREAM_MAX_WAIT", help_heading = "Time")]
    pub(in crate::cli) stream_max_wait: Duration,

    /// How often it is looked for meanwhile, should nobody tell that it has begun
    ///
    /// From `100ms` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = patience)]
    #[arg(env = "SERVER_RELOAD_STREAM_RETRY_DELAY", help_heading = "Time")]
    pub(in crate::cli) stream_retry_delay: Duration,
}

/// Where records of restarts are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Records {
    Nowhere,
    Folder(PathBuf),
}

impl Records {
    #[expect(clippy::unnecessary_wraps, reason = "clap wants a result")]
    fn parse(given: &str) -> Result<Self, Infallible> {
        Ok(match given {
            "none" => Self::Nowhere,
            folder => Self::Folder(PathBuf::from(folder)),
        })
    }
}

impl RestartArgs {
    pub(in crate::cli) fn config(&self, config: Config) -> Config {
        let restart = if self.allow_restart {
            Restart::Everywhere
        } else {
            Restart::OnLoopback
        };
        config.with_restart(restart).with_patience(Patience {
            retry_delay: self.stream_retry_delay,
            max_wait: self.stream_max_wait,
        })
    }

    /// The folder of the records, where we run something; `home` is where its files are.
    pub(in crate::cli) fn receipts(
        self,
        supervision: &Supervision,
        home: &Path,
    ) -> Option<PathBuf> {
        let mut services = supervision.services.iter();
        if !services.any(|service| matches!(service.source, Source::Run(_))) {
            return None;
        }
        match self.records {
            None => Some(absolute(home.join(RECORDS))),
            Some(Records::Folder(folder)) => Some(absolute(folder)),
            Some(Records::Nowhere) => None,
        }
    }
}

/// So that it is found from wherever it is read.
fn absolute(folder: PathBuf) -> PathBuf {
    std::path::absolute(&folder).unwrap_or(folder)
}
