//! Nothing that we show keeps anybody from using a page: axe-core finds no fault in it, in light and
//! in dark.
//!
//! In Chromium alone: what axe judges, the document and its styles, is the same in every engine.

use serde_json::json;
use server_reload_e2e::axe;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy};
use server_reload_e2e::shim::Shim;
use server_reload_e2e::supervised::Supervised;

use crate::steps::{TOAST, connected, documents, open, press, problem, toast};
use crate::story::{borrowed, www};

const ENGINE: Engine = Engine::Chromium;

const TOAST_HOST: &str = "server-reload-toast";

async fn judge(browser: &Browser, part: &str, what: &str) {
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        axe::check(browser, part, &format!("{what}, {scheme}")).await;
    }
}

/// The toast of this kind.
async fn judge_toast(browser: &Browser, kind: &str) {
    toast(browser, kind).await;
    judge(browser, TOAST_HOST, &format!("the toast `{kind}`")).await;
}

/// A toast that would go by itself stays until it has been judged.
const STAY: &str = "const set = window.setTimeout;
    window.setTimeout = (then, ms, ...rest) => set(then, [2e3, 4e3, 1e4].includes(ms) ? 6e5 : ms, ...rest);";

/// A page that holds what belongs into one, so that all of it can be judged.
fn page(attributes: &str, body: &str) -> Page {
    let body = format!("<main><h1>A page</h1>{body}</main>");
    let page = Page::new(Runtime::Wasm).early(STAY);
    page.attributes(attributes).body(&body)
}

#[tokio::test(flavor = "multi_thread")]
async fn toggle_of_each_kind() {
    for (attributes, body) in [
        ("", "<div data-reload-toggle></div>"),
        (
            "",
            "<button type=button data-reload-toggle>Reload by itself</button>",
        ),
        ("data-toggle=floating", ""),
    ] {
        let shim = Shim::serve(&page(attributes, body).alone()).await;
        let browser = open(ENGINE, &shim.url("/"), Runtime::Wasm).await;
        for state in ["on", "off"] {
            judge(
                &browser,
                "html",
                &format!("the toggle `{attributes}{body}`, {state}"),
            )
            .await;
            browser.value("serverReload.disable()").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn toast_of_a_server_that_comes_and_goes() {
    let style = "<link rel=stylesheet href=/style.css>";
    let page = page("data-on-restart=prompt", style).html();
    let files = [("index.html", page), ("style.css", String::new())];
    let mut shim = Shim::serve(&files).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(ENGINE, &proxy.url("/"), Runtime::Wasm).await;
    shim.write("style.css", "h1 { color: green }");
    judge_toast(&browser, "styles").await;
    proxy.set(|rules| rules[Kind::Stream].answer = Answer::Close);
    proxy.cut();
    judge_toast(&browser, "lost").await;
    proxy.set(|rules| rules[Kind::Stream].answer = Answer::Pass);
    judge_toast(&browser, "back").await;
    shim.stop();
    judge_toast(&browser, "stopped").await;
    shim.start().await;
    judge_toast(&browser, "prompt").await;
    judge(&browser, "html", "a page with a prompt").await;
}

/// Does what `window.plan` says at the next restart, and holds it up until `release()`.
const PLANNED: &str = "<script>
    addEventListener('server-reload', (event) => {
        const { prevent, hold, fail } = window.plan;
        if (prevent) event.preventDefault();
        if (hold) event.detail.waitUntil(new Promise((resolve) => (window.release = resolve)));
        if (fail) event.detail.waitUntil(Promise.reject(new Error('no data')));
    });
    </script>";

#[tokio::test(flavor = "multi_thread")]
async fn toast_of_a_page_that_does_it_itself() {
    let mut shim = Shim::serve(&page("", PLANNED).alone()).await;
    let browser = open(ENGINE, &shim.url("/"), Runtime::Wasm).await;
    for (plan, during, after) in [
        (
            json!({ "prevent": true, "hold": true }),
            Some("updating"),
            "updated",
        ),
        (json!({ "prevent": true }), None, "told"),
        (json!({ "prevent": true, "fail": true }), None, "failed"),
        (json!({ "hold": true }), Some("reloading"), "reloaded"),
    ] {
        browser.value(&format!("window.plan = {plan}")).await;
        shim.restart().await;
        if let Some(kind) = during {
            judge_toast(&browser, kind).await;
            browser.value("release()").await;
        }
        if after == "reloaded" {
            documents(&browser, 2).await;
        }
        judge_toast(&browser, after).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn toast_of_servers_that_take_turns() {
    let pages = page("", "").alone();
    let (first, second) = (Shim::serve(&pages).await, Shim::serve(&pages).await);
    let proxy = Proxy::before(first.port()).await;
    let browser = open(ENGINE, &proxy.url("/"), Runtime::Wasm).await;
    proxy.set(|rules| rules.upstreams.push(second.port()));
    for _ in 0..8 {
        proxy.renew_stream().await;
        connected(&browser).await;
        if browser
            .value(&format!("{TOAST}.dataset.kind"))
            .await
            .eq("workers")
        {
            break;
        }
    }
    judge_toast(&browser, "workers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restart_with_its_timeline() {
    let body = "<button type=button id=go data-reload-restart>Restart</button>
                <button type=button id=nobody data-reload-restart=nobody>Restart</button>";
    let page = page(
        "data-confirm=false data-on-restart=event data-restart-patience=300",
        body,
    );
    let arguments = [
        "--no-watch",
        "--ready",
        "http://127.0.0.1:{port}/health",
        "--ready-timeout",
        "20s",
    ];
    let backend = Supervised::plain(&page).with(&arguments).ready().await;
    let browser = open(ENGINE, &backend.url("/"), Runtime::Wasm).await;
    browser.value("nobody.click()").await;
    judge_toast(&browser, "refused").await;
    backend.set_healthy(false);
    browser.value("go.click()").await;
    judge_toast(&browser, "restarting").await;
    let late = format!("{TOAST}.textContent.includes('No end after')");
    browser.wait_for(&late).await;
    judge_toast(&browser, "restarting").await;
    backend.set_healthy(true);
    browser.wait_for("witness.reloads.length === 1").await;
    backend.save("raise SystemExit('no luck')\n");
    browser.value("go.click()").await;
    judge_toast(&browser, "unrestarted").await;
    problem(&browser, "exit").await;
    judge(&browser, "html", "a page with the overlay and a toast").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overlay_with_colored_output() {
    let page = page("", "");
    let check = ["--check", "{python} {check}", "--ready-timeout", "30s"];
    let backend = Supervised::plain(&page).with(&check).ready().await;
    let browser = open(ENGINE, &backend.url("/"), Runtime::Wasm).await;
    backend.save(&format!("{}\n)(\n", backend.program()));
    problem(&browser, "check failed").await;
    judge(&browser, "server-reload-overlay", "the overlay").await;
    press_if_shown(&browser).await;
    judge(&browser, "html", "a page with the overlay").await;
}

/// A toast would be judged twice.
async fn press_if_shown(browser: &Browser) {
    let shown = browser.value(&format!("{TOAST}?.dataset.kind")).await;
    if shown.is_string() {
        press(browser, "dismiss").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_that_shows_what_is_going_on() {
    let backend = Supervised::plain(&page("", "")).with(&["--name", "app"]);
    let program = backend.program();
    backend.save(&format!(
        "print(''.join(f'\\x1b[{{it}}mcolor\\x1b[0m ' for it in [*range(30, 38), *range(90, 98)]), flush=True)\n{program}"
    ));
    let mut backend = backend.ready().await;
    let _visitor = open(ENGINE, &backend.url("/"), Runtime::Wasm).await;
    let browser = Browser::lease(ENGINE).await;
    browser.go(&backend.shim_url("/_reload/")).await;
    browser
        .wait_for("document.querySelector('#pages li') && document.title.startsWith('✓ ready')")
        .await;
    browser
        .value("document.querySelector('#services button').click()")
        .await;
    browser
        .wait_for("document.querySelector('#restarts li')?.textContent.includes('restarted')")
        .await;
    judge(&browser, "html", "the dashboard").await;
    backend.save("raise SystemExit('no luck')\n");
    browser
        .wait_for("document.querySelector('.problem h2')?.textContent.includes('exited')")
        .await;
    judge(&browser, "html", "the dashboard with a problem").await;
    backend.stop();
    browser
        .wait_for("document.getElementById('link').textContent.includes('not running')")
        .await;
    judge(&browser, "html", "the dashboard of nobody").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_playground() {
    let files = www();
    let shim = Shim::serve(&borrowed(&files)).await;
    let browser = Browser::lease(ENGINE).await;
    for (name, _) in files.iter().filter(|(name, _)| is_page(name)) {
        browser.go(&shim.url(&format!("/{name}"))).await;
        connected(&browser).await;
        judge(&browser, "html", name).await;
    }
}

fn is_page(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, kind)| kind == "html")
}
