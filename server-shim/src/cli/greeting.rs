//! What the program says: on standard output what the user asked for, on standard error the rest.

use std::fmt::Display;
use std::io::IsTerminal;
use std::net::IpAddr;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use server_reload_protocol::path::CLIENT;
use tracing::level_filters::LevelFilter;

use super::Plan;
use super::args::Verbosity;
use super::bind::Bound;
use super::output::{ERR, Lines, OUT};
use crate::server::Stopped;

const BOLD: Style = Style::new().bold();
const ALERT: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

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

    /// The lines at the start, in one write, so that a reader who has one has all.
    pub(super) fn greet(self, plan: &Plan, bound: &Bound) {
        let url = bound.url();
        if bound.is_wide() {
            warn("everybody on the network can read the folder; `--host localhost` stops that");
        }
        for listener in &bound.listeners {
            if let Ok(address) = listener.local_addr() {
                tracing::debug!("listens on `{address}`");
            }
        }
        if self.0.quiet {
            if bound.chosen {
                print(&format!("{url}\n"));
            }
            return;
        }
        let version = env!("CARGO_PKG_VERSION");
        let folder = &plan.folder;
        let mut lines = format!("{BOLD}server-reload{BOLD:#} {version} serves {folder}\n");
        lines += &open_and_script(&url);
        let others = other_addresses(bound);
        let others = others.iter().map(|address| bound.url_of(*address));
        let others: Vec<_> = others.filter(|other| *other != url).collect();
        if !others.is_empty() {
            lines += "from another machine\n";
            lines.extend(others.iter().map(|other| open_and_script(other)));
        }
        lines += "Ctrl-C stops\n";
        print(&lines);
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
fn warn(line: &str) {
    print_error(&format!("{WARNING}warning:{WARNING:#} {line}\n"));
}

/// Errors are said however quiet the rest is.
pub(super) fn fail(error: &impl Display) {
    print_error(&format!("{ALERT}error:{ALERT:#} {error}\n"));
}

/// The tag to paste, for a page that comes from anywhere.
pub(super) fn tag(url: &str) -> String {
    format!(
        "<script src=\"{}{CLIENT}\"></script>",
        url.trim_end_matches('/')
    )
}

fn open_and_script(url: &str) -> String {
    format!("open    {BOLD}{url}{BOLD:#}\nscript  {}\n", tag(url))
}

/// The addresses under which another machine reaches us.
fn other_addresses(bound: &Bound) -> Vec<IpAddr> {
    let listens = |address: &IpAddr| {
        let same = |own: &IpAddr| own.is_unspecified() && own.is_ipv4() == address.is_ipv4();
        // Unless both are asked for, the IPv6 wildcard takes IPv4 as well on most systems.
        let dual = |own: &IpAddr| own.is_ipv6() && own.is_unspecified();
        bound
            .addresses
            .iter()
            .any(|own| own == address || same(own) || dual(own))
    };
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    let wide = bound.addresses.iter().copied();
    addresses.extend(wide.filter(|own| !own.is_unspecified()));
    addresses
        .retain(|address| !address.is_loopback() && !is_link_local(address) && listens(address));
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn print(text: &str) {
    OUT.say(text.as_bytes());
}

fn print_error(text: &str) {
    ERR.say(text.as_bytes());
}
