//! The page that shows what is going on.

use std::fmt::Write as _;

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::fetch;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::supervised::{Supervised, free_port};

use crate::steps::open;

scenarios! {
    each:
        a_service_is_shown_and_restarted_by_its_button,
        the_end_of_the_output_is_followed_unless_somebody_reads_above,
        it_is_read_only_where_restart_is_off,
        it_says_when_nobody_is_there_and_comes_back,
        where_all_connections_are_taken_it_says_so,
        eight_services_are_seen_at_a_glance;
}

const EIGHT: [&str; 8] = [
    "db", "cache", "auth", "api", "worker", "mailer", "search", "web",
];

/// A part of a service's card.
fn card(name: &str, part: &str) -> String {
    let cards = "[...document.querySelectorAll('#services > li')]";
    let name = json!(name);
    format!(
        "{cards}.find((it) => it.querySelector('h3').textContent === {name})?.querySelector('{part}')"
    )
}

async fn reads(browser: &Browser, element: &str, text: &str) {
    let text = json!(text);
    browser
        .wait_for(&format!("{element}?.textContent.includes({text})"))
        .await;
}

/// What its own policy forbids it, or what went wrong in it.
async fn is_clean(browser: &Browser) {
    for word in ["Content Security Policy", "_reload/dashboard.js"] {
        let lines = browser.console_with(word).await;
        assert!(lines.is_empty(), "{lines:?}");
    }
}

async fn dashboard(browser: &Browser, url: &str) {
    browser.go(url).await;
    reads(browser, "document.getElementById('link')", "live").await;
}

async fn a_service_is_shown_and_restarted_by_its_button(engine: Engine) {
    let page = Page::new(Runtime::Wasm);
    let backend = Supervised::plain(&page)
        .with(&["--name", "app"])
        .ready()
        .await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    browser.new_tab().await;
    // As it is typed.
    dashboard(&browser, &backend.shim_url("/_reload")).await;
    browser
        .wait_for("document.title.startsWith('✓ ready')")
        .await;
    let old = backend.pid().await;
    reads(&browser, &card("app", ".badge"), "ready").await;
    reads(&browser, &card("app", "dd"), &old.to_string()).await;
    let pages = "document.getElementById('pages')";
    // Its address is not told to another origin.
    let origin = format!("a page of localhost:{}", backend.port());
    reads(&browser, pages, &origin).await;
    let name = match engine {
        Engine::Chromium => "Chrome",
        Engine::Firefox => "Firefox",
        Engine::WebKit => "Safari",
    };
    reads(&browser, pages, name).await;

    let button = card("app", "button");
    browser
        .value(&format!("{button}.focus(), {button}.click()"))
        .await;
    reads(
        &browser,
        "document.querySelector('#restarts li')",
        "restarted",
    )
    .await;
    let new = backend.pid().await;
    assert_ne!(old, new);
    reads(&browser, &card("app", "dd"), &new.to_string()).await;
    browser
        .check(&format!("document.activeElement === {button}"))
        .await;
    browser
        .check("document.querySelectorAll('#restarts li .bar > span').length > 0")
        .await;
    browser
        .check("document.querySelectorAll('#restarts > li').length === 1")
        .await;
    reads(
        &browser,
        "document.getElementById('output')",
        &format!("ready, pid {new}"),
    )
    .await;
    is_clean(&browser).await;
}

async fn the_end_of_the_output_is_followed_unless_somebody_reads_above(engine: Engine) {
    let page = Page::new(Runtime::Wasm);
    let backend = Supervised::plain(&page);
    let program = backend.program();
    let lines =
        "for number in range(60):\n    print(f'\\x1b[32mline\\x1b[0m {number}', flush=True)\n";
    let bar = "print('10%\\r20%\\r100%', flush=True)\n";
    backend.save(&format!("{lines}{bar}{program}"));
    let backend = backend.ready().await;
    let browser = Browser::lease(engine).await;
    dashboard(&browser, &backend.shim_url("/_reload/")).await;
    let screen = "document.querySelector('#output .screen')";
    reads(&browser, screen, "line 59").await;
    let is_green = format!(
        "[...{screen}.querySelectorAll('span')].some((it) => it.style.color === 'var(--c2)' && it.textContent === 'line')"
    );
    browser.check(&is_green).await;
    let bar = format!("[...{screen}.children].some((it) => it.textContent === '100%')");
    browser.wait_for(&bar).await;
    let at_end = format!("{screen}.scrollHeight - {screen}.scrollTop - {screen}.clientHeight < 8");
    browser.wait_for(&at_end).await;

    let follow = "document.querySelector('#output button')";
    browser.value(&format!("{screen}.scrollTo(0, 0)")).await;
    browser.wait_for(&format!("!{follow}.hidden")).await;
    backend.say("second");
    reads(&browser, screen, "starting again").await;
    browser.check(&format!("{screen}.scrollTop === 0")).await;
    browser.value(&format!("{follow}.click()")).await;
    browser.wait_for(&at_end).await;
    is_clean(&browser).await;
}

async fn it_is_read_only_where_restart_is_off(engine: Engine) {
    let page = Page::new(Runtime::Wasm);
    let backend = Supervised::plain(&page).with(&["--name", "app", "--host", "0.0.0.0"]);
    let backend = backend.ready().await;
    let browser = Browser::lease(engine).await;
    dashboard(&browser, &backend.shim_url("/_reload/")).await;
    reads(&browser, &card("app", ".badge"), "ready").await;
    let button = card("app", "button");
    let described =
        format!("document.getElementById({button}.getAttribute('aria-describedby')).textContent");
    for expected in [
        // Whoever comes to it by the keyboard hears why it does nothing.
        format!("{button}.focus() || document.activeElement === {button}"),
        format!("{button}.getAttribute('aria-disabled') === 'true'"),
        format!("{described}.includes('--allow-restart')"),
    ] {
        browser.check(&expected).await;
    }
    let old = backend.pid().await;
    browser.value(&format!("{button}.click()")).await;
    reads(
        &browser,
        "document.getElementById('complaint')",
        "--allow-restart",
    )
    .await;
    // Even one that asks all the same.
    let asked = "fetch('/_reload/restart', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })";
    browser
        .value(&format!(
            "void {asked}.then(async (it) => (window.told = it.status + await it.text()))"
        ))
        .await;
    let refused = browser.wait_for("window.told").await;
    let refused = refused.as_str().unwrap_or_default();
    assert!(
        refused.starts_with("404") && refused.contains("--allow-restart"),
        "{refused}"
    );
    assert_eq!(backend.pid().await, old);
}

async fn it_says_when_nobody_is_there_and_comes_back(engine: Engine) {
    let page = Page::new(Runtime::Wasm);
    let backend = Supervised::plain(&page).with(&["--name", "app"]);
    let mut backend = backend.ready().await;
    let browser = Browser::lease(engine).await;
    dashboard(&browser, &backend.shim_url("/_reload/")).await;
    let [link, screen] = [
        "document.getElementById('link')",
        "document.querySelector('#output .screen')",
    ];
    let first = format!("ready, pid {}", backend.pid().await);
    reads(&browser, screen, &first).await;
    backend.stop();
    reads(&browser, link, "server-reload is not running").await;
    browser
        .check("document.title.includes('not running')")
        .await;
    let backend = backend.ready().await;
    reads(&browser, link, "live").await;
    browser
        .wait_for("document.title.startsWith('✓ ready')")
        .await;

    // What is seen is the output of those that run now, and goes on.
    let second = format!("ready, pid {}", backend.pid().await);
    reads(&browser, screen, &second).await;
    browser
        .check(&format!("!{screen}.textContent.includes('{first}')"))
        .await;
    browser
        .value(&format!("{}.click()", card("app", "button")))
        .await;
    let newest = "document.querySelector('#restarts li')";
    reads(&browser, newest, "restarted").await;
    let third = format!("ready, pid {}", backend.pid().await);
    assert_ne!(second, third);
    reads(&browser, screen, &third).await;
    browser
        .check("document.querySelectorAll('#output .pane').length === 1")
        .await;
    is_clean(&browser).await;
}

async fn where_all_connections_are_taken_it_says_so(engine: Engine) {
    let page = Page::new(Runtime::Wasm);
    let backend = Supervised::plain(&page).with(&["--name", "app"]);
    let backend = backend.ready().await;
    let browser = Browser::lease(engine).await;
    dashboard(&browser, &backend.shim_url("/_reload/")).await;
    reads(&browser, &card("app", ".badge"), "ready").await;
    // With its own stream, as many as a browser opens; what comes then has to wait.
    let hold = "window.held.push(new EventSource('/_reload/events'))";
    browser
        .value(&format!(
            "(window.held = [], [1, 2, 3, 4, 5].forEach(() => {hold}))"
        ))
        .await;
    browser
        .wait_for("window.held.every((it) => it.readyState === 1)")
        .await;
    browser
        .value(&format!("{}.click()", card("app", "button")))
        .await;
    let complaint = "document.getElementById('complaint')";
    reads(&browser, complaint, "has not answered within 10 s").await;

    // One more takes its stream's place while the page is away.
    browser
        .value(&format!("({hold}, dispatchEvent(new Event('pagehide')))"))
        .await;
    browser
        .wait_for("window.held.every((it) => it.readyState === 1)")
        .await;
    browser
        .value("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        .await;
    let link = "document.getElementById('link')";
    reads(&browser, link, "does not answer").await;
    let note = "document.getElementById('refused')";
    reads(&browser, note, "six connections").await;
    browser
        .value("window.held.forEach((it) => it.close())")
        .await;
    reads(&browser, link, "live").await;
    browser.wait_for(&format!("{note}.hidden")).await;
    is_clean(&browser).await;
}

/// Eight services in a file of their own.
fn eight() -> (String, Vec<u16>) {
    let ports: Vec<u16> = EIGHT.iter().map(|_| free_port()).collect();
    let mut file = String::new();
    for (name, port) in EIGHT.iter().zip(&ports) {
        // Writing to a string cannot fail.
        let _ = write!(
            file,
            "[service.{name}]\ncommand = \"{{python}} app.py {port}\"\nwatch = [\"{name}.txt\"]\nreload = {}\n\n",
            *name == "web"
        );
    }
    (file, ports)
}

async fn eight_services_are_seen_at_a_glance(engine: Engine) {
    let (file, ports) = eight();
    let backend = Supervised::configured(&Page::new(Runtime::Wasm), &file);
    for name in EIGHT {
        backend.write(&format!("{name}.txt"), "");
    }
    let backend = backend.ready().await;
    let browser = Browser::lease(engine).await;
    browser.resize(1440, 1100).await;
    dashboard(&browser, &backend.shim_url("/_reload/")).await;
    for name in EIGHT {
        reads(&browser, &card(name, ".badge"), "ready").await;
    }
    browser
        .wait_for("document.querySelectorAll('#output .pane').length === 8")
        .await;
    browser.picture("dashboard-ready").await;

    // One that has ended by itself is back at once; one that cannot be started stays away.
    let _ = fetch::get(ports[6], "/crash").await;
    reads(&browser, "document.getElementById('output')", "out of luck").await;
    let newest = "document.querySelector('#restarts > li')";
    reads(&browser, newest, "search").await;
    reads(&browser, newest, "restarted").await;
    reads(&browser, &card("search", ".badge"), "ready").await;
    for name in ["db", "web"] {
        reads(&browser, &card(name, ".badge"), "ready").await;
    }
    backend.save("raise SystemExit('no luck')\n");
    browser
        .value(&format!("{}.click()", card("api", "button")))
        .await;
    reads(
        &browser,
        "document.querySelector('.problem h2')",
        "api: exited with code 1",
    )
    .await;
    browser.wait_for("document.title.startsWith('✕ api')").await;
    browser.picture("dashboard-crashed").await;
    browser.resize(500, 1100).await;
    browser
        .wait_for("document.documentElement.scrollWidth <= innerWidth")
        .await;
    browser.picture("dashboard-narrow").await;
    is_clean(&browser).await;
}
