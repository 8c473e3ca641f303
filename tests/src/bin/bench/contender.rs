//! Who is measured: a server, its page, and how it is restarted.

use std::time::Duration;

use server_reload_e2e::backend::Backend;
use server_reload_e2e::shim::Shim;

pub(crate) const OURS: &str = include_str!("ours.html");
/// What people write by hand.
pub(crate) const PAGE_SCRIPT: &str = include_str!("page_script.html");

/// True in our client's page once its stream has delivered an id.
pub(crate) const OURS_CONNECTED: &str = "window.serverReload?.state === 'connected'";
/// The same for the page script.
pub(crate) const PAGE_SCRIPT_CONNECTED: &str = "typeof first === 'string'";

/// One of those who compete.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// A `JavaScript` expression: its page is connected.
    pub(crate) connected: &'static str,
    server: Server,
}

enum Server {
    Shim(Shim),
    /// uvicorn restarts it when its program is saved, and keeps the listening socket.
    Watched(Backend),
    Plain(Backend),
}

impl Contender {
    /// Our client with a backend's own endpoint.
    pub(crate) fn own_endpoint() -> Self {
        Self {
            name: "server-reload, FastAPI's own endpoint",
            connected: OURS_CONNECTED,
            server: Server::Watched(Backend::run_watching("minimal", &page(OURS))),
        }
    }

    /// The shim itself, stopped and started.
    pub(crate) async fn shim() -> Self {
        Self {
            name: "server-reload, its shim restarted",
            connected: OURS_CONNECTED,
            server: Server::Shim(Shim::serve(&page(OURS)).await),
        }
    }

    /// What people write by hand.
    pub(crate) fn page_script() -> Self {
        Self {
            name: "ten-line page script, FastAPI",
            connected: PAGE_SCRIPT_CONNECTED,
            server: Server::Watched(Backend::run_watching("minimal", &page(PAGE_SCRIPT))),
        }
    }

    /// [`Self::own_endpoint`] without a socket that outlives the process.
    pub(crate) fn own_endpoint_refused() -> Self {
        Self {
            name: "as a, but stopped and started",
            connected: OURS_CONNECTED,
            server: Server::Plain(Backend::run("minimal", &page(OURS))),
        }
    }

    /// [`Self::page_script`] without a socket that outlives the process.
    pub(crate) fn page_script_refused() -> Self {
        Self {
            name: "as c, but stopped and started",
            connected: PAGE_SCRIPT_CONNECTED,
            server: Server::Plain(Backend::run("minimal", &page(PAGE_SCRIPT))),
        }
    }

    /// Where its page is.
    pub(crate) fn url(&self) -> String {
        match &self.server {
            Server::Shim(shim) => shim.url("/"),
            Server::Watched(backend) | Server::Plain(backend) => backend.url("/"),
        }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        match &self.server {
            Server::Shim(shim) => shim.port(),
            Server::Watched(backend) | Server::Plain(backend) => backend.port(),
        }
    }

    /// Restarts it; where it is stopped and started, it stays away for `downtime`.
    pub(crate) async fn restart(&mut self, downtime: Duration) {
        match &mut self.server {
            Server::Watched(backend) => backend.edit(),
            Server::Shim(shim) => {
                shim.stop();
                tokio::time::sleep(downtime).await;
                shim.start().await;
            }
            Server::Plain(backend) => {
                backend.stop();
                tokio::time::sleep(downtime).await;
                backend.start();
            }
        }
    }
}

fn page(html: &str) -> [(&'static str, String); 1] {
    [("index.html", html.to_owned())]
}
