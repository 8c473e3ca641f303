//! Pages with a policy of their own, and pages that rebuild themselves.

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::place;
use server_reload_e2e::proxy::{Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{TOAST, connected, documents, in_state, toast};

scenarios! {
    each:
        page_that_allows_nothing_else_has_the_whole_client,
        page_without_wasm_reloads,
        nonce_lets_the_client_in,
        strict_dynamic_lets_the_client_in,
        stream_that_a_policy_forbids_is_named_in_one_line,
        base_address_elsewhere_changes_nothing,
        toast_and_toggle_come_back_to_a_new_body,
        turbo_visits_double_nothing,
        htmx_swaps_double_nothing,
        service_worker_with_an_old_page_is_named_once;
}

const WITNESS: &str = include_str!("../../src/witness.js");

/// Keeps, over page loads, what the policy forbade.
const VIOLATIONS: &str =
    "window.violations = JSON.parse(sessionStorage.getItem('violations') ?? '[]');
    document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile);
        sessionStorage.setItem('violations', JSON.stringify(violations));
    });";

/// All that the client needs, and nothing else.
const STRICT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
    base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The files of a page with this policy, whose scripts have this attribute.
fn pages(policy: &str, attribute: &str) -> Vec<(&'static str, String)> {
    let script = |source: &str| format!("<script {attribute} src={source}></script>\n");
    let client = script("/reload.js data-toggle=floating");
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>A page</title>\n\
         <meta http-equiv=Content-Security-Policy content=\"{policy}\">\n\
         {}{}{client}<link rel=icon href=data:,><body><h1>A page</h1></body></html>\n",
        script("/witness.js"),
        script("/violations.js"),
    );
    vec![
        ("index.html", page),
        ("witness.js", WITNESS.to_owned()),
        ("violations.js", VIOLATIONS.to_owned()),
    ]
}

async fn opened(engine: Engine, shim: &Shim, runtime: Runtime) -> Browser {
    let browser = Browser::lease(engine).await;
    browser.open(&shim.url("/")).await;
    connected(&browser).await;
    assert_eq!(browser.value("serverReload.runtime").await, runtime.name());
    browser
}

/// What the policy forbade, but for the page's own icon.
async fn violations(browser: &Browser) -> Vec<String> {
    let all = browser.value("violations").await;
    let lines = all.as_array().into_iter().flatten();
    let lines = lines.filter_map(|line| line.as_str().map(str::to_owned));
    lines.filter(|line| !line.starts_with("img-src")).collect()
}

const TOGGLE: &str =
    "document.querySelector('server-reload-toggle')?.shadowRoot.querySelector('button')";

/// The whole client works under this policy, and asks for nothing that it forbids.
async fn whole(engine: Engine, policy: &str, attribute: &str) {
    let mut shim = Shim::serve(&pages(policy, attribute)).await;
    let browser = opened(engine, &shim, Runtime::Wasm).await;
    shim.restart().await;
    documents(&browser, 2).await;
    toast(&browser, "reloaded").await;
    browser.value(&format!("{TOGGLE}.click()")).await;
    in_state(&browser, "off").await;
    assert_eq!(violations(&browser).await, [""; 0]);
    assert_eq!(browser.said().await, [""; 0]);
    // What is shown has its style: a policy has not stripped it.
    let styled = format!("getComputedStyle({TOGGLE}).borderRadius");
    browser
        .check(&format!("!['', '0px'].includes({styled})"))
        .await;
}

async fn page_that_allows_nothing_else_has_the_whole_client(engine: Engine) {
    whole(engine, STRICT, "").await;
}

async fn nonce_lets_the_client_in(engine: Engine) {
    let policy = STRICT.replace("'self' 'wasm", "'nonce-abc' 'wasm");
    whole(engine, &policy, "nonce=abc").await;
}

async fn strict_dynamic_lets_the_client_in(engine: Engine) {
    let policy = STRICT.replace("'self' 'wasm", "'nonce-abc' 'strict-dynamic' 'wasm");
    whole(engine, &policy, "nonce=abc").await;
}

/// There is no other way to learn that `WebAssembly` may not run than to try.
async fn page_without_wasm_reloads(engine: Engine) {
    let policy = STRICT.replace(" 'wasm-unsafe-eval'", "");
    let mut shim = Shim::serve(&pages(&policy, "")).await;
    let browser = opened(engine, &shim, Runtime::Js).await;
    shim.restart().await;
    documents(&browser, 2).await;
    let violations = violations(&browser).await;
    let wasm = |line: &String| line.starts_with("script-src wasm-eval");
    assert!(violations.iter().all(wasm), "{violations:?}");
    let said = browser.said().await;
    let names = |line: &String| line.contains("'wasm-unsafe-eval'");
    assert!(said.iter().all(names), "{said:?}");
    assert_eq!(said.len(), 2, "one for each document");
}

async fn stream_that_a_policy_forbids_is_named_in_one_line(engine: Engine) {
    let policy = STRICT.replace("connect-src 'self'", "connect-src 'none'");
    let shim = Shim::serve(&pages(&policy, "")).await;
    let browser = Browser::lease(engine).await;
    browser.open(&shim.url("/")).await;
    browser.wait_for("witness.said.length").await;
    let said = browser.said().await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("connect-src"), "{said:?}");
    // It asks again when something changes, and says no more of it.
    let asked = "violations.filter((it) => it.startsWith('connect-src')).length";
    let before = browser.value(asked).await;
    browser.value("dispatchEvent(new Event('online'))").await;
    browser.wait_for(&format!("{asked} > {before}")).await;
    browser.check("serverReload.state === 'connecting'").await;
    browser.check("witness.said.length === 1").await;
    browser.check_documents(1).await;
}

async fn base_address_elsewhere_changes_nothing(engine: Engine) {
    let base = "document.head.append(Object.assign(document.createElement('base'), \
        { href: 'http://127.0.0.1:9/elsewhere/' }));";
    let mut shim = Shim::serve(&[]).await;
    let page = Page::new(Runtime::Wasm)
        .early(base)
        .script(&shim.url("/reload.js"))
        .body("<link rel=stylesheet href=/style.css>");
    shim.write("index.html", &page.html());
    let browser = opened(engine, &shim, Runtime::Wasm).await;
    shim.restart().await;
    documents(&browser, 2).await;
    let here = json!(shim.url("/"));
    browser.check(&format!("location.href === {here}")).await;
    assert_eq!(browser.said().await, [""; 0]);
}

async fn toast_and_toggle_come_back_to_a_new_body(engine: Engine) {
    let page = Page::new(Runtime::Wasm).attributes("data-toggle=floating data-on-restart=event");
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = opened(engine, &shim, Runtime::Wasm).await;
    browser.wait_for(TOGGLE).await;
    let replace = "document.body = document.createElement('body')";
    browser.value(replace).await;
    browser.wait_for(TOGGLE).await;
    shim.restart().await;
    toast(&browser, "told").await;
    browser.value(replace).await;
    browser.wait_for(TOGGLE).await;
    browser.value(&format!("{TOGGLE}.click()")).await;
    in_state(&browser, "off").await;
    browser.value(&format!("{TOGGLE}.click()")).await;
    connected(&browser).await;
    shim.restart().await;
    browser.wait_for(&format!("{TOAST}?.isConnected")).await;
    let toggles = "document.querySelectorAll('server-reload-toggle').length";
    assert_eq!(browser.value(toggles).await, 1);
    browser.check_documents(1).await;
}

/// Two pages that a library puts in each other's place, script tag and all, and that library.
async fn swapped(engine: Engine, package: &str, library: &str, attributes: &str) {
    let file = place::npm_package(package).join(library);
    let text = std::fs::read_to_string(&file).expect("a library of npm's");
    let page = |title: &str| {
        format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>\n\
             <link rel=icon href=data:,>\n\
             <script src=/witness.js></script><script src=/library.js></script></head>\n\
             <body {attributes}><h1>{title}</h1><a id=one href=/>one</a> <a id=two href=/two.html>two</a>\n\
             <script src=/reload.js data-toggle=floating></script></body></html>\n"
        )
    };
    let pages = [
        ("index.html", page("one")),
        ("two.html", page("two")),
        ("library.js", text),
        ("witness.js", WITNESS.to_owned()),
    ];
    let mut shim = Shim::serve(&pages).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = Browser::lease(engine).await;
    browser.open(&proxy.url("/")).await;
    connected(&browser).await;
    browser.value("window.mark = serverReload").await;
    for title in ["two", "one", "two"] {
        browser
            .value(&format!("document.querySelector('#{title}').click()"))
            .await;
        browser
            .wait_for(&format!(
                "document.querySelector('h1').textContent === '{title}'"
            ))
            .await;
        browser.wait_for(TOGGLE).await;
    }
    // Nobody has loaded a page, and nothing is there twice.
    browser.check("window.mark === serverReload").await;
    connected(&browser).await;
    assert_eq!(proxy.tally().asked(Kind::Stream), 1);
    let toggles = "document.querySelectorAll('server-reload-toggle').length";
    assert_eq!(browser.value(toggles).await, 1);
    shim.restart().await;
    documents(&browser, 2).await;
    browser
        .check("document.querySelector('h1').textContent === 'two'")
        .await;
    toast(&browser, "reloaded").await;
    assert_eq!(browser.said().await, [""; 0]);
}

async fn turbo_visits_double_nothing(engine: Engine) {
    swapped(engine, "@hotwired/turbo", "dist/turbo.es2017-umd.js", "").await;
}

async fn htmx_swaps_double_nothing(engine: Engine) {
    swapped(
        engine,
        "htmx.org",
        "dist/htmx.min.js",
        "hx-boost:inherited=true hx-boost=true",
    )
    .await;
}

/// It answers with what it has kept, whatever the server says.
const WORKER: &str = "
    addEventListener('install', (event) => event.waitUntil(
        caches.open('old').then((cache) => cache.add('/')).then(() => skipWaiting())));
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => {
        if (event.request.mode !== 'navigate') return;
        event.respondWith(caches.match('/').then((kept) => kept ?? fetch(event.request)));
    });";

async fn service_worker_with_an_old_page_is_named_once(engine: Engine) {
    let register = "navigator.serviceWorker.register('/worker.js');";
    let page = Page::new(Runtime::Wasm).early(register);
    let pages = [
        ("index.html", page.html()),
        ("worker.js", WORKER.to_owned()),
    ];
    let mut shim = Shim::serve(&pages).await;
    let browser = opened(engine, &shim, Runtime::Wasm).await;
    browser.wait_for("navigator.serviceWorker.controller").await;
    shim.restart().await;
    browser.wait_for("witness.said.length").await;
    let said = browser.said().await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("service worker"), "{said:?}");
    // The reload that did not help, and no other.
    browser.check_documents(2).await;
}
