//! Restarts of which an answer, the stream or the end is lost.

use std::time::Duration;

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy};
use server_reload_e2e::supervised::Supervised;

use super::{GO, READY, call, came, opened, operations, page, said, step};
use crate::steps::{documents, open, toast};

scenarios! {
    each:
        restart_outlasts_a_broken_stream_and_has_none_of_its_own,
        restart_whose_answer_is_lost_is_followed_all_the_same,
        request_without_an_answer_is_given_up_and_the_next_click_begins_anew,
        restart_that_a_new_shim_does_not_know_is_given_up_and_the_next_is_its_own,
        switched_off_page_lets_go_of_a_restart_and_catches_up;
}

/// The page is a file of the shim's, behind a proxy.
async fn opened_by_proxy(engine: Engine, page: &Page) -> (Supervised, Proxy, Browser) {
    let arguments = [&READY[..], &["pages"]].concat();
    let backend = Supervised::plain(page).with(&arguments);
    let backend = backend.with_file("pages/index.html", &page.html());
    let backend = backend.ready().await;
    let proxy = Proxy::before(backend.shim_port()).await;
    let browser = open(engine, &proxy.url("/"), Runtime::Wasm).await;
    (backend, proxy, browser)
}

async fn restart_outlasts_a_broken_stream_and_has_none_of_its_own(engine: Engine) {
    let (backend, proxy, browser) = opened_by_proxy(engine, &page("")).await;
    backend.set_healthy(false);
    browser.value(GO).await;
    step(&browser, "Wait until ready", "now").await;
    proxy.cut();
    let reconnected = "witness.states.some(([state]) => state === 'reconnecting') && \
                       serverReload.state === 'waiting'";
    browser.wait_for(reconnected).await;
    backend.set_healthy(true);
    documents(&browser, 2).await;
    toast(&browser, "reloaded").await;
    assert!(said(&browser).await.starts_with("Restarted: pid "));
    let targets = proxy.targets();
    let of_it = |target: &&String| target.contains("/_reload/restart/");
    let asked: Vec<&String> = targets.iter().filter(of_it).collect();
    let stream = asked.iter().any(|target| target.contains("/events"));
    assert!(asked.len() > 1 && !stream, "{targets:?}");
}

async fn restart_whose_answer_is_lost_is_followed_all_the_same(engine: Engine) {
    let (backend, proxy, browser) = opened_by_proxy(engine, &page("")).await;
    let old = backend.pid().await;
    backend.set_healthy(false);
    proxy.set(|rules| rules[Kind::Restart].answer = Answer::Cut);
    browser.value(GO).await;
    step(&browser, "Wait until ready", "now").await;
    browser.value(GO).await;
    backend.set_healthy(true);
    documents(&browser, 2).await;
    toast(&browser, "reloaded").await;
    let receipt = format!("Restarted: pid {old} → {} in ", backend.pid().await);
    let text = said(&browser).await;
    assert!(text.starts_with(&receipt), "{text}");
    assert_eq!(operations(&backend).await.len(), 1);
}

async fn request_without_an_answer_is_given_up_and_the_next_click_begins_anew(engine: Engine) {
    let impatient = page("").timings(&[("answer", 300)]);
    let (backend, proxy, browser) = opened_by_proxy(engine, &impatient).await;
    proxy.set(|rules| rules[Kind::Restart].up = Duration::MAX);
    call(&browser, &json!({})).await;
    let came = came(&browser).await;
    let error = came[1].as_str().unwrap_or_default();
    assert!(error.contains("has not answered"), "{came}");
    toast(&browser, "refused").await;
    assert_eq!(operations(&backend).await.len(), 0);
    proxy.set(|rules| rules[Kind::Restart].up = Duration::ZERO);
    browser.value(GO).await;
    documents(&browser, 2).await;
    assert_eq!(operations(&backend).await.len(), 1);
}

async fn restart_that_a_new_shim_does_not_know_is_given_up_and_the_next_is_its_own(engine: Engine) {
    let arguments = [&READY[..], &["--stream-max-wait", "0.5s"]].concat();
    let (mut backend, browser) = opened(engine, &page(""), &arguments).await;
    backend.set_healthy(false);
    call(&browser, &json!({})).await;
    step(&browser, "Wait until ready", "now").await;
    backend.kill();
    let backend = backend.start().await;
    let came = came(&browser).await;
    let error = came[1].as_str().unwrap_or_default();
    assert!(error.contains("is not known"), "{came}");
    assert!(error.contains("“Wait until ready”"), "{came}");
    backend.set_healthy(true);
    documents(&browser, 2).await;
    browser.value(GO).await;
    documents(&browser, 3).await;
    toast(&browser, "reloaded").await;
    assert!(said(&browser).await.starts_with("Restarted: pid "));
}

async fn switched_off_page_lets_go_of_a_restart_and_catches_up(engine: Engine) {
    let (backend, browser) = opened(engine, &page(""), &READY).await;
    backend.set_healthy(false);
    call(&browser, &json!({})).await;
    step(&browser, "Wait until ready", "now").await;
    browser.value("serverReload.disable()").await;
    let came = came(&browser).await;
    let error = came[1].as_str().unwrap_or_default();
    assert!(error.contains("Auto-reload is off"), "{came}");
    browser.wait_for("go.hidden").await;
    backend.set_healthy(true);
    browser.value("serverReload.enable()").await;
    documents(&browser, 2).await;
    browser.check("!go.hidden").await;
}
