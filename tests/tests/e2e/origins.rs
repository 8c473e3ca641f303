//! A page from one server, the client from another.

use serde_json::json;
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, documents, in_state, open};

scenarios! {
    each:
        page_seen_from_another_machine_reloads,
        stream_on_the_host_of_the_page_is_found_by_its_port;
    both:
        page_of_another_server_reloads,
        page_is_not_reloaded_into_a_refused_connection,
        page_that_may_not_ask_its_own_server_reloads;
}

/// A shim that serves nothing but itself.
async fn bare_shim(arguments: &[&str]) -> Shim {
    Shim::serve_with(&[], arguments).await
}

async fn page_of_another_server_reloads(engine: Engine, runtime: Runtime) {
    let mut shim = bare_shim(&[]).await;
    let page = Page::new(runtime).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let browser = open(engine, &backend.url("/"), runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
}

async fn page_is_not_reloaded_into_a_refused_connection(engine: Engine, runtime: Runtime) {
    let mut shim = bare_shim(&[]).await;
    let page = Page::new(runtime).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let proxy = Proxy::before(backend.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    proxy.set(|rules| rules.answer_all(Answer::Close));
    shim.restart().await;
    proxy
        .wait_until("knocks", |tally| tally.asked(Kind::Knock) > 3)
        .await;
    in_state(&browser, "restarted").await;
    browser.check_documents(1).await;
    assert_eq!(proxy.tally().asked(Kind::Page), 1);
    proxy.set(|rules| rules.answer_all(Answer::Pass));
    documents(&browser, 2).await;
}

async fn page_that_may_not_ask_its_own_server_reloads(engine: Engine, runtime: Runtime) {
    let mut shim = bare_shim(&[]).await;
    let policy = format!("connect-src {}", shim.url(""));
    let forbid = format!(
        "document.head.append(Object.assign(document.createElement('meta'), \
         {{ httpEquiv: 'Content-Security-Policy', content: {} }}));",
        json!(policy)
    );
    let page = Page::new(runtime)
        .early(&forbid)
        .script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let proxy = Proxy::before(backend.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
    assert_eq!(proxy.tally().asked(Kind::Knock), 0);
}

async fn page_seen_from_another_machine_reloads(engine: Engine) {
    let machine = another_machine(engine);
    let mut shim = bare_shim(&["--allow-host", machine]).await;
    let script = format!("http://{machine}:{}/reload.js", shim.port());
    two_machines(engine, &mut shim, &Page::new(Runtime::Wasm).script(&script)).await;
}

async fn stream_on_the_host_of_the_page_is_found_by_its_port(engine: Engine) {
    let mut shim = bare_shim(&["--allow-host", another_machine(engine)]).await;
    let events = format!("data-events=:{}/events/server", shim.port());
    two_machines(
        engine,
        &mut shim,
        &Page::new(Runtime::Wasm).attributes(&events),
    )
    .await;
}

/// A name that the browser knows and the server's machine need not. `WebKit` can't be told any.
fn another_machine(engine: Engine) -> &'static str {
    match engine {
        Engine::Chromium | Engine::Firefox => "dev-laptop",
        Engine::WebKit => "dev-laptop.localhost",
    }
}

/// The page comes from another machine.
async fn two_machines(engine: Engine, shim: &mut Shim, page: &Page) {
    let machine = another_machine(engine);
    let backend = Backend::run("minimal", &page.alone());
    let browser = Browser::lease(engine).await;
    browser
        .open(&format!("http://{machine}:{}/", backend.port()))
        .await;
    connected(&browser).await;
    shim.restart().await;
    documents(&browser, 2).await;
}
