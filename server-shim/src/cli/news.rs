//! What the supervisor tells, in words.

use std::path::Path;

use super::error::next;
use super::holder;
use super::shown::{indented, path, paths, time};
use crate::supervisor::{Cause, Holder, News};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Left out by `--quiet`.
    News,
    /// Said in any case.
    Warning,
    /// Said in any case; the backend does not do what it should.
    Error,
}

/// Something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) weight: Weight,
    /// What has happened, in two words.
    pub(super) head: String,
    /// The rest of the line.
    pub(super) rest: String,
    /// Lines below it, with their line breaks.
    pub(super) below: String,
}

impl Told {
    fn new(weight: Weight, head: &str, rest: impl Into<String>) -> Self {
        Self {
            weight,
            head: head.to_owned(),
            rest: rest.into(),
            below: String::new(),
        }
    }

    fn news(line: impl Into<String>) -> Self {
        Self::new(Weight::News, "", line)
    }

    fn warning(line: impl Into<String>) -> Self {
        Self::new(Weight::Warning, "", line)
    }

    fn error(head: &str, rest: impl Into<String>) -> Self {
        Self::new(Weight::Error, head, rest)
    }

    fn with_below(mut self, below: impl Into<String>) -> Self {
        self.below = below.into();
        self
    }
}

/// `None` where the greeting has said it. `checked`: the last thing told was that it is checked.
pub(super) fn told(news: &News, checked: bool, here: &Path) -> Option<Told> {
    Some(match news {
        News::Starting { cause } => return starting(cause.as_ref(), checked, here),
        News::Checking { cause } => Told::news(because(cause, "checking", here)),
        News::Ready {
            pid, before, took, ..
        } => {
            let pids = pid.map(|pid| format!(", {}", pids(*before, pid)));
            Told::news(format!(
                "ready in {}{}",
                time(*took),
                pids.unwrap_or_default()
            ))
        }
        News::Moved { pid, before } => {
            let pids = pid.map(|pid| format!(", {}", pids(*before, pid)));
            Told::news(format!("was restarted{}", pids.unwrap_or_default()))
        }
        News::PutBack => Told::news("put back as it was: the version that runs is the right one"),
        News::Reclaimed { pid } => Told::news(format!(
            "ended pid {pid}, which an earlier run had left behind"
        )),
        News::Away { address } => Told::news(format!("nobody listens on {address}: waiting")),
        News::Changed { paths: all, style } => {
            let what = if *style {
                "swapped in the page"
            } else {
                "the page is told"
            };
            Told::news(format!("{} changed: {what}", paths(all, here)))
        }
        News::Paused(true) => Told::news("paused: changes wait until p is pressed again"),
        News::Paused(false) => Told::news("watching again"),
        News::NewConfig { path: file } => Told::news(format!(
            "{} changed: it counts after a restart of server-reload",
            path(file, here)
        )),
        News::Watching { how } => Told::news(format!("files are {how}")),
        _ => trouble(news, here)?,
    })
}

fn starting(cause: Option<&Cause>, checked: bool, here: &Path) -> Option<Told> {
    let cause = cause?;
    Some(Told::news(if checked {
        "check passed: restarting".to_owned()
    } else {
        because(cause, "restarting", here)
    }))
}

fn because(cause: &Cause, what: &str, here: &Path) -> String {
    match cause {
        Cause::Files(all) => format!("{} changed: {what}", paths(all, here)),
        Cause::Key => format!("{what}, by key r"),
        Cause::Page => format!("{what}, asked for by a page"),
        Cause::Api => format!("{what}, asked for by a command"),
        Cause::Crash => format!("{what} after the crash"),
        Cause::Dependency => format!("{what} with a service that it depends on"),
    }
}

fn pids(before: Option<u32>, pid: u32) -> String {
    match before.filter(|before| *before != pid) {
        Some(before) => format!("pid {before} → {pid}"),
        None => format!("pid {pid}"),
    }
}

/// What is said however quiet the rest is.
fn trouble(news: &News, here: &Path) -> Option<Told> {
    Some(match news {
        News::CheckFailed {
            reason,
            output,
            took,
        } => Told::error(
            "check failed",
            format!(" ({}), the old version goes on: {reason}", time(*took)),
        )
        .with_below(indented(output)),
        News::Crashed { .. } | News::CannotStart { .. } | News::NeverReady { .. } => down(news)?,
        News::PortHeld { holder, ours } => port_held(holder, *ours),
        News::PortLingers { port } => Told::error(
            &format!("port {port} is not free yet"),
            ": connections of before linger, for a minute at most, and your backend does not set SO_REUSEADDR",
        ),
        News::Killing { after } => Told::warning(format!(
            "it did not end within {} and is killed; `--stop-timeout` gives more time",
            time(*after)
        )),
        News::TwoWatchers { drop } => {
            let cure = drop.as_ref().map_or_else(
                || "switch its own off".to_owned(),
                |flag| format!("leave out {}", ticked(flag)),
            );
            Told::warning(format!(
                "it restarts itself as well, so two watchers are at work: {cure}, or add `--no-watch`"
            ))
        }
        News::Forwarded { name, port } => {
            let by = name.as_ref().map(|name| format!(" by `{name}`"));
            Told::warning(format!(
                "port {port} is forwarded{}, so that a connection says nothing of the backend behind it: add `--ready http://localhost:{port}/`",
                by.unwrap_or_default()
            ))
        }
        News::Loop { path: file } => {
            let file = path(file, here);
            Told::warning(format!(
                "each restart changes {file}, which would restart it again: paused; add `--ignore {file}`"
            ))
        }
        _ => return None,
    })
}

/// It does not run, or not as it should.
fn down(news: &News) -> Option<Told> {
    Some(match news {
        News::Crashed { exit, again, times } => {
            let head = if exit.code == Some(0) {
                "ended"
            } else {
                "crashed"
            };
            let row = match times {
                0 | 1 => String::new(),
                times => format!(", {times} times in a row"),
            };
            let then = match again {
                Some(pause) => format!("it is started again in {}", time(*pause)),
                None => "waiting for a change".to_owned(),
            };
            Told::error(head, format!(": {exit}{row}; {then}"))
        }
        News::CannotStart { reason } => Told::error("cannot start", format!(": {reason}")),
        News::NeverReady { reason, took } => {
            Told::error("not ready", format!(" after {}: {reason}", time(*took))).with_below(
                "    pages are not reloaded; if it needs longer, add `--ready-timeout 60s`\n",
            )
        }
        _ => return None,
    })
}

fn port_held(held: &Holder, ours: bool) -> Told {
    let port = held.port;
    if ours {
        let rest = format!(
            " our port {port}: give it another, or add `--port {}`",
            next(port)
        );
        return Told::error("your backend wants", rest);
    }
    let by = match (held.pid, &held.name) {
        (Some(pid), _) if held.former => {
            format!("your own backend's old process (pid {pid}), which has left its process group")
        }
        (Some(pid), Some(name)) => holder::named(name, pid),
        (Some(pid), None) => format!("pid {pid}"),
        (None, Some(name)) => format!("`{name}`"),
        (None, None) => holder::nobody(),
    };
    let cure = held.pid.map(|pid| format!("    {}", holder::cure(pid)));
    let told = Told::error(&format!("port {port} is held"), format!(" by {by}"));
    told.with_below(cure.unwrap_or_default())
}

/// In backticks, whether or not it came with some.
fn ticked(flag: &str) -> String {
    if flag.contains('`') {
        flag.to_owned()
    } else {
        format!("`{flag}`")
    }
}

#[cfg(test)]
mod tests;
