//! Steps that many scenarios have in common.

use std::time::{Duration, Instant};

use serde_json::json;
use server_reload_e2e::PATIENCE;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::page::Runtime;
use server_reload_e2e::shim::Shim;

/// Makes of each scenario, a function of the [`Runtime`], a test in `wasm` and one in `js`.
macro_rules! in_both_runtimes {
    ($($scenario:ident),+ $(,)?) => {
        mod wasm {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario(server_reload_e2e::page::Runtime::Wasm).await;
            })+
        }
        mod js {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario(server_reload_e2e::page::Runtime::Js).await;
            })+
        }
    };
}

/// Starts Chromium and opens `url`, where the client connects in the given runtime.
pub(crate) async fn open(url: &str, runtime: Runtime) -> Browser {
    let browser = Browser::chromium().await;
    browser.open(url).await;
    connected(&browser).await;
    assert_eq!(browser.value("serverReload.runtime").await, runtime.name());
    browser
}

/// Waits until the client has a stream that has told an id.
pub(crate) async fn connected(browser: &Browser) {
    browser
        .wait_for("serverReload.state === 'connected' && serverReload.server?.id")
        .await;
}

/// Waits until the client is in `state`.
pub(crate) async fn in_state(browser: &Browser, state: &str) {
    browser
        .wait_for(&format!("serverReload.state === {}", json!(state)))
        .await;
}

/// Waits until the page knows the shim's present id and is at rest.
pub(crate) async fn current(browser: &Browser, shim: &Shim) {
    let id = json!(shim.id().await);
    let is_current =
        format!("serverReload.state === 'connected' && serverReload.server?.id === {id}");
    browser.wait_for(&is_current).await;
}

/// Waits until the tab has loaded `wanted` documents and the last is connected; none came after.
pub(crate) async fn documents(browser: &Browser, wanted: u64) {
    browser
        .wait_for(&format!("witness.documents.length >= {wanted}"))
        .await;
    connected(browser).await;
    browser.check_documents(wanted).await;
}

/// Waits until the toast is of this kind.
pub(crate) async fn toast(browser: &Browser, kind: &str) {
    browser
        .wait_for(&format!("{TOAST}?.dataset.kind === {}", json!(kind)))
        .await;
}

/// Presses a button of the toast.
pub(crate) async fn press(browser: &Browser, action: &str) {
    let button = format!("{TOAST}.querySelector('[data-action={action}]')");
    browser.wait_for(&button).await;
    browser.value(&format!("{button}.click()")).await;
}

pub(crate) const TOAST: &str =
    "document.querySelector('server-reload-toast')?.shadowRoot.querySelector('[part=toast]')";

/// Where the overlay is, while something is shown.
const OVERLAY: &str = "document.querySelector('server-reload-overlay')?.shadowRoot";

/// A part of the overlay.
pub(crate) fn overlay(part: &str) -> String {
    format!("{OVERLAY}?.querySelector('[part={part}]')")
}

/// Waits until a problem whose title contains `title` is shown: by the overlay, or for the `times`th
/// time in the console of a page without `WebAssembly`.
pub(crate) async fn problem(browser: &Browser, runtime: Runtime, title: &str, times: usize) {
    if runtime == Runtime::Wasm {
        let told = overlay("title");
        let told = format!("{told}?.textContent.includes({})", json!(title));
        browser.wait_for(&told).await;
        return;
    }
    let deadline = Instant::now() + PATIENCE;
    while browser.console_with(title).await.len() < times {
        if Instant::now() > deadline {
            let console = browser.console().await.join("\n");
            panic!("the console does not say `{title}` {times} times:\n{console}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until no problem is shown.
pub(crate) async fn no_problem(browser: &Browser) {
    browser
        .wait_for("!document.querySelector('server-reload-overlay')")
        .await;
}
