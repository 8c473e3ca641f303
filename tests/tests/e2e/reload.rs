//! A restarted backend's page is new, once.

use server_reload_e2e::backend::Backend;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{current, documents, open};

scenarios! {
    each:
        page_of_a_plain_backend_reloads_when_uvicorn_restarts_it,
        reload_waits_for_the_asked_delay;
    both:
        page_of_a_plain_backend_reloads_when_it_is_stopped_and_started;
    all:
        page_reloads_once_for_each_restart;
}

async fn page_reloads_once_for_each_restart(engine: Engine, runtime: Runtime) {
    let mut shim = Shim::serve(&Page::new(runtime).body("<p id=text>old</p>").alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    shim.stop();
    shim.write(
        "index.html",
        &Page::new(runtime).body("<p id=text>new</p>").html(),
    );
    shim.start().await;
    documents(&browser, 2).await;
    assert_eq!(browser.value("text.textContent").await, "new");
    shim.restart().await;
    documents(&browser, 3).await;
    current(&browser, &shim).await;
}

async fn page_of_a_plain_backend_reloads_when_uvicorn_restarts_it(engine: Engine) {
    let backend = Backend::run_watching("minimal", &Page::new(Runtime::Wasm).alone());
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    backend.edit();
    documents(&browser, 2).await;
}

async fn page_of_a_plain_backend_reloads_when_it_is_stopped_and_started(
    engine: Engine,
    runtime: Runtime,
) {
    let mut backend = Backend::run("minimal", &Page::new(runtime).alone());
    let browser = open(engine, &backend.url("/"), runtime).await;
    backend.restart();
    documents(&browser, 2).await;
}

/// Notes when the client has begun to wait.
const DELAYED: &str = "
    const { setTimeout: set } = window;
    window.setTimeout = (what, ms) => {
        if (ms === 437) sessionStorage.setItem('began', performance.timeOrigin + performance.now());
        return set(what, ms);
    };";

async fn reload_waits_for_the_asked_delay(engine: Engine) {
    let page = Page::new(Runtime::Wasm)
        .attributes("data-delay=437")
        .early(DELAYED);
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.restart().await;
    documents(&browser, 2).await;
    let waited = "witness.documents[1].origin - sessionStorage.getItem('began')";
    let waited = browser.value(waited).await.as_f64().expect("a time");
    // The clock of a page has steps of a millisecond or two.
    assert!((435.0..1e6).contains(&waited), "waited {waited} ms");
}
