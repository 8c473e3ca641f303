//! What a newcomer tries first: the pages of `www`.

use std::fs;

use serde_json::{Value, json};
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::place;
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current, in_state, toast};

scenarios! {
    each:
        playground_draws_its_graph_anew_in_place,
        playground_draws_its_graph_anew_by_key,
        playground_that_is_off_catches_up_when_it_is_on_again,
        plain_page_is_loaded_again,
        playground_of_a_fastapi_program_draws_its_graph_anew_in_place;
}

/// The data of the playground's graph.
const DATA: &str = "graph.json";

/// The texts of `www`.
pub(crate) fn www() -> Vec<(String, String)> {
    let entries = fs::read_dir(place::repository().join("www")).expect("the folder `www`");
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let read = |name: &String| fs::read_to_string(place::repository().join("www").join(name));
    names
        .filter_map(|name| Some((name.clone(), read(&name).ok()?)))
        .collect()
}

pub(crate) fn borrowed(files: &[(String, String)]) -> Vec<(&str, String)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect()
}

/// The graph's data under another title, with more coffee on Friday.
fn titled(title: &str) -> String {
    let files = www();
    let (_, text) = files
        .iter()
        .find(|(name, _)| name == DATA)
        .expect("the graph's data");
    let mut data: Value = serde_json::from_str(text).expect("JSON");
    data["title"] = json!(title);
    data["series"][0]["values"][4] = json!(9);
    data.to_string()
}

/// Opens a page and marks its document: another one has no mark.
async fn open_marked(engine: Engine, url: &str) -> Browser {
    let browser = Browser::lease(engine).await;
    browser.go(url).await;
    connected(&browser).await;
    browser.value("window.mark = true").await;
    browser
}

async fn drawn(browser: &Browser, title: &str) {
    browser
        .wait_for(&format!(
            "document.getElementById('title').textContent === {}",
            json!(title)
        ))
        .await;
    browser
        .check("document.querySelectorAll('#graph rect').length > 1")
        .await;
    browser.check("window.mark").await;
}

async fn playground_draws_its_graph_anew_in_place(engine: Engine) {
    let mut shim = Shim::serve(&borrowed(&www())).await;
    let browser = open_marked(engine, &shim.url("/")).await;
    browser.resize(960, 720).await;
    shim.stop();
    shim.write(DATA, &titled("Coffee against commits, release week"));
    shim.start().await;
    drawn(&browser, "Coffee against commits, release week").await;
    toast(&browser, "updated").await;
    // Once nothing moves any more: the one that README shows.
    browser
        .wait_for("document.getAnimations().length === 0")
        .await;
    browser.picture("playground").await;
    current(&browser, &shim).await;
    let pid = json!(shim.health().await.pid.map(|pid| pid.to_string()));
    browser
        .wait_for(&format!(
            "document.getElementById('pid').textContent === {pid}"
        ))
        .await;
    browser
        .check("document.getElementById('state').textContent === 'connected'")
        .await;
}

async fn playground_draws_its_graph_anew_by_key(engine: Engine) {
    let shim = Shim::serve(&borrowed(&www())).await;
    let browser = open_marked(engine, &shim.url("/")).await;
    shim.write(DATA, &titled("By hand"));
    browser
        .value("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'r' }))")
        .await;
    drawn(&browser, "By hand").await;
}

async fn playground_that_is_off_catches_up_when_it_is_on_again(engine: Engine) {
    let button = "document.querySelector('.toolbar [aria-pressed]')";
    let mut shim = Shim::serve(&borrowed(&www())).await;
    let browser = open_marked(engine, &shim.url("/")).await;
    browser.value(&format!("{button}.click()")).await;
    in_state(&browser, "off").await;
    shim.write(DATA, &titled("Caught up"));
    shim.restart().await;
    browser
        .check("document.getElementById('title').textContent !== 'Caught up'")
        .await;
    browser.value(&format!("{button}.click()")).await;
    drawn(&browser, "Caught up").await;
}

async fn plain_page_is_loaded_again(engine: Engine) {
    let mut shim = Shim::serve(&borrowed(&www())).await;
    let browser = open_marked(engine, &shim.url("/plain.html")).await;
    shim.restart().await;
    browser
        .wait_for("document.readyState === 'complete' && !window.mark")
        .await;
    current(&browser, &shim).await;
    toast(&browser, "reloaded").await;
}

async fn playground_of_a_fastapi_program_draws_its_graph_anew_in_place(engine: Engine) {
    let backend = Backend::run_watching("minimal", &borrowed(&www()));
    let browser = open_marked(engine, &backend.url("/")).await;
    backend.write(DATA, &titled("From FastAPI"));
    backend.edit();
    drawn(&browser, "From FastAPI").await;
    connected(&browser).await;
}
