//! A browser's window, driven by `WebDriver`.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::driver::{self, Driver, Engine};
use crate::{GLANCE, PATIENCE, place};

/// What tells the runner which browsers were really used: a file to which each session is added.
const LEDGER: &str = "SERVER_RELOAD_E2E_LEDGER";

/// How many lines of the console a failure shows.
const MOST_CONSOLE: usize = 30;

/// A browser with a fresh profile, which ends with this guard.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    engine: Engine,
    session: String,
    console: Mutex<Vec<String>>,
    driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium.
    pub async fn chromium() -> Self {
        Self::start(Engine::Chromium, &[]).await
    }

    /// Starts a browser; Chromium takes more flags.
    pub async fn start(engine: Engine, flags: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let driver = Driver::start(engine, profile.path()).await;
        let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
        let wanted = driver::capabilities(engine, profile.path(), &flags);
        let wanted = wanted.as_object().cloned().expect("an object");
        let address = format!("http://127.0.0.1:{}", driver.port());
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connected = builder.capabilities(wanted).connect(&address).await;
        let client = connected.unwrap_or_else(|error| panic!("no {engine:?}: {error}"));
        let session = client
            .session_id()
            .await
            .expect("a session")
            .expect("a session's id");
        note_in_ledger(engine, &client);
        let console = Mutex::default();
        Self {
            client,
            engine,
            session,
            console,
            driver,
            _profile: profile,
        }
    }

    /// Opens `url` and waits until its document counts itself (see [`crate::page`]).
    pub async fn open(&self, url: &str) {
        self.go(url).await;
        let here = format!("location.href === {} && window.witness", json!(url));
        self.wait_for(&here).await;
    }

    /// Opens `url` and does not wait.
    pub async fn go(&self, url: &str) {
        self.client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("can't open {url}: {error}"));
    }

    /// Goes back in the tab's history.
    pub async fn back(&self) {
        self.client.back().await.expect("a way back");
    }

    /// The value of a `JavaScript` expression.
    pub async fn value(&self, expression: &str) -> Value {
        match self.evaluate(expression).await {
            Ok(value) => value,
            Err(error) => self.fail(&format!("`{expression}`: {error}")).await,
        }
    }

    /// Waits until a `JavaScript` expression has a value that is true, and gives it.
    pub async fn wait_for(&self, expression: &str) -> Value {
        self.wait_within(PATIENCE, expression).await
    }

    /// The same with a deadline of its own.
    pub async fn wait_within(&self, patience: Duration, expression: &str) -> Value {
        let deadline = Instant::now() + patience;
        loop {
            // It throws while one document gives way to the next.
            let last = self.evaluate(expression).await;
            if let Ok(value) = last.as_ref()
                && is_true(value)
            {
                return value.clone();
            }
            if Instant::now() > deadline {
                self.fail(&format!("waited for `{expression}`, last: {last:?}"))
                    .await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Panics with what the page is doing where a `JavaScript` expression is not true.
    pub async fn check(&self, expression: &str) {
        let value = self.value(expression).await;
        if !is_true(&value) {
            self.fail(&format!("not true: `{expression}`: {value}"))
                .await;
        }
    }

    /// Panics with what the page is doing where this tab has not loaded `wanted` documents.
    pub async fn check_documents(&self, wanted: u64) {
        self.check(&format!("witness.documents.length === {wanted}"))
            .await;
    }

    /// All that pages and browser have written to the console (Chromium only).
    pub async fn console(&self) -> Vec<String> {
        if self.engine == Engine::Chromium {
            let entries = self
                .client
                .issue_cmd(ConsoleLog)
                .await
                .expect("a console log");
            let entries = entries.as_array().cloned().unwrap_or_default();
            let mut console = self.console.lock().expect("an unpoisoned lock");
            console.extend(entries.iter().map(console_line));
        }
        self.console.lock().expect("an unpoisoned lock").clone()
    }

    /// The lines of the console that contain `text`.
    pub async fn console_with(&self, text: &str) -> Vec<String> {
        let lines = self.console().await;
        lines
            .into_iter()
            .filter(|line| line.contains(text))
            .collect()
    }

    /// Waits until the page asks by a dialog, answers it, and gives its text.
    pub async fn answer_dialog(&self, yes: bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let text = loop {
            match self.client.get_alert_text().await {
                Ok(text) => break text,
                Err(error) => assert!(Instant::now() < deadline, "no dialog: {error}"),
            }
            tokio::time::sleep(GLANCE).await;
        };
        let answered = if yes {
            self.client.accept_alert().await
        } else {
            self.client.dismiss_alert().await
        };
        answered.expect("an answered dialog");
        text
    }

    /// Opens another tab and makes it the one that is driven; gives the one before.
    pub async fn new_tab(&self) -> WindowHandle {
        let before = self.tab().await;
        let tab = self.client.new_window(true).await.expect("a new tab");
        self.switch_to(tab.handle).await;
        before
    }

    /// The tab that is driven.
    pub async fn tab(&self) -> WindowHandle {
        self.client.window().await.expect("a window")
    }

    /// Makes `tab` the one that is driven.
    pub async fn switch_to(&self, tab: WindowHandle) {
        self.client
            .switch_to_window(tab)
            .await
            .expect("a switch of tabs");
    }

    /// Closes the driven tab and goes to `next`.
    pub async fn close_tab(&self, next: WindowHandle) {
        self.client.close_window().await.expect("a closed tab");
        self.switch_to(next).await;
    }

    /// Saves what the window shows as `NAME.png` among the results and gives the file's path.
    pub async fn picture(&self, name: &str) -> std::path::PathBuf {
        let file = place::results().join(format!("{name}.png"));
        let picture = self.client.screenshot().await.expect("a picture");
        fs::write(&file, picture).expect("a saved picture");
        file
    }

    /// Gives the window this size in pixels, its frame included.
    pub async fn resize(&self, width: u32, height: u32) {
        let resized = self.client.set_window_size(width, height).await;
        resized.expect("a window of another size");
    }

    async fn evaluate(&self, expression: &str) -> Result<Value, CmdError> {
        self.client
            .execute(&format!("return ({expression})"), Vec::new())
            .await
    }

    /// Panics with what the page is doing.
    async fn fail(&self, why: &str) -> ! {
        let name = std::thread::current()
            .name()
            .unwrap_or("e2e")
            .replace("::", "-");
        let evidence = self.evaluate(EVIDENCE).await;
        let console = self.console().await;
        let console = console[console.len().saturating_sub(MOST_CONSOLE)..].join("\n  ");
        let url = self.client.current_url().await;
        let picture = self.client.screenshot().await.map(|picture| {
            let file = place::results().join(format!("{name}.png"));
            fs::write(&file, picture).map(|()| file)
        });
        panic!(
            "{why}\nat {url:?}\npage: {evidence:#?}\nconsole:\n  {console}\npicture: {picture:?}"
        );
    }
}

impl Drop for Browser {
    /// Asks the driver to end the session, so that it ends the browser, before it is ended itself.
    fn drop(&mut self) {
        let end = || -> std::io::Result<()> {
            let mut socket = TcpStream::connect(("127.0.0.1", self.driver.port()))?;
            socket.set_read_timeout(Some(PATIENCE))?;
            let (port, session) = (self.driver.port(), &self.session);
            write!(
                socket,
                "DELETE /session/{session} HTTP/1.1\r\nHost: localhost:{port}\r\n\
                 Connection: close\r\n\r\n"
            )?;
            socket.read_exact(&mut [0])
        };
        if let Err(error) = end() {
            println!("the session of {:?} did not end: {error}", self.engine);
        }
    }
}

/// What a page says of itself when a test gives up on it.
const EVIDENCE: &str = "({ state: window.serverReload?.state, runtime: window.serverReload?.runtime, \
    server: window.serverReload?.server, witness: window.witness, ready: document.readyState, \
    visible: document.visibilityState, \
    toast: document.querySelector('server-reload-toast')?.shadowRoot?.textContent })";

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn note_in_ledger(engine: Engine, client: &Client) {
    let Some(file) = env::var_os(LEDGER) else {
        return;
    };
    let said = |name| client.capabilities().and_then(|all| all.get(name)).cloned();
    let (name, version) = (said("browserName"), said("browserVersion"));
    let line = format!("{engine:?} {} {}\n", json!(name), json!(version));
    let opened = OpenOptions::new().create(true).append(true).open(file);
    opened
        .expect("a ledger")
        .write_all(line.as_bytes())
        .expect("a line in the ledger");
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
        (
            http::Method::POST,
            Some(json!({ "type": "browser" }).to_string()),
        )
    }
}
