//! Restarts that are asked for in the page.
//!
//! Its server is another one than the shim, so that all of it goes over origins.

mod lost;

use std::net::TcpListener;

use serde_json::{Value, json};
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;
use server_reload_e2e::supervised::Supervised;
use server_reload_e2e::{GLANCE, PATIENCE};
use server_reload_protocol::path;
use server_reload_protocol::payload::Phase;

use crate::steps::{TOAST, connected, documents, open, press, toast};

scenarios! {
    each:
        button_restarts_and_the_next_document_has_the_receipt,
        timeline_is_there_from_the_plan_to_the_end,
        restart_without_an_end_says_what_is_known,
        failed_check_keeps_the_old_version_and_says_so,
        process_that_is_not_ready_in_time_is_told,
        process_that_ends_is_told,
        port_that_somebody_else_takes_is_told,
        two_tabs_and_two_clicks_are_one_operation,
        where_nothing_is_run_the_button_hides_and_says_why,
        name_that_nothing_has_hides_only_its_own_button,
        page_that_does_it_itself_is_told_the_operation,
        person_is_asked_first,
        who_cannot_be_asked_is_told_and_a_wrong_call_too,
        dismissed_timeline_stays_away_and_the_reload_comes;
}

/// A button, and the program's text.
const BODY: &str = "<button id=go data-reload-restart>Restart</button><p id=text>{text}</p>";

/// What presses the button.
const GO: &str = "go.click()";

const READY: [&str; 3] = ["--no-watch", "--ready", "http://127.0.0.1:{port}/health"];

/// A page that does not ask before it restarts.
fn page(attributes: &str) -> Page {
    let attributes = format!("data-confirm=false {attributes}");
    Page::new(Runtime::Wasm).attributes(&attributes).body(BODY)
}

async fn opened(engine: Engine, page: &Page, arguments: &[&str]) -> (Supervised, Browser) {
    let backend = Supervised::plain(page).with(arguments).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    (backend, browser)
}

/// What the toast says.
async fn said(browser: &Browser) -> String {
    let text = format!("{TOAST}.querySelector('[part=text]').textContent");
    let text = browser.value(&text).await;
    text.as_str().expect("a text").to_owned()
}

/// The toast's steps, each with its mark.
async fn steps(browser: &Browser) -> Value {
    let steps = format!(
        "[...{TOAST}.querySelectorAll('[part=step]')].map((it) =>
            [it.querySelector('[part=label]').textContent, it.dataset.mark])"
    );
    browser.value(&steps).await
}

/// Waits for the step of this label to have this mark.
async fn step(browser: &Browser, label: &str, mark: &str) {
    let marked = format!(
        "[...{TOAST}.querySelectorAll('[data-mark={mark}]')].some((it) =>
            it.textContent.includes({}))",
        json!(label)
    );
    browser.wait_for(&marked).await;
}

/// All operations that the shim knows, the newest first.
async fn operations(backend: &Supervised) -> Vec<Value> {
    let listed: Value = backend.get(path::RESTART).await;
    listed["operations"].as_array().expect("a list").clone()
}

/// Calls `serverReload.restart()`; what comes of it is in `window.came`, `[record, error]`.
async fn call(browser: &Browser, options: &Value) {
    let call = format!(
        "void serverReload.restart({options}).then(
            (record) => (window.came = [record, null]),
            (error) => (window.came = [null, error.message]))"
    );
    browser.value(&call).await;
}

async fn came(browser: &Browser) -> Value {
    browser.wait_for("window.came").await
}

async fn button_restarts_and_the_next_document_has_the_receipt(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &[]).await;
    let old = backend.pid().await;
    browser.value(GO).await;
    documents(&browser, 2).await;
    let new = backend.pid().await;
    assert_ne!(old, new);
    toast(&browser, "reloaded").await;
    let text = said(&browser).await;
    let start = format!("Restarted: pid {old} → {new} in ");
    assert!(text.starts_with(&start) && text.ends_with(" s"), "{text}");
    let operations = operations(&backend).await;
    assert_eq!(operations.len(), 1, "{operations:?}");
    let first = &operations[0];
    assert_eq!(first["cause"], "page", "{first}");
    assert_eq!(
        [&first["pid_before"], &first["pid_after"]],
        [old, new],
        "{first}"
    );
    assert_eq!(first["status"], "restarted", "{first}");

    backend.say("second");
    documents(&browser, 3).await;
    toast(&browser, "reloaded").await;
    assert!(
        said(&browser).await.starts_with("Reloaded: pid "),
        "not by the page"
    );
}

async fn timeline_is_there_from_the_plan_to_the_end(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &READY).await;
    backend.set_healthy(false);
    browser.value(GO).await;
    toast(&browser, "restarting").await;
    step(&browser, "Wait until ready", "now").await;
    let mut shown = steps(&browser).await;
    let steps = shown.as_array_mut().expect("a list");
    // The port may be free at once.
    steps.retain(|step| step[0] != "Wait for the port");
    let wanted = [
        ["Stop", "done"],
        ["Start", "done"],
        ["Wait until ready", "now"],
        ["Ready", "next"],
    ];
    assert_eq!(shown, json!(wanted));
    let current =
        format!("{TOAST}.querySelectorAll('[part=step][aria-current=step]').length === 1");
    browser.check(&current).await;
    // The word of a slow start does not take its place.
    browser.wait_for("serverReload.state === 'waiting'").await;
    browser
        .check(&format!("{TOAST}.dataset.kind === 'restarting'"))
        .await;
    browser.picture("restart-timeline").await;
    backend.set_healthy(true);
    documents(&browser, 2).await;
}

async fn restart_without_an_end_says_what_is_known(engine: Engine) {
    let (backend, browser) = opened(engine, &page("data-restart-patience=300"), &READY).await;
    backend.set_healthy(false);
    browser.value(GO).await;
    let late = format!("{TOAST}.textContent.includes('No end after')");
    browser.wait_for(&late).await;
    let text = said(&browser).await;
    let id = operations(&backend).await[0]["op_id"].clone();
    assert!(
        text.contains(id.as_str().expect("an id")),
        "where its record is: {text}"
    );
    backend.set_healthy(true);
    documents(&browser, 2).await;
    toast(&browser, "reloaded").await;
}

async fn failed_check_keeps_the_old_version_and_says_so(engine: Engine) {
    let check = ["--no-watch", "--check", "{python} {check}"];
    let (backend, browser) = opened(engine, &page(""), &check).await;
    let pid = backend.pid().await;
    backend.save(&format!("{}\n)(\n", backend.program()));
    call(&browser, &json!({})).await;
    let came = came(&browser).await;
    assert_eq!(came[0]["status"], "check_failed", "{came}");
    failed(&browser, &came, "check failed").await;
    assert_eq!(backend.pid().await, pid);
    browser.check("serverReload.state === 'connected'").await;
    browser.picture("restart-failed").await;
}

async fn process_that_is_not_ready_in_time_is_told(engine: Engine) {
    let arguments = [&READY[..], &["--ready-timeout", "1s"]].concat();
    let (backend, browser) = opened(engine, &page(""), &arguments).await;
    backend.set_healthy(false);
    call(&browser, &json!({})).await;
    let came = came(&browser).await;
    assert_eq!(came[0]["status"], "started_but_unhealthy", "{came}");
    failed(&browser, &came, "not ready after 1 s").await;
}

async fn process_that_ends_is_told(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &["--no-watch"]).await;
    backend.save("raise SystemExit('no luck')\n");
    call(&browser, &json!({})).await;
    let came = came(&browser).await;
    assert_eq!(came[0]["status"], "exited", "{came}");
    failed(&browser, &came, "exited with code 1").await;
}

async fn port_that_somebody_else_takes_is_told(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &READY).await;
    // Where it has been started by then, it finds the port taken.
    backend.save(&format!(
        "import os, time\nwhile not os.path.exists('taken'): time.sleep(0.01)\n{}",
        backend.program()
    ));
    call(&browser, &json!({})).await;
    let deadline = std::time::Instant::now() + PATIENCE;
    let somebody = loop {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", backend.port())) {
            break listener;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the port is never free"
        );
        tokio::time::sleep(GLANCE / 5).await;
    };
    backend.write("taken", "");
    let came = came(&browser).await;
    assert_eq!(came[0]["status"], "port_still_in_use", "{came}");
    failed(&browser, &came, &format!("port {} ", backend.port())).await;
    drop(somebody);
}

/// The toast has the words, the reason and where the record is; the document is the first.
async fn failed(browser: &Browser, came: &Value, words: &str) {
    // The next word about a server that is gone may take its place at once.
    let receipt = "witness.toasts.find(([kind]) => kind === 'unrestarted')?.[1]";
    let text = browser.wait_for(receipt).await;
    let text = text.as_str().expect("a text");
    assert!(text.contains(words), "{text}");
    let record = came[0]["record"].as_str().expect("a record");
    assert!(text.ends_with(&format!("Record: {record}")), "{text}");
    browser.check_documents(1).await;
}

async fn two_tabs_and_two_clicks_are_one_operation(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &READY).await;
    let first = browser.new_tab().await;
    browser.open(&backend.url("/")).await;
    connected(&browser).await;
    backend.set_healthy(false);
    browser.value("go.click() ?? go.click()").await;
    step(&browser, "Wait until ready", "now").await;
    let second = browser.tab().await;
    browser.switch_to(first).await;
    browser.value(GO).await;
    step(&browser, "Wait until ready", "now").await;
    backend.set_healthy(true);
    for tab in [None, Some(second)] {
        if let Some(tab) = tab {
            browser.switch_to(tab).await;
        }
        documents(&browser, 2).await;
    }
    let operations = operations(&backend).await;
    assert_eq!(operations.len(), 1, "{operations:?}");
}

async fn where_nothing_is_run_the_button_hides_and_says_why(engine: Engine) {
    for (runtime, why) in [
        (Runtime::Wasm, "no backend is run"),
        (Runtime::Js, "'wasm-unsafe-eval'"),
    ] {
        let body = "<style>#go { display: block }</style>\
                    <button id=go title=mine data-reload-restart>Restart</button>";
        let shim = Shim::serve(&Page::new(runtime).body(body).alone()).await;
        let browser = open(engine, &shim.url("/"), runtime).await;
        let told = |id: &str| format!("{id}.hidden && {id}.title.includes({})", json!(why));
        browser.wait_for(&told("go")).await;
        browser.check("go.getClientRects().length === 0").await;
        let add =
            "document.body.append(Object.assign(go.cloneNode(), { id: 'late', hidden: false }))";
        browser.value(add).await;
        browser.wait_for(&told("late")).await;
        call(&browser, &json!({})).await;
        let error = came(&browser).await[1].clone();
        assert!(error.as_str().is_some_and(|it| it.contains(why)), "{error}");
    }
}

async fn name_that_nothing_has_hides_only_its_own_button(engine: Engine) {
    let body = "<button id=go data-reload-restart=nobody>Restart</button>
                <a id=all href=#never data-reload-restart>Restart all</a>";
    let (backend, browser) = opened(engine, &page("").body(body), &[]).await;
    browser.value(GO).await;
    toast(&browser, "refused").await;
    assert!(said(&browser).await.contains("`nobody`"));
    browser
        .wait_for("go.hidden && go.title && !all.hidden && !all.title")
        .await;
    browser.value("all.click()").await;
    documents(&browser, 2).await;
    browser.check("location.hash === ''").await;
    assert_eq!(operations(&backend).await.len(), 1);
}

async fn page_that_does_it_itself_is_told_the_operation(engine: Engine) {
    let (backend, browser) = opened(engine, &page("data-on-restart=event"), &[]).await;
    call(&browser, &json!({})).await;
    let came = came(&browser).await;
    assert_eq!(came[0]["status"], "restarted", "{came}");
    browser.wait_for("witness.reloads.length === 1").await;
    backend.say("second");
    browser.wait_for("witness.reloads.length === 2").await;
    let ids = browser
        .value("witness.reloads.map(({ op_id }) => op_id)")
        .await;
    let operations = operations(&backend).await;
    assert_eq!(ids, json!([operations[1]["op_id"], operations[0]["op_id"]]));
    assert_eq!(ids[0], came[0]["op_id"]);
    assert_eq!(operations[0]["cause"], "files");
    browser.check_documents(1).await;
}

async fn person_is_asked_first(engine: Engine) {
    let confirming = Page::new(Runtime::Wasm).body(
        "<button id=go data-reload-restart>Restart</button>
         <button id=sure data-reload-restart data-reload-restart-confirm='Sure?'>Restart</button>
         <button id=now data-reload-restart data-reload-restart-confirm=false>Restart</button>",
    );
    let (backend, browser) = opened(engine, &confirming, &[]).await;
    let later = |what: &str| format!("void setTimeout(() => {what})");
    browser.value(&later("sure.click()")).await;
    assert_eq!(browser.answer_dialog(false).await, "Sure?");
    let asking = "serverReload.restart().catch(({ message }) => (window.came = message))";
    browser.value(&later(asking)).await;
    assert_eq!(browser.answer_dialog(false).await, "Restart the server?");
    let came = came(&browser).await;
    assert!(
        came.as_str().is_some_and(|it| it.contains("cancelled")),
        "{came}"
    );
    assert_eq!(operations(&backend).await.len(), 0);
    browser.check_documents(1).await;
    browser.value(&later(GO)).await;
    assert_eq!(browser.answer_dialog(true).await, "Restart the server?");
    documents(&browser, 2).await;
    browser.value("now.click()").await;
    documents(&browser, 3).await;
}

async fn who_cannot_be_asked_is_told_and_a_wrong_call_too(engine: Engine) {
    let confirming = Page::new(Runtime::Wasm).body(BODY);
    let (backend, browser) = opened(engine, &confirming, &[]).await;
    for confirm in ["() => false", "() => { throw new Error('none') }"] {
        // It tells a browser that forbids dialogs by how soon the answer comes, on a busy machine too.
        let at_once = format!(
            "(() => {{ const at = performance.now(); performance.now = () => at; window.confirm = {confirm}; }})()"
        );
        browser.value(&at_once).await;
        browser.value(GO).await;
        toast(&browser, "refused").await;
        browser.value("delete performance.now").await;
        assert!(said(&browser).await.contains("data-confirm=\"false\""));
        press(&browser, "dismiss").await;
    }
    call(&browser, &json!("api")).await;
    let came = came(&browser).await;
    let error = came[1].as_str().unwrap_or_default();
    assert!(error.contains("restart({ service: \"api\" })"), "{came}");
    assert_eq!(operations(&backend).await.len(), 0);
    browser.check_documents(1).await;
}

async fn dismissed_timeline_stays_away_and_the_reload_comes(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &READY).await;
    backend.set_healthy(false);
    browser.value(GO).await;
    step(&browser, "Wait until ready", "now").await;
    press(&browser, "dismiss").await;
    let away = format!("!{TOAST}.dataset.kind");
    browser.wait_for(&away).await;
    backend.wait_for_phase(Phase::WaitingUntilReady).await;
    browser.check(&away).await;
    backend.set_healthy(true);
    documents(&browser, 2).await;
}
