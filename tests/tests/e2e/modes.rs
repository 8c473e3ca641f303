//! Pages that do it themselves, and people who decide.

use serde_json::json;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{current, documents, in_state, open, press, toast};

scenarios! {
    each:
        promise_holds_up_the_reload,
        rendering_that_fails_is_said,
        prompt_reloads_when_its_button_is_pressed,
        dismissed_prompt_leaves_the_page_until_the_next_restart;
    both:
        page_that_prevents_the_reload_renders_itself_in_place,
        event_mode_tells_the_page_and_does_not_reload;
}

/// Draws `data.json`, anew after each restart.
const RENDER: &str = "<pre id=graph></pre><script>
    const render = async () => {
        const answer = await fetch('data.json', { cache: 'no-store' });
        graph.textContent = (await answer.json()).value;
    };
    addEventListener('server-reload', (event) => {
        event.preventDefault();
        event.detail.waitUntil(render());
    });
    render();
    </script>";

const COUNT: &str = "<script>
    window.restarts = [];
    document.addEventListener('server-reload', ({ detail }) => {
        restarts.push([detail.cause, detail.oldId, detail.newId]);
    });
    </script>";

async fn page_that_prevents_the_reload_renders_itself_in_place(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime).body(RENDER).html();
    let data = |value: &str| json!({ "value": value }).to_string();
    let mut shim = Shim::serve(&[("index.html", page), ("data.json", data("old"))]).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    browser.wait_for("graph.textContent === 'old'").await;
    for value in ["new", "newer"] {
        shim.stop();
        shim.write("data.json", &data(value));
        shim.start().await;
        browser
            .wait_for(&format!("graph.textContent === {}", json!(value)))
            .await;
        if runtime == Runtime::Wasm {
            toast(&browser, "updated").await;
        }
        current(&browser, &shim).await;
        browser.check_documents(1).await;
    }
}

/// Holds up the reload until `release()`.
const HOLD: &str = "<script>
    addEventListener('server-reload', ({ detail }) => {
        detail.waitUntil(new Promise((resolve) => { window.release = resolve; }));
    });
    </script>";

async fn promise_holds_up_the_reload(engine: Engine) {
    let mut shim = Shim::serve(&Page::new(Runtime::Wasm).body(HOLD).alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.restart().await;
    browser.wait_for("typeof release === 'function'").await;
    in_state(&browser, "reloading").await;
    browser.check_documents(1).await;
    browser.value("release()").await;
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

async fn event_mode_tells_the_page_and_does_not_reload(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime)
        .attributes("data-on-restart=event")
        .body(COUNT);
    let mut shim = Shim::serve(&page.alone()).await;
    let old = shim.id().await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    shim.restart().await;
    browser.wait_for("restarts.length").await;
    current(&browser, &shim).await;
    let restarts = browser.value("restarts").await;
    assert_eq!(restarts, json!([["restart", old, shim.id().await]]));
    browser.check_documents(1).await;
}

async fn rendering_that_fails_is_said(engine: Engine) {
    let body = "<script>addEventListener('server-reload', (event) => {
        event.preventDefault();
        event.detail.waitUntil(Promise.reject(new Error('no data')));
    })</script>";
    let mut shim = Shim::serve(&Page::new(Runtime::Wasm).body(body).alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.restart().await;
    toast(&browser, "failed").await;
    current(&browser, &shim).await;
    browser.check_documents(1).await;
}

async fn prompt_reloads_when_its_button_is_pressed(engine: Engine) {
    let page = Page::new(Runtime::Wasm).attributes("data-on-restart=prompt");
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.restart().await;
    toast(&browser, "prompt").await;
    assert_eq!(browser.value("serverReload.state").await, "prompt");
    browser.check_documents(1).await;
    press(&browser, "reload").await;
    documents(&browser, 2).await;
}

async fn dismissed_prompt_leaves_the_page_until_the_next_restart(engine: Engine) {
    let page = Page::new(Runtime::Wasm).attributes("data-on-restart=prompt");
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.restart().await;
    toast(&browser, "prompt").await;
    press(&browser, "dismiss").await;
    current(&browser, &shim).await;
    browser.check_documents(1).await;
    shim.restart().await;
    toast(&browser, "prompt").await;
}
