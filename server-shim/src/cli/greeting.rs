//! The lines at the start.

use std::net::IpAddr;

use server_reload_protocol::path::CLIENT;

use super::bind::Bound;
use super::plan::{Backend, Plan};
use super::voice::{BOLD, Voice, print, warn};

impl Voice {
    /// The lines at the start, in one write, so that a reader who has one has all.
    pub(super) fn greet(self, plan: &Plan, bound: &Bound, keys: bool) {
        let url = bound.url();
        if bound.is_wide() {
            warn(&wide(plan));
        }
        for listener in &bound.listeners {
            if let Ok(address) = listener.local_addr() {
                tracing::debug!("listens on `{address}`");
            }
        }
        if self.is_quiet() {
            if bound.chosen {
                print(&format!("{url}\n"));
            }
            return;
        }
        let others = other_addresses(bound);
        let others = others.iter().map(|address| bound.url_of(*address));
        let others: Vec<_> = others.filter(|other| *other != url).collect();
        print(&greeting(plan, &url, &others, keys));
    }
}

fn wide(plan: &Plan) -> String {
    let what = match plan.folder {
        Some(_) => "read the folder",
        None => "read what the backend writes when it fails",
    };
    format!("everybody on the network can {what}; `--host localhost` stops that")
}

fn greeting(plan: &Plan, url: &str, others: &[String], keys: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let backend = plan.backend.as_ref().map(|backend| match backend {
        Backend::Run(line) => format!("runs {line}"),
        Backend::Attached(at) => format!("watches {at}"),
    });
    let folder = plan
        .folder
        .as_ref()
        .map(|folder| format!("serves {folder}"));
    let does: Vec<String> = backend.into_iter().chain(folder).collect();
    let does = does.join(" and ");
    let mut lines = format!("{BOLD}server-reload{BOLD:#} {version} {does}\n");
    let open = plan.folder.is_some();
    lines += &addresses(url, open);
    if !others.is_empty() {
        lines += "from another machine\n";
        lines.extend(others.iter().map(|other| addresses(other, open)));
    }
    lines += &if keys {
        hint(plan)
    } else {
        "Ctrl-C stops".to_owned()
    };
    lines + "\n"
}

/// What can be pressed.
pub(super) fn hint(plan: &Plan) -> String {
    let restarts = plan.runs().is_some().then_some("r restarts");
    let pauses = (!plan.supervision.watch.roots.is_empty()).then_some("p pauses");
    let hints: Vec<_> = [restarts, pauses, Some("q quits")]
        .into_iter()
        .flatten()
        .collect();
    hints.join(", ")
}

/// The tag to paste, for a page that comes from anywhere.
pub(super) fn tag(url: &str) -> String {
    format!(
        "<script src=\"{}{CLIENT}\"></script>",
        url.trim_end_matches('/')
    )
}

fn addresses(url: &str, open: bool) -> String {
    let script = format!("script  {}\n", tag(url));
    if open {
        format!("open    {BOLD}{url}{BOLD:#}\n{script}")
    } else {
        script
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::args::Args;
    use super::*;
    use crate::config::Config;

    const URL: &str = "http://localhost:10021/";
    const TAG: &str = "script  <script src=\"http://localhost:10021/reload.js\"></script>\n";

    fn greeted(words: &[&str], keys: bool) -> String {
        let words = ["server-reload"].iter().chain(words).map(Into::into);
        let args = Args::read(&words.collect::<Vec<_>>()).unwrap();
        let plan = args.serve.into_plan(Config::new()).unwrap();
        let greeting = greeting(&plan, URL, &[], keys);
        let version = env!("CARGO_PKG_VERSION");
        let bare = anstream::adapter::strip_str(&greeting).to_string();
        bare.replace(&format!("server-reload {version} "), "")
    }

    #[test]
    fn a_backend_is_named_by_its_command() {
        let words = ["--", "uvicorn", "app:app", "--port", "8000"];
        assert_eq!(
            greeted(&words, true),
            format!("runs uvicorn app:app --port 8000\n{TAG}r restarts, p pauses, q quits\n")
        );
        assert_eq!(
            greeted(&["src", "--no-watch", "--", "api"], true),
            format!("runs api and serves src\nopen    {URL}\n{TAG}r restarts, q quits\n")
        );
    }

    #[test]
    fn an_attached_backend_is_named_by_its_address() {
        assert_eq!(
            greeted(&["--attach", "8000"], false),
            format!("watches localhost:8000\n{TAG}Ctrl-C stops\n")
        );
        assert!(greeted(&["--attach", "8000"], true).ends_with("\np pauses, q quits\n"));
    }
}
