//! A page from one server, the client from another.

use serde_json::json;
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, documents, in_state, open};

in_both_runtimes!(
    page_of_another_server_reloads,
    page_is_not_reloaded_into_a_refused_connection,
    page_that_may_not_ask_its_own_server_reloads,
    page_seen_from_another_machine_reloads,
    stream_on_the_host_of_the_page_is_found_by_its_port,
);

/// A shim that serves nothing but itself.
async fn bare_shim(arguments: &[&str]) -> Shim {
    Shim::serve_with(&[], arguments).await
}

async fn page_of_another_server_reloads(runtime: Runtime) {
    let mut shim = bare_shim(&[]).await;
    let page = Page::new(runtime).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let browser = open(&backend.url("/"), runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
}

async fn page_is_not_reloaded_into_a_refused_connection(runtime: Runtime) {
    let mut shim = bare_shim(&[]).await;
    let page = Page::new(runtime).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let proxy = Proxy::before(backend.port()).await;
    let browser = open(&proxy.url("/"), runtime).await;
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

async fn page_that_may_not_ask_its_own_server_reloads(runtime: Runtime) {
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
    let browser = open(&proxy.url("/"), runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
    assert_eq!(proxy.tally().asked(Kind::Knock), 0);
}

async fn page_seen_from_another_machine_reloads(runtime: Runtime) {
    let mut shim = bare_shim(&["--allow-host", "dev-laptop"]).await;
    let script = format!("http://dev-laptop:{}/reload.js", shim.port());
    two_machines(&mut shim, &Page::new(runtime).script(&script), runtime).await;
}

async fn stream_on_the_host_of_the_page_is_found_by_its_port(runtime: Runtime) {
    let mut shim = bare_shim(&["--allow-host", "dev-laptop"]).await;
    let events = format!("data-events=:{}/events/server", shim.port());
    two_machines(&mut shim, &Page::new(runtime).attributes(&events), runtime).await;
}

/// The page comes from `dev-laptop`, which the browser knows and the server's machine need not.
async fn two_machines(shim: &mut Shim, page: &Page, runtime: Runtime) {
    let backend = Backend::run("minimal", &page.alone());
    let flags = ["--host-resolver-rules=MAP dev-laptop 127.0.0.1"];
    let browser = Browser::start(Engine::Chromium, &flags).await;
    browser
        .open(&format!("http://dev-laptop:{}/", backend.port()))
        .await;
    connected(&browser).await;
    assert_eq!(browser.value("serverReload.runtime").await, runtime.name());
    shim.restart().await;
    documents(&browser, 2).await;
}
