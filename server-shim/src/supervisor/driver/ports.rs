//! The ports that a backend listens on, and that have to be free for its next start.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use super::backend::Backend;
use super::ended::told;
use super::task::Task;
use crate::supervisor::machine::{Input, PortState};
use crate::supervisor::{Ready, Source, port};

/// How long a port may still be listened on after its process group is gone.
const PORT_BOUND: Duration = Duration::from_secs(1);

/// Where a backend listens, or did before.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    pub(super) all: BTreeSet<u16>,
    /// Of these, those that need not be free, because others listen there beside it.
    shared: BTreeSet<u16>,
    /// Somebody else listened there when it was last looked.
    pub(super) held: bool,
}

impl Backend {
    pub(super) fn await_port(&mut self) {
        let ports: Vec<u16> = self.wanted_ports().collect();
        let (service, shared) = (self.no, self.shared.clone());
        if ports.is_empty() {
            let free = Input::Port(service, PortState::Free);
            shared.sender.input(free);
            return;
        }
        // Who waits for somebody else to let go only looks now and then.
        let bound = if self.ports.held {
            Duration::ZERO
        } else {
            PORT_BOUND
        };
        let formers = self.formers.clone();
        self.awaiting = Some(Task::spawn(async move {
            let state = port::wait_free(&ports, bound, &shared.own_ports).await;
            let recognise = move || match state {
                PortState::Held { mut holder, ours } => {
                    formers.recognise(&mut holder);
                    PortState::Held { holder, ours }
                }
                PortState::Free => PortState::Free,
            };
            // It only fails when the runtime ends.
            if let Ok(state) = tokio::task::spawn_blocking(recognise).await {
                shared.sender.input(Input::Port(service, state));
            }
        }));
    }

    /// It has to be free for the next start.
    pub(super) fn wants(&mut self, port: u16) {
        self.ports.all.insert(port);
    }

    /// Where it listened before, and where it is waited for on this machine.
    pub(super) fn wanted_ports(&self) -> impl Iterator<Item = u16> {
        let mut ports = self.ports.all.clone();
        match &self.service.ready {
            Ready::Http(url) => {
                let here = url.host().is_some_and(is_here);
                ports.extend(url.port_u16().filter(|_| here));
            }
            Ready::Tcp(addresses) => {
                let here = addresses
                    .iter()
                    .filter(|address| address.ip().is_loopback());
                ports.extend(here.map(SocketAddr::port));
            }
            Ready::Listens | Ready::Log(_) => {}
        }
        ports.retain(|port| !self.ports.shared.contains(port));
        ports.into_iter()
    }

    /// It listens there by now.
    pub(super) fn listens(&mut self, ports: BTreeSet<u16>, shared: BTreeSet<u16>) {
        if let (Some(records), Some(group)) = (&self.shared.records, &self.group) {
            told(records.listens(group.pid(), &ports));
        }
        self.ports.shared = shared;
        if !ports.is_empty() {
            self.ports.all = ports;
        }
    }

    /// Where a browser finds it.
    pub(super) fn url(&self) -> Option<String> {
        let (host, port) = match &self.service.source {
            Source::Attach(attach) => (attach.host.as_str(), attach.port),
            Source::Run(_) => ("localhost", self.ports.all.first().copied()?),
        };
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        let host = match address {
            Ok(address) if address.is_loopback() || address.is_unspecified() => {
                "localhost".to_owned()
            }
            Ok(address) if address.is_ipv6() => format!("[{address}]"),
            _ => host.to_owned(),
        };
        Some(format!("http://{host}:{port}/"))
    }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
