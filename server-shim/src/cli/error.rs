//! What can go wrong between the command line and the server.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use super::control::ControlError;
use super::file::{FindError, Problems};
use super::holder::{Holder, nobody};
use super::usage::{Usage, meant};
use crate::server::ServeError;
use crate::supervisor::SuperviseError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(
        "folder `{}` cannot be served: {source}\n\nname one that exists, such as `.`{}{}",
        folder.display(),
        program.as_ref().map(|line| format!("\nif it is a program, put `--` in front: {line}")).unwrap_or_default(),
        meant(ours.as_deref())
    )]
    Folder {
        folder: PathBuf,
        /// What to type where it is a program.
        program: Option<String>,
        /// Our own command, where one may be meant.
        ours: Option<String>,
        source: io::Error,
    },
    #[error("`{}` is a file\n\nname the folder that it is in: `{}`", .0.display(), parent(.0))]
    FolderIsFile(PathBuf),
    #[error("host `{host}` is not known here: {source}\n\nuse `--host localhost`")]
    UnknownHost { host: String, source: io::Error },
    #[error(
        "cannot listen on `{address}`: {source}\n\nuse `--host localhost`, or another port, such as `--port 10021`"
    )]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error(
        "port `{port}` is taken by {}\n\n{}take another port: add `--port {}`",
        holder.as_ref().map_or_else(nobody, ToString::to_string),
        holder.as_ref().map(Holder::cure).unwrap_or_default(),
        next(*port)
    )]
    PortTaken { port: u16, holder: Option<Holder> },
    #[error("cannot write `{}`: {source}\n\nname a file in a folder that exists, such as `reload.js`", file.display())]
    ClientFile { file: PathBuf, source: io::Error },
    #[error("cannot write `{}`: {source}\n\nrun it in a folder that you may write to", file.display())]
    Config { file: PathBuf, source: io::Error },
    #[error("{0}")]
    Watch(String),
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error("cannot write to `{}`: {source}\n\nname a file in a folder that exists, such as `--log-file dev.log`", file.display())]
    LogFile { file: PathBuf, source: io::Error },
    #[error(
        "server-reload (pid {pid}) runs here already, at {url}\n\nstop it: server-reload stop --port {port}\nor take another port: add `--port {}`",
        next(*port)
    )]
    RunsAlready { pid: u32, url: String, port: u16 },
    #[error("other terminals cannot be told that it runs: {0}\n\nrun it without `--detach`")]
    Announce(io::Error),
    #[error(
        "it does not say that it listens; it was ended\n\nsee what it has written: {}",
        log.display()
    )]
    Mute { log: PathBuf },
    /// It has told itself why.
    #[error("{}", .1.trim_end())]
    Background(u8, String),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Usage(#[from] Usage),
    #[error(transparent)]
    Find(#[from] FindError),
    #[error(transparent)]
    File(#[from] Problems),
}

impl From<ServeError> for Error {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Folder { folder, source } => Self::Folder {
                folder,
                program: None,
                ours: None,
                source,
            },
        }
    }
}

impl From<SuperviseError> for Error {
    fn from(error: SuperviseError) -> Self {
        match error {
            SuperviseError::Serve(error) => error.into(),
            SuperviseError::Watch(message) => Self::Watch(message),
        }
    }
}

impl Error {
    /// As the help documents them.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Folder { .. }
            | Self::FolderIsFile(_)
            | Self::UnknownHost { .. }
            | Self::Usage(_)
            | Self::Find(_)
            | Self::File(_)
            | Self::LogFile { .. }
            | Self::Watch(_) => 2,
            Self::PortTaken { .. } | Self::RunsAlready { .. } => 3,
            Self::Bind { .. }
            | Self::ClientFile { .. }
            | Self::Config { .. }
            | Self::Runtime(_)
            | Self::Announce(_)
            | Self::Mute { .. } => 1,
            Self::Background(code, _) => *code,
            Self::Control(error) => return error.exit_code(),
        })
    }
}

/// A port to propose instead.
pub(super) fn next(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(10_021)
}

fn parent(file: &std::path::Path) -> String {
    match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => ".".to_owned(),
        Some(parent) => parent.display().to_string(),
        None => ".".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_says_what_to_type() {
        let holder = Some(Holder {
            pid: 42,
            name: "node".to_owned(),
        });
        let taken = Error::PortTaken {
            port: 10_021,
            holder,
        };
        let message = taken.to_string();
        assert!(
            message.starts_with("port `10021` is taken by `node` (pid 42)\n"),
            "{message}"
        );
        assert!(message.ends_with("add `--port 10022`"), "{message}");
        let unknown = Error::PortTaken {
            port: 65_535,
            holder: None,
        };
        assert!(unknown.to_string().contains("does not name"), "{unknown}");
    }
}
