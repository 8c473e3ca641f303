//! A restarted backend's page is new in each engine, whoever restarts it.

use serde_json::json;
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::supervised::Supervised;

use crate::steps::TOAST;

async fn page_is_new_after_a_restart(engine: Engine) {
    let mut backend = Backend::run("minimal", &Page::new(Runtime::Wasm).alone());
    let browser = Browser::start(engine, &[]).await;
    browser.open(&backend.url("/")).await;
    browser.wait_for("serverReload.state === 'connected'").await;
    backend.restart();
    browser
        .wait_for("witness.documents.length === 2 && serverReload.state === 'connected'")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_reloads_after_a_restart() {
    page_is_new_after_a_restart(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_reloads_after_a_restart() {
    page_is_new_after_a_restart(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_reloads_after_a_restart() {
    page_is_new_after_a_restart(Engine::WebKit).await;
}

async fn button_restarts_the_backend(engine: Engine) {
    let page = Page::new(Runtime::Wasm).attributes("data-confirm=false");
    let page = page.body("<button id=go data-reload-restart>Restart</button>");
    let backend = Supervised::plain(&page).ready().await;
    let old = backend.pid().await;
    let browser = Browser::start(engine, &[]).await;
    browser.open(&backend.url("/")).await;
    browser.wait_for("serverReload.state === 'connected'").await;
    browser.value("go.click()").await;
    browser
        .wait_for("witness.documents.length === 2 && serverReload.state === 'connected'")
        .await;
    let new = backend.pid().await;
    let receipt = json!(format!("Restarted: pid {old} → {new} in "));
    browser
        .wait_for(&format!("{TOAST}.textContent.startsWith({receipt})"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_restarts_by_a_button() {
    button_restarts_the_backend(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_restarts_by_a_button() {
    button_restarts_the_backend(Engine::WebKit).await;
}
