//! The lines at the start.

use std::net::IpAddr;

use server_reload_protocol::path::{CLIENT, DASHBOARD};

use super::bind::{Bound, is_wide, url_of};
use super::names::Names;
use super::plan::{Backend, Plan};
use super::voice::{BOLD, Voice, print, warn};

impl Voice {
    /// The lines at the start, in one write, so that a reader who has one has all.
    pub(super) fn greet(self, plan: &Plan, bound: &Bound, keys: bool) {
        let url = bound.url();
        warn_if_wide(plan, &bound.addresses);
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
        let others = others(&bound.addresses, bound.port, &url);
        print(&greeting(plan, &url, &others, keys));
        if let Some(note) = &plan.note {
            self.say(note);
        }
    }
}

/// That others than this machine can reach us who listen there.
pub(super) fn warn_if_wide(plan: &Plan, addresses: &[IpAddr]) {
    if is_wide(addresses) {
        warn(&wide(plan));
    }
}

fn wide(plan: &Plan) -> String {
    let what = match (&plan.folder, plan.backends.is_empty()) {
        (Some(_), true) => "read the folder",
        (Some(_), false) => "read the folder and what the backend writes",
        (None, _) => "read what the backend writes",
    };
    format!("everybody on the network can {what}; `--host localhost` stops that")
}

fn greeting(plan: &Plan, url: &str, others: &[String], keys: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let folder = plan
        .folder
        .as_ref()
        .map(|folder| format!("serves {folder}"));
    let does: Vec<String> = backends(plan).into_iter().chain(folder).collect();
    let does = does.join(" and ");
    let mut lines = format!("{BOLD}server-reload{BOLD:#} {version} {does}\n");
    lines.extend(services(plan));
    let open = plan.folder.is_some();
    lines += &addresses(url, open);
    lines += &status(url);
    lines += &elsewhere(others, open);
    lines += &if keys {
        hint(plan)
    } else if plan.detached {
        "server-reload stop ends it".to_owned()
    } else {
        "Ctrl-C stops".to_owned()
    };
    lines + "\n"
}

/// What is run or observed, in a few words.
fn backends(plan: &Plan) -> Option<String> {
    match (&plan.file, plan.backends.as_slice()) {
        (Some(file), [_]) => Some(format!("runs a service of {file}")),
        (Some(file), all) => Some(format!("runs {} services of {file}", all.len())),
        (None, all) => all.first().map(|backend| match backend {
            Backend::Run(line) => format!("runs {line}"),
            Backend::Attached(at) => format!("watches {at}"),
        }),
    }
}

/// A line for each service of the file.
fn services(plan: &Plan) -> Vec<String> {
    if plan.file.is_none() {
        return Vec::new();
    }
    let services = &plan.supervision.services;
    let names = services.iter().map(|service| service.name.as_str());
    let names = Names::of(names);
    let lines = services
        .iter()
        .zip(&plan.backends)
        .map(|(service, backend)| {
            let what = match backend {
                Backend::Run(line) => line.clone(),
                Backend::Attached(at) => format!("watches {at}"),
            };
            let needs = service.depends_on.iter().map(|need| need.service.as_str());
            let needs: Vec<_> = needs.collect();
            let after = if needs.is_empty() {
                String::new()
            } else {
                format!("   after {}", needs.join(", "))
            };
            format!("{}{what}{after}\n", names.prefix(&service.name))
        });
    lines.collect()
}

/// What can be pressed.
pub(super) fn hint(plan: &Plan) -> String {
    let restarts = plan.runs().next().map(|_| "r restarts");
    let pauses = plan.watches().then_some("p pauses");
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

/// The page that shows what is going on.
fn status(url: &str) -> String {
    format!("status  {}{DASHBOARD}\n", url.trim_end_matches('/'))
}

/// What to open where there is a page, and what to paste.
pub(super) fn addresses(url: &str, open: bool) -> String {
    let script = format!("script  {}\n", tag(url));
    if open {
        format!("open    {BOLD}{url}{BOLD:#}\n{script}")
    } else {
        script
    }
}

/// The same for another machine.
pub(super) fn elsewhere(others: &[String], open: bool) -> String {
    if others.is_empty() {
        return String::new();
    }
    let others = others.iter().map(|other| addresses(other, open));
    "from another machine\n".to_owned() + &others.collect::<String>()
}

/// The URLs other than this under which another machine reaches us who listen there.
pub(super) fn others(own: &[IpAddr], port: u16, url: &str) -> Vec<String> {
    let others = other_addresses(own).into_iter();
    let others = others.map(|address| url_of(address, port));
    others.filter(|other| other != url).collect()
}

fn other_addresses(own: &[IpAddr]) -> Vec<IpAddr> {
    let listens = |address: &IpAddr| {
        let same = |own: &IpAddr| own.is_unspecified() && own.is_ipv4() == address.is_ipv4();
        // Unless both are asked for, the IPv6 wildcard takes IPv4 as well on most systems.
        let dual = |own: &IpAddr| own.is_ipv6() && own.is_unspecified();
        own.iter()
            .any(|own| own == address || same(own) || dual(own))
    };
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    let wide = own.iter().copied();
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
    const TAG: &str = "script  <script src=\"http://localhost:10021/reload.js\"></script>\n\
                       status  http://localhost:10021/_reload/\n";

    #[test]
    fn services_are_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server-reload.toml");
        let text = "[service.db]\nattach = 5432\n[service.worker]\ncommand = 'python worker.py'\n\
                    depends_on = ['db']\n";
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let greeted = greeted(&["--config", file], true);
        let expected = format!(
            "runs 2 services of {file}\n\
             db     | watches localhost:5432\n\
             worker | python worker.py   after db\n\
             {TAG}r restarts, p pauses, q quits\n"
        );
        assert_eq!(greeted, expected);
    }

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
