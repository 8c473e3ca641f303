//! Pages that make it hard.

use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, documents, in_state, open, toast};

scenarios! {
    each:
        sandboxed_frame_reloads_itself,
        policy_that_forbids_wasm_is_named_in_one_line;
    both:
        client_included_twice_has_one_stream_and_reloads_once,
        storage_that_throws_is_done_without,
        reload_that_does_not_help_is_paused,
        outdated_stamp_costs_one_reload;
}

async fn client_included_twice_has_one_stream_and_reloads_once(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime).body("<script src=/reload.js></script>");
    let mut shim = Shim::serve(&page.alone()).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    assert_eq!(proxy.tally().asked(Kind::Stream), 1);
    shim.restart().await;
    documents(&browser, 2).await;
    assert_eq!(proxy.tally().asked(Kind::Page), 2);
}

async fn storage_that_throws_is_done_without(engine: Engine, runtime: Runtime) {
    let throwing = "for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
            get() { throw new DOMException('denied', 'SecurityError'); },
        });";
    let mut shim = Shim::serve(&Page::new(runtime).early(throwing).alone()).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    browser.value("serverReload.toggle()").await;
    in_state(&browser, "off").await;
    browser.value("serverReload.toggle()").await;
    connected(&browser).await;
    shim.restart().await;
    proxy
        .wait_until("a reload", |tally| tally.asked(Kind::Page) == 2)
        .await;
    connected(&browser).await;
    assert_eq!(proxy.tally().asked(Kind::Page), 2);
}

async fn sandboxed_frame_reloads_itself(engine: Engine) {
    let outer = "<!doctype html><iframe sandbox=allow-scripts src=/inner.html></iframe>";
    let pages = [
        ("index.html", outer.to_owned()),
        ("inner.html", Page::new(Runtime::Wasm).html()),
    ];
    let mut shim = Shim::serve_with(&pages, &["--allow-origin", "null"]).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = Browser::lease(engine).await;
    browser.go(&proxy.url("/")).await;
    proxy
        .wait_until("a stream", |tally| tally.begun(Kind::Stream) == 1)
        .await;
    assert_eq!(proxy.tally().asked(Kind::Page), 2, "the page and its frame");
    shim.restart().await;
    proxy
        .wait_until("a reload", |tally| tally.asked(Kind::Page) == 3)
        .await;
    proxy
        .wait_until("its stream", |tally| tally.begun(Kind::Stream) == 3)
        .await;
}

async fn reload_that_does_not_help_is_paused(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime).attributes("data-server-id=any");
    let backend = Backend::run("restless", &page.alone());
    let browser = Browser::lease(engine).await;
    browser.open(&backend.url("/")).await;
    in_state(&browser, "paused").await;
    // The first, and three reloads.
    browser.check_documents(4).await;
    assert_eq!(said(&browser).await.len(), 1);
    if runtime == Runtime::Wasm {
        toast(&browser, "paused").await;
    }
}

async fn outdated_stamp_costs_one_reload(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime).attributes("data-server-id=not-any-more");
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = Browser::lease(engine).await;
    browser.open(&shim.url("/")).await;
    documents(&browser, 2).await;
    assert_eq!(said(&browser).await.len(), 1);
    shim.restart().await;
    documents(&browser, 3).await;
}

/// What the client said, but that it runs without `WebAssembly`.
async fn said(browser: &Browser) -> Vec<String> {
    let mut said = browser.said().await;
    said.retain(|line| !line.contains("wasm-unsafe-eval"));
    said
}

async fn policy_that_forbids_wasm_is_named_in_one_line(engine: Engine) {
    let policy = "script-src 'self' 'unsafe-inline'".to_owned();
    let pages = Page::new(Runtime::Wasm).alone();
    let mut backend = Backend::run_with("stamped", &pages, false, &[("CSP", policy)]);
    let browser = open(engine, &backend.url("/"), Runtime::Js).await;
    let said = browser.said().await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("'wasm-unsafe-eval'"), "{said:?}");
    backend.restart();
    documents(&browser, 2).await;
}
