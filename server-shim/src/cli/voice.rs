//! What the program says: on standard output what the user asked for, on standard error the rest.

use std::fmt::Display;
use std::io::IsTerminal;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use tracing::level_filters::LevelFilter;

use super::args::Verbosity;
use super::output::{ERR, Lines, OUT};
use crate::server::Stopped;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const ALERT: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// How much to say. A reader that is gone stops nothing: what cannot be written is dropped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice(Verbosity);

impl Voice {
    pub(super) fn new(verbosity: Verbosity) -> Self {
        Self(verbosity)
    }

    pub(super) fn start_log(self) {
        let level = match self.0 {
            Verbosity { quiet: true, .. } => LevelFilter::ERROR,
            Verbosity { verbose: true, .. } => LevelFilter::DEBUG,
            _ => LevelFilter::WARN,
        };
        let stderr = std::io::stderr();
        let colors = stderr.is_terminal() && AutoStream::choice(&stderr) != ColorChoice::Never;
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(|| Lines(&ERR))
            // They would be printed, which panics where nobody reads.
            .log_internal_errors(false)
            .with_ansi(colors)
            .with_target(false)
            .init();
    }

    pub(super) fn is_quiet(self) -> bool {
        self.0.quiet
    }

    /// Blocks until the browser is started.
    pub(super) fn open(self, url: &str) {
        if let Err(error) = open::that_detached(url) {
            let line = format!("no browser could be opened: {error}; open {url} yourself");
            if self.0.quiet {
                fail(&line);
            } else {
                warn(&line);
            }
        }
    }

    pub(super) fn stopped(self, stopped: &Stopped) {
        let Stopped {
            reason,
            streams,
            took,
            ..
        } = stopped;
        let plural = if *streams == 1 { "" } else { "s" };
        // A terminal echoes the `^C` that stopped us; the line takes its place.
        let start = if std::io::stdout().is_terminal() {
            "\r"
        } else {
            ""
        };
        self.say(format!(
            "{start}stopped by {reason}: {streams} stream{plural} ended, {} ms",
            took.as_millis()
        ));
    }

    /// A line on standard output.
    pub(super) fn say(self, line: impl Display) {
        if !self.0.quiet {
            print(&format!("{line}\n"));
        }
    }

    /// A line on standard error, for what standard output is not the place.
    pub(super) fn note(self, line: impl Display) {
        if !self.0.quiet {
            print_error(&format!("{line}\n"));
        }
    }
}

/// Warnings are said however quiet the rest is.
pub(super) fn warn(line: &str) {
    print_error(&format!("{WARNING}warning:{WARNING:#} {line}\n"));
}

/// Errors are said however quiet the rest is.
pub(super) fn fail(error: &impl Display) {
    print_error(&format!("{ALERT}error:{ALERT:#} {error}\n"));
}

/// In one write, so that a reader who has one line has all.
pub(super) fn print(text: &str) {
    OUT.say(text.as_bytes());
}

fn print_error(text: &str) {
    ERR.say(text.as_bytes());
}
