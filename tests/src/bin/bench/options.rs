//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures server-reload, and the usual page script beside it
#[derive(Debug, Parser)]
#[command(name = "tests/bench", bin_name = "tests/bench", max_term_width = 100)]
pub(crate) struct Options {
    /// Restarts, saves or loads of each contender
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,

    /// How long a server that is stopped and started stays away
    #[arg(long, default_value_t = 0, value_name = "MS")]
    downtime: u64,

    /// Also measure a backend that is stopped and started, so that connections are refused meanwhile
    #[arg(long)]
    pub(crate) refused: bool,

    /// Open streams when the signal comes
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) streams: usize,

    /// Signals with so many open streams
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeats: u32,

    /// Also build from nothing, which takes minutes
    #[arg(long)]
    pub(crate) cold: bool,

    /// Measure this part alone; may be given more than once
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,

    /// Save all figures, each single one too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The server's first answer → a new document
    Restart,
    /// A save → a new process, beside watchexec, nodemon, entr, watchfiles and uvicorn
    Process,
    /// A Python backend saved → a new document, beside `uvicorn --reload` and a page script
    Document,
    /// A static file saved → a new document, or the style applied, beside livereload and Vite
    Static,
    /// The script's evaluation → its stream's request, in Chromium
    Start,
    /// Streams of many tabs, a tab's end → the next one's stream, an event → a new document
    Tabs,
    /// Bytes of `reload.js`, beside others' client scripts
    Weight,
    /// A signal → the exit
    Ending,
    /// Builds
    Compile,
}

impl Options {
    /// Whether `part` is to be measured.
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// How long a server that is stopped and started stays away.
    pub(crate) fn downtime(&self) -> Duration {
        Duration::from_millis(self.downtime)
    }
}
