//! Who sees when a page is new: Chromium.

use std::time::Duration;

use serde_json::{Value, json};
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;

use crate::clock;
use crate::figures::Figures;

/// A page is connected for so long before its server is restarted: a stream that ended sooner is no
/// proof of a healthy server to our client, which then asks less eagerly.
pub(crate) const CONNECTED_FOR: Duration = Duration::from_millis(1_100);

/// The driver's questions keep the page busy, so they begin only so long after something happened.
pub(crate) const UNDISTURBED: Duration = Duration::from_millis(150);

/// What is not seen after this time never comes: a page script takes half of it.
const SEEN_WITHIN: Duration = Duration::from_secs(8);

/// When the time of a document began, by the page's own clock.
const ORIGIN: &str = "performance.timeOrigin";

/// The page's clock against the wall clock, which shows whole milliseconds.
const CLOCK_ERROR: &str = "Date.now() + 0.5 - performance.timeOrigin - performance.now()";

/// A browser, and how far its clock is off.
pub(crate) struct Observer {
    browser: Browser,
    clock: Figures,
}

/// A page that is open and connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document {
    origin: f64,
}

impl Observer {
    /// Starts the browser.
    pub(crate) async fn start() -> Self {
        // A page that waits in the cache would keep its stream while the next contender is measured.
        let flags = ["--disable-features=BackForwardCache"];
        Self {
            browser: Browser::start(Engine::Chromium, &flags).await,
            clock: Figures::default(),
        }
    }

    /// Opens a page, waits until the expression `connected` is true, and for a moment more.
    pub(crate) async fn open(&self, url: &str, connected: &str) -> Document {
        self.browser.go("about:blank").await;
        self.browser.go(url).await;
        self.connected(url, connected).await
    }

    /// The same for a page that loads itself.
    pub(crate) async fn connected(&self, url: &str, connected: &str) -> Document {
        let connected = format!("location.href === {} && {connected}", json!(url));
        self.browser.wait_for(&connected).await;
        let origin = number(&self.browser.value(ORIGIN).await);
        tokio::time::sleep(CONNECTED_FOR).await;
        Document { origin }
    }

    /// Waits for another document, of which the expression `ready` is true; gives when its time
    /// began, in milliseconds since the Unix epoch. None where none comes.
    pub(crate) async fn next(&mut self, old: Document, ready: &str) -> Option<f64> {
        // A JSON number may be off by a hair, so a document is another when its time differs by 1 ms.
        let other = format!(
            "Math.abs({ORIGIN} - {}) > 1 && ({ready}) && {ORIGIN}",
            old.origin
        );
        self.number(&other).await
    }

    /// Whether the browser shows another document than this.
    pub(crate) async fn has_left(&self, old: Document) -> bool {
        let origin = number(&self.browser.value(ORIGIN).await);
        (origin - old.origin).abs() > 1.0
    }

    /// Waits for an expression to become a number that is not 0; none where it does not.
    pub(crate) async fn number(&mut self, expression: &str) -> Option<f64> {
        let deadline = clock::wall() + SEEN_WITHIN.as_secs_f64() * 1000.0;
        let bounded = format!("({expression}) || (Date.now() > {deadline} && -1)");
        let number = number(&self.browser.wait_for(&bounded).await);
        self.compare_clocks().await;
        Some(number).filter(|number| *number > 0.0)
    }

    async fn compare_clocks(&mut self) {
        let error = number(&self.browser.value(CLOCK_ERROR).await);
        self.clock.add(error.abs());
    }

    /// What to know about the figures: which browser, and how far its clock was off.
    pub(crate) async fn note(&self) -> String {
        let agent = self.browser.value("navigator.userAgent").await.to_string();
        let version = agent.split_once("Chrome/").map(|(_, version)| version);
        let major = version.and_then(|version| version.split('.').next());
        format!(
            "Chromium {}; its clock and ours differ by {:.1} ms at most",
            major.unwrap_or("of an unknown version"),
            self.clock.quantile(1.0)
        )
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}
