//! Why nothing could be said to a server-reload that runs, or was not heeded.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::holder::cure;
use crate::cli::presence::Presence;
use crate::cli::shown;
use crate::supervisor::HttpError;

#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum ControlError {
    #[error(
        "no server-reload runs in `{}`\n\nstart one there: server-reload -- COMMAND{}",
        folder.display(),
        elsewhere(others)
    )]
    NotRunning {
        folder: PathBuf,
        /// Those that run elsewhere.
        others: Vec<Presence>,
    },
    #[error("no server-reload runs at port `{port}`{}", elsewhere_or_start(others))]
    NotAtPort { port: u16, others: Vec<Presence> },
    #[error(
        "{} server-reloads run in `{}`\n\nsay which by its port:{}",
        found.len(),
        folder.display(),
        listed(found)
    )]
    Several {
        folder: PathBuf,
        found: Vec<Presence>,
    },
    #[error(
        "server-reload (pid {pid}) at {url} {source}\n\nlook at what it has written; {}",
        cure(*pid).trim_end()
    )]
    Silent {
        pid: u32,
        url: String,
        source: HttpError,
    },
    #[error("{}", .0.trim_end())]
    Refused(String),
    #[error(
        "server-reload (pid {pid}) has answered what this one does not understand: {what}\n\nstop it and start it anew, so that both are of one version: server-reload stop"
    )]
    Unclear { pid: u32, what: String },
    #[error(
        "server-reload (pid {pid}) has ended, and the restart with it\n\nstart it again: server-reload -- COMMAND\nwhat is known of the restart: {record}"
    )]
    Ended { pid: u32, record: String },
    #[error(
        "server-reload (pid {pid}) has not ended after {}\n\nend it: {}",
        shown::time(*after),
        kill(*pid)
    )]
    StillThere { pid: u32, after: Duration },
}

impl ControlError {
    /// As the help documents them.
    pub(in crate::cli) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::NotRunning { .. } | Self::NotAtPort { .. } => 4,
            Self::Several { .. } => 2,
            Self::Silent { .. }
            | Self::Refused(_)
            | Self::Unclear { .. }
            | Self::Ended { .. }
            | Self::StillThere { .. } => 1,
        })
    }
}

fn elsewhere(others: &[Presence]) -> String {
    if others.is_empty() {
        return String::new();
    }
    format!("\nor name one that runs elsewhere:{}", listed(others))
}

fn elsewhere_or_start(others: &[Presence]) -> String {
    if others.is_empty() {
        "; nor anywhere else\n\nstart one: server-reload -- COMMAND".to_owned()
    } else {
        format!("\n\nname one that does:{}", listed(others))
    }
}

fn listed(some: &[Presence]) -> String {
    let line = |it: &Presence| format!("\n  --port {:<5}  {}", it.port, it.folder.display());
    some.iter().map(line).collect()
}

fn kill(pid: u32) -> String {
    if cfg!(windows) {
        format!("taskkill /F /PID {pid}")
    } else {
        format!("kill -9 {pid}")
    }
}
