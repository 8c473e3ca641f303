//! Pages of a backend that the binary runs or observes.

use serde_json::json;
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::supervised::Supervised;
use server_reload_e2e::{PATIENCE, fetch};
use server_reload_protocol::payload::Phase;

use crate::steps::{TOAST, documents, in_state, no_problem, open, overlay, problem, toast};

scenarios! {
    each:
        failed_check_leaves_the_page_and_says_why,
        crash_at_the_start_is_said_until_a_save_cures_it,
        crash_in_between_is_followed_by_one_reload,
        backend_that_is_never_ready_is_said_and_not_loaded,
        fastapi_program_is_restarted_once_for_a_save,
        command_that_reloads_itself_is_followed,
        attached_backend_that_is_restarted_reloads_the_page_once,
        overlay_can_be_dismissed_and_comes_back_with_the_next_problem;
    both:
        saved_program_is_in_the_page_after_one_reload,
        page_that_was_opened_before_the_backend_is_ready_loads_then;
}

/// Shows the program's text.
const BODY: &str = "<p id=text>{text}</p>";

fn page(runtime: Runtime) -> Page {
    Page::new(runtime).body(BODY)
}

/// Waits for the document with this text, which is the `wanted`th.
async fn reads(browser: &Browser, wanted: u64, text: &str) {
    documents(browser, wanted).await;
    browser
        .check(&format!("text.textContent === {}", json!(text)))
        .await;
}

async fn saved_program_is_in_the_page_after_one_reload(engine: Engine, runtime: Runtime) {
    let backend = Supervised::plain(&page(runtime)).ready().await;
    let browser = open(engine, &backend.url("/"), runtime).await;
    let old = backend.pid().await;
    backend.say("second");
    reads(&browser, 2, "second").await;
    let new = backend.pid().await;
    assert_ne!(old, new);
    let told = browser.value(
        "witness.reloads.map(({ cause, oldPid, newPid, paths }) => [cause, oldPid, newPid, paths])",
    );
    assert_eq!(told.await, json!([["restart", old, new, []]]));
    if runtime == Runtime::Wasm {
        toast(&browser, "reloaded").await;
        let said = browser.value(&format!("{TOAST}.textContent")).await;
        let said = said.as_str().expect("a text");
        assert!(said.contains(&format!("pid {old} → {new}")), "{said}");
    }
    backend.say("third");
    reads(&browser, 3, "third").await;
}

async fn failed_check_leaves_the_page_and_says_why(engine: Engine) {
    let backend = Supervised::plain(&page(Runtime::Wasm));
    let backend = backend.with(&["--check", "{python} {check}"]).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    let pid = backend.pid().await;
    let whole = backend.program();

    backend.save(&format!("{whole}\n)(\n"));
    problem(&browser, "check failed").await;
    explained(&browser).await;
    browser
        .check("serverReload.state === 'connected' && text.textContent === 'first'")
        .await;

    backend.save(&whole);
    backend.wait_for_phase(Phase::Ready).await;
    no_problem(&browser).await;

    backend.save(&format!("{whole}\n)(\n"));
    problem(&browser, "check failed").await;
    browser.check_documents(1).await;
    assert_eq!(backend.pid().await, pid);

    backend.save(&whole);
    backend.wait_for_phase(Phase::Ready).await;
    backend.say("mended");
    reads(&browser, 2, "mended").await;
    no_problem(&browser).await;
}

/// The check's output is text, with its colors but without what makes them.
async fn explained(browser: &Browser) {
    let output = overlay("output");
    let text = browser.value(&format!("{output}.textContent")).await;
    let text = text.as_str().expect("a text");
    assert!(text.contains("app.py:"), "{text:?}");
    assert!(text.contains("<b>here</b>"), "{text:?}");
    assert!(!text.contains('\x1b') && !text.contains("[31m"), "{text:?}");
    let colored = format!("[...{output}.querySelectorAll('span')].some((it) => it.style.color)");
    browser.check(&colored).await;
    // What marks a place in a line has to stay below it.
    let aligned = format!(
        "[...{output}.querySelectorAll('span')].every((it) => getComputedStyle(it).whiteSpace === 'pre')"
    );
    browser.check(&aligned).await;
}

async fn crash_at_the_start_is_said_until_a_save_cures_it(engine: Engine) {
    let backend = Supervised::plain(&page(Runtime::Wasm)).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    let whole = backend.program();
    backend.save("raise SystemExit('no luck')\n");
    problem(&browser, "exit").await;
    let output = overlay("output");
    browser
        .check(&format!("{output}.textContent.includes('no luck')"))
        .await;
    // It is tried again, which no page may take for a server.
    backend.shim().wait_for_count("no luck", 3);
    browser.check("serverReload.state === 'waiting'").await;
    browser.check_documents(1).await;
    backend.save(&whole);
    reads(&browser, 2, "first").await;
    no_problem(&browser).await;
}

async fn crash_in_between_is_followed_by_one_reload(engine: Engine) {
    let backend = Supervised::plain(&page(Runtime::Wasm)).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    let old = backend.pid().await;
    let _ = fetch::get(backend.port(), "/crash").await;
    reads(&browser, 2, "first").await;
    no_problem(&browser).await;
    assert_ne!(backend.pid().await, old);
    backend.say("second");
    reads(&browser, 3, "second").await;
}

async fn backend_that_is_never_ready_is_said_and_not_loaded(engine: Engine) {
    let ready = [
        "--ready",
        "http://127.0.0.1:{port}/health",
        "--ready-timeout",
        "3s",
    ];
    let backend = Supervised::plain(&page(Runtime::Wasm))
        .with(&ready)
        .ready()
        .await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    backend.set_healthy(false);
    backend.say("second");
    problem(&browser, "not ready after 3 s").await;
    browser
        .check(&format!("{}.textContent.includes('503')", overlay("title")))
        .await;
    browser.check("serverReload.state === 'waiting'").await;
    browser.check_documents(1).await;
    backend.set_healthy(true);
    reads(&browser, 2, "second").await;
    no_problem(&browser).await;

    backend.set_healthy(false);
    backend.say("third");
    in_state(&browser, "waiting").await;
    problem(&browser, "not ready after 3 s").await;
    backend.say("fourth");
    backend.set_healthy(true);
    reads(&browser, 3, "fourth").await;
    no_problem(&browser).await;
}

async fn page_that_was_opened_before_the_backend_is_ready_loads_then(
    engine: Engine,
    runtime: Runtime,
) {
    let page = page(runtime);
    let ready = ["--ready", "http://127.0.0.1:{port}/health", "pages"];
    let backend = Supervised::plain(&page);
    let shown = page.script(&backend.script()).html();
    let backend = backend.with_file("pages/index.html", &shown).with(&ready);
    backend.set_healthy(false);
    let backend = backend.start().await;
    let browser = Browser::lease(engine).await;
    browser.open(&backend.shim_url("/")).await;
    in_state(&browser, "waiting").await;
    if runtime == Runtime::Wasm {
        toast(&browser, "waiting").await;
    }
    backend.wait_for_phase(Phase::WaitingUntilReady).await;
    browser.check_documents(1).await;
    backend.set_healthy(true);
    documents(&browser, 2).await;
    backend.say("second");
    documents(&browser, 3).await;
}

async fn fastapi_program_is_restarted_once_for_a_save(engine: Engine) {
    let backend = Supervised::fastapi(&page(Runtime::Wasm)).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    backend.say("second");
    reads(&browser, 2, "second").await;
    backend.say("third");
    reads(&browser, 3, "third").await;
    assert_eq!(backend.shim().count_lines("two watchers"), 0);
}

async fn command_that_reloads_itself_is_followed(engine: Engine) {
    let backend = Supervised::fastapi(&page(Runtime::Wasm)).with_words(&["--reload"]);
    // Only uvicorn's own watcher is at work.
    let backend = backend.with(&["--no-watch"]).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    backend.say("second");
    browser
        .wait_within(PATIENCE * 2, "witness.documents.length > 1")
        .await;
    reads(&browser, 2, "second").await;
    backend.say("third");
    browser
        .wait_within(PATIENCE * 2, "witness.documents.length > 2")
        .await;
    reads(&browser, 3, "third").await;
}

async fn attached_backend_that_is_restarted_reloads_the_page_once(engine: Engine) {
    let mut backend = Backend::run("minimal", &[]);
    let shim = Supervised::attached(backend.port());
    let script = shim.script();
    let shown = |text| {
        let page = Page::new(Runtime::Wasm).script(&script);
        page.body(&BODY.replace("{text}", text)).html()
    };
    backend.write("index.html", &shown("first"));
    let shim = shim.ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    for (wanted, text) in [(2, "second"), (3, "third")] {
        backend.stop();
        in_state(&browser, "waiting").await;
        backend.write("index.html", &shown(text));
        backend.start();
        reads(&browser, wanted, text).await;
    }
    shim.wait_for_phase(Phase::Ready).await;
}

async fn overlay_can_be_dismissed_and_comes_back_with_the_next_problem(engine: Engine) {
    let backend = Supervised::plain(&page(Runtime::Wasm));
    let backend = backend.with(&["--check", "{python} {check}"]).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    let whole = backend.program();
    backend.save(&format!("{whole}\n)(\n"));
    problem(&browser, "check failed").await;
    let name = json!(backend.health().await.services[0].name);
    browser
        .check(&format!("{}.textContent === {name}", overlay("service")))
        .await;
    let dismiss = "document.querySelector('server-reload-overlay').shadowRoot\
                   .querySelector('[data-action=dismiss]').click()";
    browser.value(dismiss).await;
    no_problem(&browser).await;
    backend.save(&format!("{whole}\n\n\n)(\n"));
    problem(&browser, "check failed").await;
    browser.check_documents(1).await;
}
