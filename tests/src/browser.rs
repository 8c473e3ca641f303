//! A browser's window, driven by `WebDriver`.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::driver::Engine;
use crate::session::Session;
use crate::{GLANCE, PATIENCE, place, pool, scenario};

/// How many lines of the console, and of the driver, a failure shows.
const MOST_LINES: usize = 30;

/// How long a failure may look at what the page is doing.
const LOOK: Duration = Duration::from_secs(5);

/// How much longer each wait between two looks is than the one before: a question costs a driver
/// and its browser some milliseconds, which other scenarios want too.
const CALMER: f64 = 1.3;

/// The longest wait between two looks.
const CALM: Duration = Duration::from_millis(60);

/// A browser with a fresh window, which a scenario has to itself.
#[derive(Debug)]
pub struct Browser {
    /// None once it has been given back.
    session: Option<Session>,
    pooled: bool,
    resized: AtomicBool,
    console: Mutex<Vec<String>>,
}

impl Browser {
    /// A browser of the pool's, which this guard gives back.
    pub async fn lease(engine: Engine) -> Self {
        Self::of(pool::take(engine).await, true)
    }

    /// Starts one that ends with this guard; Chromium takes more flags.
    pub async fn start(engine: Engine, flags: &[&str]) -> Self {
        let flags = flags.iter().map(ToString::to_string).collect();
        Self::of(Session::start(engine, flags).await, false)
    }

    fn of(session: Session, pooled: bool) -> Self {
        scenario::uses(session.engine, &session.version);
        Self {
            session: Some(session),
            pooled,
            resized: AtomicBool::new(false),
            console: Mutex::default(),
        }
    }

    fn session(&self) -> &Session {
        self.session
            .as_ref()
            .expect("a browser until it is dropped")
    }

    fn client(&self) -> &fantoccini::Client {
        &self.session().client
    }

    /// Its engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.session().engine
    }

    /// Opens `url` and waits until its document counts itself (see [`crate::page`]).
    pub async fn open(&self, url: &str) {
        self.go(url).await;
        let here = format!("location.href === {} && window.witness", json!(url));
        self.wait_for(&here).await;
    }

    /// Opens `url` and does not wait.
    pub async fn go(&self, url: &str) {
        let gone = within(url, self.client().goto(url)).await;
        gone.unwrap_or_else(|error| panic!("can't open {url}: {error}"));
    }

    /// Goes back in the tab's history.
    pub async fn back(&self) {
        let gone = within("back", self.client().back()).await;
        gone.expect("a way back");
    }

    /// The value of a `JavaScript` expression.
    pub async fn value(&self, expression: &str) -> Value {
        let value = self.evaluate(expression).await;
        value.unwrap_or_else(|error| panic!("`{expression}`: {error}"))
    }

    /// Types into the element of this selector, as a person does.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let found = self.client().find(fantoccini::Locator::Css(selector)).await;
        let typed = found.expect("an element").send_keys(text).await;
        typed.expect("a typed text");
    }

    /// Runs `JavaScript` statements, which no policy of the page can forbid.
    pub async fn run(&self, statements: &str) {
        let run = self.client().execute(statements, Vec::new()).await;
        run.unwrap_or_else(|error| panic!("the statements: {error}"));
    }

    /// Lets pages believe that the person prefers `scheme`, `light` or `dark`, and no motion
    /// (Chromium only).
    pub async fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let command = "Emulation.setEmulatedMedia";
        let set = self.devtools(command, json!({ "features": features }));
        set.await.expect("a preference that is set");
    }

    /// Sends a command of the browser's own protocol to the driven tab (Chromium only).
    ///
    /// # Errors
    ///
    /// Those of the browser; a tab that the command has ended answers with one, too.
    pub async fn devtools(&self, command: &'static str, params: Value) -> Result<Value, CmdError> {
        let asked = self.client().issue_cmd(Devtools { command, params });
        within(command, asked).await
    }

    /// Waits until a `JavaScript` expression has a value that is true, and gives it.
    pub async fn wait_for(&self, expression: &str) -> Value {
        self.wait_within(PATIENCE, expression).await
    }

    /// The same with a deadline of its own.
    pub async fn wait_within(&self, patience: Duration, expression: &str) -> Value {
        let deadline = Instant::now() + patience;
        let mut glance = GLANCE / 2;
        loop {
            // It throws while one document gives way to the next.
            let last = self.evaluate(expression).await;
            if let Ok(value) = last.as_ref()
                && is_true(value)
            {
                return value.clone();
            }
            assert!(
                Instant::now() < deadline,
                "waited for `{expression}`, last: {last:?}"
            );
            tokio::time::sleep(glance).await;
            glance = glance.mul_f64(CALMER).min(CALM);
        }
    }

    /// Panics where a `JavaScript` expression is not true.
    pub async fn check(&self, expression: &str) {
        let value = self.value(expression).await;
        assert!(is_true(&value), "not true: `{expression}`: {value}");
    }

    /// Panics where this tab has not loaded `wanted` documents.
    pub async fn check_documents(&self, wanted: u64) {
        self.check(&format!("witness.documents.length === {wanted}"))
            .await;
    }

    /// All that pages and browser have written to the console (Chromium only).
    pub async fn console(&self) -> Vec<String> {
        let new = self.session().console().await.expect("a console log");
        let mut console = self.console.lock().expect("an unpoisoned lock");
        console.extend(new);
        console.clone()
    }

    /// What the client has said on the console of this tab, over page loads (see [`crate::page`]).
    pub async fn said(&self) -> Vec<String> {
        let said = self.value("window.witness?.said ?? []").await;
        let lines = said.as_array().into_iter().flatten();
        let lines = lines.filter_map(|line| line.as_str().map(str::to_owned));
        lines.collect()
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
            match self.client().get_alert_text().await {
                Ok(text) => break text,
                Err(error) => assert!(Instant::now() < deadline, "no dialog: {error}"),
            }
            tokio::time::sleep(GLANCE).await;
        };
        let answered = if yes {
            self.client().accept_alert().await
        } else {
            self.client().dismiss_alert().await
        };
        answered.expect("an answered dialog");
        text
    }

    /// Opens another tab, in `WebKit` another window, and makes it the one that is driven; gives the one
    /// before.
    pub async fn new_tab(&self) -> WindowHandle {
        // In WebKit every tab but a window's first is hidden for ever.
        self.add(self.engine() != Engine::WebKit).await
    }

    /// The same with another window, so that both are seen.
    pub async fn new_window(&self) -> WindowHandle {
        self.add(false).await
    }

    async fn add(&self, as_tab: bool) -> WindowHandle {
        let before = self.tab().await;
        let tab = within("a new tab", self.client().new_window(as_tab)).await;
        let tab = tab.expect("a new tab");
        self.switch_to(tab.handle).await;
        before
    }

    /// Lets nobody see the window.
    pub async fn minimize(&self) {
        let minimized = within("a smaller window", self.client().minimize_window()).await;
        minimized.expect("a minimized window");
    }

    /// The tab that is driven.
    pub async fn tab(&self) -> WindowHandle {
        let tab = within("a window", self.client().window()).await;
        tab.expect("a window")
    }

    /// Makes `tab` the one that is driven.
    pub async fn switch_to(&self, tab: WindowHandle) {
        let switched = within("a switch of tabs", self.client().switch_to_window(tab)).await;
        switched.expect("a switch of tabs");
    }

    /// Closes the driven tab and goes to `next`.
    pub async fn close_tab(&self, next: WindowHandle) {
        let closed = within("a closed tab", self.client().close_window()).await;
        closed.expect("a closed tab");
        self.switch_to(next).await;
    }

    /// Saves what the window shows as `NAME.png` among the results and gives the file's path.
    pub async fn picture(&self, name: &str) -> std::path::PathBuf {
        let file = place::results().join(format!("{name}.png"));
        let picture = within("a picture", self.client().screenshot()).await;
        fs::write(&file, picture.expect("a picture")).expect("a saved picture");
        file
    }

    /// Gives the window this size in pixels, its frame included.
    pub async fn resize(&self, width: u32, height: u32) {
        self.resized.store(true, Ordering::Relaxed);
        let resized = self.client().set_window_size(width, height);
        let resized = within("another size", resized).await;
        resized.expect("a window of another size");
    }

    async fn evaluate(&self, expression: &str) -> Result<Value, CmdError> {
        let question = format!("return ({expression})");
        within(expression, self.client().execute(&question, Vec::new())).await
    }

    /// Prints what the page is doing, for whoever reads why the scenario failed.
    fn tell(session: Session, console: Vec<String>) {
        let name = scenario::name().replace("::", "-");
        let (done, wait) = mpsc::channel();
        scenario::runtime().spawn(async move {
            let _ = done.send(evidence(&session, console, &name).await);
        });
        match wait.recv_timeout(LOOK) {
            Ok(evidence) => println!("{evidence}"),
            Err(_) => println!("the browser does not answer"),
        }
    }
}

impl Drop for Browser {
    /// A browser in which a scenario has failed is not used again.
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        if thread::panicking() {
            let console = self.console.lock();
            let console = console.map_or_else(|_| Vec::new(), |console| console.clone());
            Self::tell(session, console);
        } else if self.pooled {
            pool::give_back(session, self.resized.load(Ordering::Relaxed));
        }
    }
}

/// What the browser answers. No command waits for a page, so one that does not answer hangs.
async fn within<T>(what: &str, answer: impl Future<Output = T>) -> T {
    let answered = timeout(PATIENCE, answer).await;
    answered.unwrap_or_else(|_| panic!("`{what}`: the browser does not answer"))
}

async fn evidence(session: &Session, mut console: Vec<String>, name: &str) -> String {
    let client = &session.client;
    let url = client.current_url().await.map(String::from);
    let question = format!("return {EVIDENCE}");
    let page = client.execute(&question, Vec::new()).await;
    let page = page.map(|page| format!("{page:#}"));
    console.extend(session.console().await.unwrap_or_default());
    let console = console[console.len().saturating_sub(MOST_LINES)..].join("\n  ");
    let picture = client.screenshot().await.map(|picture| {
        let file = place::results().join(format!("{name}.png"));
        fs::write(&file, picture).map(|()| file)
    });
    let driver = session.last_lines(MOST_LINES).join("\n  ");
    format!(
        "{} at {url:?}\npage: {}\nconsole:\n  {console}\ndriver:\n  {driver}\npicture: {picture:?}",
        session.version,
        page.unwrap_or_else(|error| error.to_string()),
    )
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

/// Chromedriver's way to the browser's own protocol.
#[derive(Debug)]
struct Devtools {
    command: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let command = json!({ "cmd": self.command, "params": self.params });
        (http::Method::POST, Some(command.to_string()))
    }
}
