//! What the program says: on standard output what the user asked for, on standard error the rest.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::net::IpAddr;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use server_reload_protocol::path::CLIENT;
use tracing::level_filters::LevelFilter;

use super::Plan;
use super::args::Verbosity;
use super::bind::Bound;
use super::error::Error;
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
            .with_writer(std::io::stderr)
            .with_ansi(colors)
            .with_target(false)
            .init();
    }

    /// The lines at the start, in one write, so that a reader who has one has all.
    pub(super) fn greet(self, plan: &Plan, bound: &Bound) {
        let url = bound.url();
        if self.0.quiet {
            if bound.chosen {
                print(&format!("{url}\n"));
            }
            return;
        }
        let version = env!("CARGO_PKG_VERSION");
        let folder = &plan.folder;
        let mut lines = format!("{BOLD}server-reload{BOLD:#} {version} serves {folder}\n");
        lines += &open_and_tag(&url);
        let others = other_addresses(bound);
        if !others.is_empty() {
            self.warn("everybody on the network can read the folder; --host localhost stops that");
        }
        let others = others.iter().map(|address| bound.url_of(*address));
        let others: Vec<_> = others.filter(|other| *other != url).collect();
        if !others.is_empty() {
            lines += "from another machine\n";
            lines.extend(others.iter().map(|other| open_and_tag(other)));
        }
        lines += "Ctrl-C stops\n";
        print(&lines);
    }

    pub(super) fn open(self, bound: &Bound) {
        if let Err(error) = open::that_detached(bound.url()) {
            self.warn(format!("no browser could be opened: {error}"));
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
        self.say(format!(
            "stopped by {reason}: {streams} stream{plural} ended, {} ms",
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

    fn warn(self, line: impl Display) {
        self.note(format!("{WARNING}warning:{WARNING:#} {line}"));
    }
}

/// Errors are said however quiet the rest is.
pub(super) fn fail(error: &Error) {
    print_error(&format!("{ALERT}error:{ALERT:#} {error}\n"));
}

/// The tag to paste, for a page that comes from anywhere.
pub(super) fn tag(url: &str) -> String {
    format!(
        "<script src=\"{}{CLIENT}\"></script>",
        url.trim_end_matches('/')
    )
}

fn open_and_tag(url: &str) -> String {
    format!("open   {BOLD}{url}{BOLD:#}\ntag    {}\n", tag(url))
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
    let mut stdout = anstream::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

fn print_error(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
}
