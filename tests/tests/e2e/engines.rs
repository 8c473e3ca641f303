//! A restarted backend's page is new in each engine.

use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};

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
