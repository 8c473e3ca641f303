//! What the supervisor tells people.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Who hears what happens: the terminal, or an embedding program's log.
pub trait Reporter: Send + Sync + 'static {
    /// A line that a service has written, without its line break.
    fn output(&self, service: &str, speaker: Speaker, line: &str);
    /// Something has happened.
    fn news(&self, service: &str, news: &News);
}

/// Which of a process's outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Why a service is restarted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// These files were changed; the first is the one to name.
    Files(Vec<PathBuf>),
    /// The person at the terminal.
    Key,
    /// A page, by its request.
    Page,
    /// A command at another terminal, or a script.
    Api,
    /// It had ended by itself.
    Crash,
    /// A service that it depends on is restarted.
    Dependency,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(paths) => {
                let name = paths.first().and_then(|path| path.file_name());
                let name = name.unwrap_or_default().to_string_lossy();
                match paths.len() {
                    0 | 1 => write!(f, "{name} changed"),
                    more => write!(f, "{name} and {} more changed", more - 1),
                }
            }
            Self::Key => f.write_str("asked for at the terminal"),
            Self::Page => f.write_str("asked for by a page"),
            Self::Api => f.write_str("asked for by a command"),
            Self::Crash => f.write_str("it had ended by itself"),
            Self::Dependency => f.write_str("a service that it depends on is restarted"),
        }
    }
}

/// How a process group came to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// What its leader returned.
    pub code: Option<i32>,
    /// Which signal ended its leader.
    pub signal: Option<i32>,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "exited with code {code}"),
            (None, Some(signal)) => write!(f, "was ended by signal {signal}"),
            (None, None) => f.write_str("ended"),
        }
    }
}

/// The process that listens on a port that we need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The port.
    pub port: u16,
    /// Its process, where the system tells.
    pub pid: Option<u32>,
    /// Its name, where the system tells.
    pub name: Option<String>,
    /// It was started by us for the same service before, and has left its process group.
    pub former: bool,
}

impl Holder {
    /// What to do about it, where that is not to be seen from who it is.
    pub(crate) fn advice(&self) -> String {
        match self.pid.filter(|_| self.former) {
            Some(pid) => format!(
                "end it once (`kill {pid}`), and let the backend stay in the foreground: \
                 what leaves its process group is not restarted with it"
            ),
            None => String::new(),
        }
    }

    /// In one line; `ours` where the port is one that we listen on ourselves.
    pub(crate) fn title(&self, ours: bool) -> String {
        let port = self.port;
        if self.former {
            let name = self.name.as_deref().unwrap_or("the backend");
            let pid = self
                .pid
                .map_or_else(String::new, |pid| format!(" (pid {pid})"));
            return format!(
                "port {port} is still held by the old process: `{name}`{pid} has left its process group"
            );
        }
        match (ours, self.pid, &self.name) {
            (true, ..) => format!("the backend wants port {port}, on which server-reload listens"),
            (false, Some(pid), Some(name)) => {
                format!("port {port} is held by `{name}` (pid {pid})")
            }
            (false, Some(pid), None) => format!("port {port} is held by pid {pid}"),
            (false, None, _) => {
                format!("port {port} is held by a process that the system does not name")
            }
        }
    }
}

/// Something worth a line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum News {
    /// It is started, or started again.
    Starting {
        /// Why, but for the first time.
        cause: Option<Cause>,
    },
    /// It is ready.
    Ready {
        /// Its process, where the system tells.
        pid: Option<u32>,
        /// The process of before.
        before: Option<u32>,
        /// Since the change was seen, or the start.
        took: Duration,
        /// Where a browser finds it, where its port is known.
        url: Option<String>,
    },
    /// The check has begun.
    Checking {
        /// Why.
        cause: Cause,
    },
    /// The check has failed; the process of before goes on.
    CheckFailed {
        /// How.
        reason: String,
        /// The end of what it wrote.
        output: String,
        /// How long it took.
        took: Duration,
    },
    /// What the failed check was about has been put back.
    PutBack,
    /// It has ended by itself.
    Crashed {
        /// How.
        exit: Exit,
        /// It is started again after so long; `None`: it waits for a change.
        again: Option<Duration>,
        /// So many times in a row by now.
        times: u32,
    },
    /// It could not be started.
    CannotStart {
        /// What the system says.
        reason: String,
    },
    /// It runs, and is not ready within its time.
    NeverReady {
        /// What was waited for, such as "nothing listens".
        reason: String,
        /// How long.
        took: Duration,
    },
    /// Somebody listens on its port.
    PortHeld {
        /// Who.
        holder: Holder,
        /// It is one of ours: the backend wants the port that the shim listens on.
        ours: bool,
    },
    /// Nobody listens on its port, but it does not set `SO_REUSEADDR`, and connections of before linger
    /// there (`TIME_WAIT`) for up to a minute.
    PortLingers {
        /// The port.
        port: u16,
    },
    /// A process that an earlier run has left behind was ended.
    Reclaimed {
        /// It.
        pid: u32,
    },
    /// It did not end when it was asked to, and is killed.
    Killing {
        /// How long it had.
        after: Duration,
    },
    /// It restarts itself as well: two watchers are at work.
    TwoWatchers {
        /// What to leave out, such as "`--reload`", where it is known.
        drop: Option<String>,
    },
    /// It was restarted by somebody else.
    Moved {
        /// Its process now, where the system tells.
        pid: Option<u32>,
        /// The process of before.
        before: Option<u32>,
    },
    /// An attached backend is gone, or is not there yet.
    Away {
        /// Where it is waited for.
        address: String,
    },
    /// A TCP connection says nothing of the backend behind this port.
    Forwarded {
        /// The process that accepts it, where it is known.
        name: Option<String>,
        /// The port.
        port: u16,
    },
    /// Page files were changed.
    Changed {
        /// Which; the first is the one to name.
        paths: Vec<PathBuf>,
        /// Only style sheets.
        style: bool,
    },
    /// It changes a file that it is restarted for.
    Loop {
        /// The file.
        path: PathBuf,
    },
    /// Watching has been paused by the person, or goes on.
    Paused(bool),
    /// The file that all of this was read from has changed, and is not read again.
    NewConfig {
        /// It.
        path: PathBuf,
    },
    /// How files are watched, where it is not as usual.
    Watching {
        /// Such as "polled every 500 ms: this file system sends no events".
        how: String,
    },
}
