//! The backend: what is run or observed, when it is ready, what must pass before.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use crate::cli::duration::{grace, patience};
use crate::cli::endpoint::Endpoint;
use crate::cli::when::When;
use crate::supervisor::StopSignal;

/// What is run or observed.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct BackendArgs {
    /// The backend to run, and its arguments; restarted when its files change
    ///
    /// All that stands behind `--` belongs to it. No shell is in between, so that stopping it stops
    /// the backend itself. In the variable it is one string with quotes as in a shell.
    #[arg(last = true, value_name = "COMMAND")]
    #[arg(env = "SERVER_RELOAD_COMMAND")]
    pub(in crate::cli) command: Vec<OsString>,

    /// Observe a backend that somebody else runs, by its port
    ///
    /// Such as one in a debugger or a container. It is not restarted by us; pages reload when it
    /// was. Where its port is forwarded, as a container's is, add `--ready http://…`.
    #[arg(long, value_name = "[HOST:]PORT", value_parser = attach)]
    #[arg(env = "SERVER_RELOAD_ATTACH", help_heading = "Backend")]
    pub(in crate::cli) attach: Option<Endpoint>,

    /// Run COMMAND, quoted as one word, by the shell; the check too
    ///
    /// For `&&`, `|`, `$VARIABLES` and the like: `--shell -- 'make && ./api'`. It is `sh -c`, on Windows `cmd /C`.
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_SHELL", help_heading = "Backend")]
    pub(in crate::cli) shell: bool,

    /// Hand on to the backend what is typed here
    ///
    /// Such as to a debugger's prompt. Without it the backend reads nothing, and the keys r, p and q
    /// are for us.
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_STDIN", help_heading = "Backend")]
    pub(in crate::cli) stdin: bool,

    /// Give the backend the variables that stand in this file
    ///
    /// Lines of `NAME=value`. What is set already stays as it is. May be given more than once: the
    /// last one counts.
    #[arg(long, value_name = "FILE")]
    #[arg(env = "SERVER_RELOAD_ENV_FILE", help_heading = "Backend")]
    pub(in crate::cli) env_file: Vec<PathBuf>,

    /// What it is called, in front of its lines and in the page
    ///
    /// Without it: the program's file name, the module in `python -m module`, or the port.
    #[arg(long, value_name = "NAME")]
    #[arg(env = "SERVER_RELOAD_NAME", help_heading = "Backend")]
    pub(in crate::cli) name: Option<String>,

    /// How it is asked to end: TERM, INT, QUIT, HUP, USR1, USR2 or KILL
    ///
    /// The signal goes to all processes that the command has started. On Windows they are ended at
    /// once.
    #[arg(long, value_name = "SIGNAL", default_value = "TERM", value_parser = signal)]
    #[arg(env = "SERVER_RELOAD_STOP_SIGNAL", help_heading = "Backend")]
    pub(in crate::cli) stop_signal: StopSignal,

    /// How long it may take to end before it is killed
    ///
    /// The next one is started when all processes of the last are gone and its port is free. From
    /// `0s` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = grace)]
    #[arg(env = "SERVER_RELOAD_STOP_TIMEOUT", help_heading = "Backend")]
    pub(in crate::cli) stop_timeout: Duration,
}

/// When it is ready.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct ReadyArgs {
    /// When it is ready: `http://HOST:PORT/PATH`, `tcp:PORT` or `log:REGEX`
    ///
    /// Pages are moved to a new backend then and not before. `http` waits for an answer of 2xx or
    /// 3xx, `tcp` for an open port, `log` for a line that the backend writes. Without it: when it
    /// listens on a port, whichever; on systems that do not tell that, `tcp` has to.
    #[arg(long, value_name = "WHEN")]
    #[arg(env = "SERVER_RELOAD_READY", help_heading = "Check and ready")]
    pub(in crate::cli) ready: Option<When>,

    /// How long it may take to be ready
    ///
    /// After that the page is told, and not reloaded; the backend goes on. From `100ms` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = patience)]
    #[arg(env = "SERVER_RELOAD_READY_TIMEOUT", help_heading = "Check and ready")]
    pub(in crate::cli) ready_timeout: Duration,

    /// What must pass before a restart, such as `python -m py_compile app.py`
    ///
    /// While it fails the backend of before goes on, and the page shows what the check has written.
    /// It is run in the working folder.
    #[arg(long, value_name = "COMMAND")]
    #[arg(env = "SERVER_RELOAD_CHECK", help_heading = "Check and ready")]
    pub(in crate::cli) check: Option<String>,

    /// How long the check may take; then it has failed
    ///
    /// From `100ms` to `1h`.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = patience)]
    #[arg(env = "SERVER_RELOAD_CHECK_TIMEOUT", help_heading = "Check and ready")]
    pub(in crate::cli) check_timeout: Duration,
}

fn attach(text: &str) -> Result<Endpoint, String> {
    text.parse()
        .map_err(|()| format!("`{text}` is no port; give one such as `8000` or `localhost:8000`"))
}

fn signal(text: &str) -> Result<StopSignal, String> {
    let upper = text.trim().to_ascii_uppercase();
    match upper.strip_prefix("SIG").unwrap_or(&upper) {
        "TERM" => Ok(StopSignal::Term),
        "INT" => Ok(StopSignal::Int),
        "QUIT" => Ok(StopSignal::Quit),
        "HUP" => Ok(StopSignal::Hup),
        "USR1" => Ok(StopSignal::Usr1),
        "USR2" => Ok(StopSignal::Usr2),
        "KILL" => Ok(StopSignal::Kill),
        _ => Err(format!(
            "`{text}` is no signal to stop by; give TERM, INT, QUIT, HUP, USR1, USR2 or KILL"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals() {
        assert_eq!(signal("TERM"), Ok(StopSignal::Term));
        assert_eq!(signal("sigint"), Ok(StopSignal::Int));
        let error = signal("STOP").err().unwrap_or_default();
        assert!(
            error.starts_with("`STOP` is no signal to stop by; give TERM"),
            "{error}"
        );
    }

    #[test]
    fn a_place_to_attach_to() {
        assert_eq!(attach("8000").map(|at| at.port), Ok(8000));
        let error = attach("http://localhost:8000");
        let expected =
            "`http://localhost:8000` is no port; give one such as `8000` or `localhost:8000`";
        assert_eq!(error, Err(expected.to_owned()));
    }
}
