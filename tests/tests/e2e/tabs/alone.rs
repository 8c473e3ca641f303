//! Where there are no locks: on plain HTTP, under a name that is not this machine's own.

use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current};

scenarios! {
    each:
        each_window_that_is_seen_has_a_stream_up_to_four,
        tab_that_is_hidden_lets_its_stream_go_and_catches_up;
}

const NAME: &str = "dev-laptop";

/// A page on a name that is no secure context. `WebKit` can't be told any: it is done without locks.
async fn served(engine: Engine) -> (Shim, String) {
    let mut page = Page::new(Runtime::Wasm);
    if engine == Engine::WebKit {
        page = page.early("delete Navigator.prototype.locks");
    }
    let shim = Shim::serve_with(&page.alone(), &["--allow-host", NAME]).await;
    let host = match engine {
        Engine::Chromium | Engine::Firefox => NAME,
        Engine::WebKit => "localhost",
    };
    let url = format!("http://{host}:{}/", shim.port());
    (shim, url)
}

async fn opened(browser: &Browser, url: &str) {
    browser.open(url).await;
    browser.check("!navigator.locks").await;
    connected(browser).await;
}

async fn each_window_that_is_seen_has_a_stream_up_to_four(engine: Engine) {
    let (mut shim, url) = served(engine).await;
    let browser = Browser::lease(engine).await;
    opened(&browser, &url).await;
    let mut windows = vec![browser.tab().await];
    for window in 2..=6 {
        browser.new_window().await;
        opened(&browser, &url).await;
        windows.push(browser.tab().await);
        shim.wait_for_streams(window.min(4)).await;
    }
    shim.restart().await;
    for window in &windows {
        browser.switch_to(window.clone()).await;
        browser.wait_for("witness.documents.length >= 2").await;
        current(&browser, &shim).await;
    }
    shim.wait_for_streams(4).await;
    for window in windows {
        browser.switch_to(window).await;
        browser.check_documents(2).await;
    }
}

async fn tab_that_is_hidden_lets_its_stream_go_and_catches_up(engine: Engine) {
    let (mut shim, url) = served(engine).await;
    let browser = Browser::lease(engine).await;
    opened(&browser, &url).await;
    let first = browser.new_tab().await;
    if engine == Engine::WebKit {
        let second = browser.tab().await;
        browser.switch_to(first.clone()).await;
        browser.minimize().await;
        browser.switch_to(second).await;
    }
    shim.wait_for_streams(0).await;
    opened(&browser, &url).await;
    shim.wait_for_streams(1).await;
    shim.restart().await;
    current(&browser, &shim).await;
    browser.check_documents(2).await;
    shim.wait_for_streams(1).await;
    if engine == Engine::WebKit {
        // Nobody can bring its window back.
        return;
    }
    browser.switch_to(first).await;
    browser.wait_for("witness.documents.length >= 2").await;
    current(&browser, &shim).await;
    browser.check_documents(2).await;
}
