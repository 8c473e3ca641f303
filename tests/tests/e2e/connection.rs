//! Connections that break, stall, or reach somebody else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current, documents, open};

scenarios! {
    each:
        half_open_stream_is_renewed_without_a_reload,
        restart_behind_a_half_open_stream_reloads,
        bad_gateway_without_a_restart_does_not_reload,
        connections_closed_without_an_answer_end_in_one_reload,
        page_is_new_soon_after_a_server_was_away_for_20_s,
        two_ids_that_take_turns_settle;
    both:
        broken_connection_does_not_reload,
        bad_gateway_in_between_ends_in_one_reload;
}

async fn broken_connection_does_not_reload(engine: Engine, runtime: Runtime) {
    let shim = Shim::serve(&Page::new(runtime).alone()).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    for broken in 1..=5 {
        proxy.cut();
        proxy
            .wait_until("another stream", |tally| tally.begun(Kind::Stream) > broken)
            .await;
        current(&browser, &shim).await;
    }
    browser.check_documents(1).await;
}

async fn half_open_stream_is_renewed_without_a_reload(engine: Engine) {
    let pages = Page::new(Runtime::Wasm).alone();
    let shim = Shim::serve_with(&pages, &["--heartbeat", "300ms"]).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), Runtime::Wasm).await;
    proxy
        .wait_until("a ping", |tally| tally.stream_pieces > 2)
        .await;
    proxy.freeze();
    proxy
        .wait_until("a new stream", |tally| tally.begun(Kind::Stream) == 2)
        .await;
    current(&browser, &shim).await;
    browser.check_documents(1).await;
}

async fn restart_behind_a_half_open_stream_reloads(engine: Engine) {
    let pages = Page::new(Runtime::Wasm).alone();
    let mut shim = Shim::serve_with(&pages, &["--heartbeat", "300ms"]).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), Runtime::Wasm).await;
    proxy
        .wait_until("a ping", |tally| tally.stream_pieces > 2)
        .await;
    proxy.freeze();
    shim.restart().await;
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

async fn bad_gateway_in_between_ends_in_one_reload(engine: Engine, runtime: Runtime) {
    restart_behind(engine, runtime, Answer::BadGateway).await;
}

async fn connections_closed_without_an_answer_end_in_one_reload(engine: Engine) {
    restart_behind(engine, Runtime::Wasm, Answer::Close).await;
}

/// Restarts the server while the proxy in front of it answers in its own way.
async fn restart_behind(engine: Engine, runtime: Runtime, answer: Answer) {
    let mut shim = Shim::serve(&Page::new(runtime).alone()).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), runtime).await;
    proxy.set(|rules| rules.answer_all(answer));
    shim.stop();
    proxy
        .wait_until("attempts", |tally| tally.asked(Kind::Stream) > 5)
        .await;
    shim.start().await;
    proxy.set(|rules| rules.answer_all(Answer::Pass));
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

async fn bad_gateway_without_a_restart_does_not_reload(engine: Engine) {
    let shim = Shim::serve(&Page::new(Runtime::Wasm).alone()).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = open(engine, &proxy.url("/"), Runtime::Wasm).await;
    proxy.set(|rules| rules.answer_all(Answer::BadGateway));
    proxy.cut();
    proxy
        .wait_until("attempts", |tally| tally.asked(Kind::Stream) > 5)
        .await;
    proxy.set(|rules| rules.answer_all(Answer::Pass));
    connected(&browser).await;
    browser.check_documents(1).await;
}

async fn page_is_new_soon_after_a_server_was_away_for_20_s(engine: Engine) {
    let mut shim = Shim::serve(&Page::new(Runtime::Wasm).alone()).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    shim.stop();
    // How long the server is away is what the scenario is about.
    tokio::time::sleep(Duration::from_secs(20)).await;
    shim.start().await;
    let answered = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time after 1970");
    documents(&browser, 2).await;
    let origin = browser
        .value("performance.timeOrigin")
        .await
        .as_f64()
        .expect("a time");
    let late = origin - answered.as_secs_f64() * 1000.0;
    assert!(
        late < 1500.0,
        "the page is new {late} ms after the server answered"
    );
}

async fn two_ids_that_take_turns_settle(engine: Engine) {
    let pages = Page::new(Runtime::Wasm).alone();
    let (first, second) = (Shim::serve(&pages).await, Shim::serve(&pages).await);
    let proxy = Proxy::before(first.port()).await;
    proxy.set(|rules| rules.upstreams.push(second.port()));
    let browser = open(engine, &proxy.url("/"), Runtime::Wasm).await;
    for _ in 0..8 {
        proxy.renew_stream().await;
        connected(&browser).await;
    }
    browser.check("witness.documents.length <= 3").await;
    let said = browser.said().await;
    assert_eq!(said.len(), 1, "{said:?}");
}
