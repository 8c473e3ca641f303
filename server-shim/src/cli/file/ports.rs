//! Ports that two want.

use std::ops::Range;

use super::problem::Problem;
use crate::supervisor::{Ready, Service, Source};

/// A port on this machine that a service says it listens on.
pub(super) struct Said {
    pub(super) service: String,
    pub(super) port: u16,
    pub(super) at: Range<usize>,
    /// By `attach`, else by `ready`.
    pub(super) attached: bool,
}

/// What a service says of its port.
pub(super) fn said(service: &Service, place: impl Fn(&str) -> Range<usize>) -> Option<Said> {
    let attached = matches!(service.source, Source::Attach(_));
    let port = match (&service.source, &service.ready) {
        (Source::Attach(at), _) if is_here(&at.host) => at.port,
        (Source::Run(_), Ready::Http(uri)) if uri.host().is_some_and(is_here) => {
            uri.port_u16().unwrap_or(80)
        }
        (Source::Run(_), Ready::Tcp(all)) => all
            .iter()
            .find(|address| address.ip().is_loopback())?
            .port(),
        _ => return None,
    };
    Some(Said {
        service: service.name.clone(),
        port,
        at: place(if attached { "attach" } else { "ready" }),
        attached,
    })
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    let address = bare.parse::<std::net::IpAddr>();
    bare.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Two services on one port, and one on ours.
pub(super) fn check(all: &[Said], own: u16) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, said) in all.iter().enumerate() {
        let Said { service, port, .. } = said;
        if *port == own {
            problems.push(Problem::new(
                said.at.clone(),
                format!("`{service}` is on port {port}, on which server-reload itself listens"),
                "give one of them another port; for server-reload that is `port` at the top level",
            ));
        }
        let before = all.get(..index).unwrap_or_default();
        if let Some(other) = before.iter().find(|other| other.port == *port) {
            let key = if said.attached { "attach" } else { "ready" };
            problems.push(Problem::new(
                said.at.clone(),
                format!(
                    "`{service}` is on port {port}, and so is `{}`",
                    other.service
                ),
                format!("give one of them another port, here and in `{key}`"),
            ));
        }
    }
    problems
}
