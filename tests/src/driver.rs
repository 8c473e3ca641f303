//! The programs that drive browsers.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::display::Display;
use crate::process::Process;
use crate::supervised::free_port;
use crate::{fetch, place};

/// A browser's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium by chromedriver.
    Chromium,
    /// Firefox by geckodriver.
    Firefox,
    /// `WebKitGTK`'s `MiniBrowser` by `WebKitWebDriver`, on a display of its own.
    WebKit,
}

/// A running driver, which ends with this guard, and its browser with it.
#[derive(Debug)]
pub struct Driver {
    port: u16,
    process: Process,
    _display: Option<Display>,
}

impl Driver {
    /// Starts the driver of `engine`; `profile` is the browser's own folder.
    pub async fn start(engine: Engine, profile: &Path) -> Self {
        let display = (engine == Engine::WebKit).then(Display::start);
        let (process, port) = match engine {
            Engine::Chromium => chromedriver(),
            Engine::Firefox => geckodriver(profile),
            Engine::WebKit => webkit_driver(display.as_ref()),
        };
        fetch::until_answered(port, "/status").await;
        Self {
            port,
            process,
            _display: display,
        }
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The last lines of its output.
    pub(crate) fn last_lines(&self, most: usize) -> Vec<String> {
        self.process.last_lines(most)
    }
}

/// It asks the system for a port of one address family and wants the same of the other, where
/// somebody may have it; then it says so and ends.
fn chromedriver() -> (Process, u16) {
    let mut command = Command::new(place::tool("chromedriver"));
    command.arg("--port=0");
    let mut attempts = (0..10).map(|_| Process::start("chromedriver", &mut command));
    let started = attempts.find_map(|process| {
        let port = process.wait_for_line("its port", |line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ");
            let port = port.and_then(|port| port.trim_end_matches('.').parse().ok());
            (port.is_some() || line.ends_with("Exiting...")).then_some(port)
        });
        port.map(|port| (process, port))
    });
    started.expect("a port for chromedriver")
}

fn geckodriver(profile: &Path) -> (Process, u16) {
    let mut command = Command::new(place::tool("geckodriver"));
    command.args(["--port", "0", "--profile-root"]).arg(profile);
    let process = Process::start("geckodriver", &mut command);
    let port = process.wait_for_line("its port", |line| {
        line.rsplit_once("Listening on 127.0.0.1:")?
            .1
            .trim()
            .parse()
            .ok()
    });
    (process, port)
}

/// It neither takes 0 for a port nor tells one.
fn webkit_driver(display: Option<&Display>) -> (Process, u16) {
    let port = free_port();
    let mut command = Command::new(place::tool("WebKitWebDriver"));
    command.arg(format!("--port={port}"));
    command.env("DISPLAY", display.map(Display::name).unwrap_or_default());
    command
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11");
    if rustix::process::geteuid().is_root() {
        command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
    }
    (Process::start("WebKitWebDriver", &mut command), port)
}

/// What to ask the driver of `engine` for.
pub(crate) fn capabilities(engine: Engine, profile: &Path, flags: &[String]) -> Value {
    let own = match engine {
        Engine::Chromium => chromium(profile, flags),
        Engine::Firefox => json!({
            "moz:firefoxOptions": {
                "binary": place::tool("firefox-esr"),
                "args": ["-headless"],
                // A name that the server's machine need not know; and nobody is asked for settings.
                "prefs": {
                    "network.dns.localDomains": "dev-laptop",
                    "services.settings.server": "data:,#remote-settings-dummy/v1",
                    "messaging-system.rsexperimentloader.enabled": false,
                    "browser.backup.enabled": false,
                },
            },
        }),
        Engine::WebKit => json!({
            "webkitgtk:browserOptions": {
                "binary": place::mini_browser(),
                "args": ["--automation"],
            },
        }),
    };
    let mut all = own;
    // A document that never finishes must not hold up the questions that tell why.
    all["pageLoadStrategy"] = json!("none");
    all
}

fn chromium(profile: &Path, flags: &[String]) -> Value {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        // A name that the server's machine need not know.
        "--host-resolver-rules=MAP dev-laptop 127.0.0.1",
    ]
    .map(String::from)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.extend_from_slice(flags);
    json!({
        "goog:chromeOptions": { "binary": place::tool("chromium"), "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}
