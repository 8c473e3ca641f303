//! Steps that many scenarios have in common.

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::Runtime;
use server_reload_e2e::shim::Shim;

/// Opens `url` in a fresh window, where the client connects in the given runtime.
pub(crate) async fn open(engine: Engine, url: &str, runtime: Runtime) -> Browser {
    let browser = Browser::lease(engine).await;
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

/// Waits until a problem whose title contains `title` is shown.
pub(crate) async fn problem(browser: &Browser, title: &str) {
    let told = overlay("title");
    let told = format!("{told}?.textContent.includes({})", json!(title));
    browser.wait_for(&told).await;
}

/// Waits until no problem is shown.
pub(crate) async fn no_problem(browser: &Browser) {
    browser
        .wait_for("!document.querySelector('server-reload-overlay')")
        .await;
}
