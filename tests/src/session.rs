//! A browser that runs, and its driver.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::driver::{self, Driver, Engine};
use crate::{place, scenario};

/// How long a browser may take to end.
const END: Duration = Duration::from_secs(5);

/// How large a window is when a scenario gets it.
const SIZE: (u32, u32) = (1280, 900);

/// A browser with a profile of its own, which ends with this guard.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) engine: Engine,
    /// What the browser calls itself.
    pub(crate) version: String,
    id: String,
    driver: Driver,
    _profile: TempDir,
}

impl Session {
    /// Starts a browser, whichever runtime the caller lives in.
    pub(crate) async fn start(engine: Engine, flags: Vec<String>) -> Self {
        let started = scenario::runtime().spawn(Self::start_here(engine, flags));
        started.await.expect("a started browser")
    }

    async fn start_here(engine: Engine, flags: Vec<String>) -> Self {
        let profile = place::folder();
        let driver = Driver::start(engine, profile.path()).await;
        let wanted = driver::capabilities(engine, profile.path(), &flags);
        let wanted = wanted.as_object().cloned().expect("an object");
        let address = format!("http://127.0.0.1:{}", driver.port());
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connected = builder.capabilities(wanted).connect(&address).await;
        let client = connected.unwrap_or_else(|error| panic!("no {engine:?}: {error}"));
        let id = client.session_id().await.expect("a session");
        let version = version(&client);
        Self {
            client,
            engine,
            version,
            id: id.expect("a session's id"),
            driver,
            _profile: profile,
        }
    }

    /// Opens a window that nobody has used, and closes all others.
    ///
    /// It has no history and no `sessionStorage`; other scenarios' servers have other ports, so
    /// neither has it anything else of theirs. In `WebKit` only a window of its own is visible.
    pub(crate) async fn renew(&self) -> Result<(), CmdError> {
        let old = self.client.windows().await?;
        let as_tab = self.engine != Engine::WebKit;
        let new = self.client.new_window(as_tab).await?.handle;
        for window in old {
            self.client.switch_to_window(window).await?;
            self.client.close_window().await?;
        }
        self.client.switch_to_window(new).await?;
        self.console().await.map(drop)
    }

    /// Gives the window the size that each scenario begins with. `WebKit` has none but its own.
    pub(crate) async fn resize(&self) -> Result<(), CmdError> {
        if self.engine == Engine::WebKit {
            return Ok(());
        }
        self.client.set_window_size(SIZE.0, SIZE.1).await
    }

    /// What pages and browser have written to the console since it was last asked; only chromedriver
    /// tells.
    pub(crate) async fn console(&self) -> Result<Vec<String>, CmdError> {
        if self.engine != Engine::Chromium {
            return Ok(Vec::new());
        }
        let entries = self.client.issue_cmd(ConsoleLog).await?;
        let entries = entries.as_array().into_iter().flatten();
        Ok(entries.map(console_line).collect())
    }

    /// The driver's last lines.
    pub(crate) fn last_lines(&self, most: usize) -> Vec<String> {
        self.driver.last_lines(most)
    }

    /// Asks the driver to end the session, so that it ends the browser.
    fn end(&self) -> io::Result<()> {
        let port = self.driver.port();
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_read_timeout(Some(END))?;
        write!(
            socket,
            "DELETE /session/{} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n",
            self.id
        )?;
        socket.read_exact(&mut [0])
    }
}

impl Drop for Session {
    /// The driver itself ends after it.
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            println!("the session of {:?} did not end: {error}", self.engine);
        }
    }
}

fn version(client: &Client) -> String {
    let said = |name| client.capabilities()?.get(name)?.as_str();
    let parts = ["browserName", "browserVersion"].map(|name| said(name).unwrap_or("?"));
    parts.join(" ")
}

fn console_line(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("level"), text("message"))
}

/// Chromedriver's own command for the console.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "type": "browser" }).to_string();
        (http::Method::POST, Some(body))
    }
}
