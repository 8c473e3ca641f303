//! Off means off.

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current, documents, in_state, open};

scenarios! {
    each:
        other_tabs_follow,
        button_in_a_toolbar_toggles,
        button_where_a_selector_says_toggles,
        floating_button_toggles;
    both:
        off_means_no_stream_and_on_catches_up,
        off_lasts_over_a_page_load,
        page_starts_off_where_its_tag_says_so;
}

async fn off_means_no_stream_and_on_catches_up(engine: Engine, runtime: Runtime) {
    let mut shim = Shim::serve(&Page::new(runtime).alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    shim.wait_for_streams(1).await;
    browser.value("serverReload.disable()").await;
    in_state(&browser, "off").await;
    shim.wait_for_streams(0).await;
    shim.restart().await;
    assert_eq!(browser.value("serverReload.state").await, "off");
    assert_eq!(shim.health().await.streams, 0);
    browser.check_documents(1).await;
    browser.value("serverReload.enable()").await;
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

async fn off_lasts_over_a_page_load(engine: Engine, runtime: Runtime) {
    let shim = Shim::serve(&Page::new(runtime).alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    browser.value("serverReload.toggle()").await;
    browser.open(&shim.url("/?again")).await;
    in_state(&browser, "off").await;
    assert_eq!(browser.value("serverReload.enabled").await, false);
    shim.wait_for_streams(0).await;
}

async fn other_tabs_follow(engine: Engine) {
    let shim = Shim::serve(&Page::new(Runtime::Wasm).alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    let first = browser.new_tab().await;
    browser.open(&shim.url("/?second")).await;
    connected(&browser).await;
    browser.value("serverReload.disable()").await;
    shim.wait_for_streams(0).await;
    browser.value("serverReload.enable()").await;
    shim.wait_for_streams(1).await;
    browser.switch_to(first).await;
    connected(&browser).await;
}

async fn page_starts_off_where_its_tag_says_so(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime).attributes("data-enabled=false");
    let shim = Shim::serve(&page.alone()).await;
    let browser = Browser::lease(engine).await;
    browser.open(&shim.url("/")).await;
    in_state(&browser, "off").await;
    assert_eq!(shim.health().await.streams, 0);
    browser.value("serverReload.enable()").await;
    connected(&browser).await;
}

async fn button_in_a_toolbar_toggles(engine: Engine) {
    let page = Page::new(Runtime::Wasm).body("<nav><span data-reload-toggle></span></nav>");
    let button = "document.querySelector('nav [data-reload-toggle] button')";
    button_toggles(engine, &page, button).await;
}

async fn button_where_a_selector_says_toggles(engine: Engine) {
    let page = Page::new(Runtime::Wasm)
        .attributes("data-toggle=#bar")
        .body("<nav id=bar></nav>");
    button_toggles(engine, &page, "document.querySelector('#bar button')").await;
}

async fn floating_button_toggles(engine: Engine) {
    let page = Page::new(Runtime::Wasm).attributes("data-toggle=floating");
    let button =
        "document.querySelector('server-reload-toggle')?.shadowRoot.querySelector('button')";
    button_toggles(engine, &page, button).await;
}

async fn button_toggles(engine: Engine, page: &Page, button: &str) {
    let shim = Shim::serve(&page.alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    for (state, pressed) in [("off", "false"), ("connected", "true")] {
        browser.value(&format!("{button}.click()")).await;
        in_state(&browser, state).await;
        let shown = format!(
            "{button}.getAttribute('aria-pressed') === {}",
            json!(pressed)
        );
        browser.wait_for(&shown).await;
    }
}
