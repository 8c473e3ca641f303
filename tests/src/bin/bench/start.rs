//! The script's evaluation → its stream's request, in Chromium.

use std::fs;

use serde_json::Value;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::place;
use server_reload_e2e::shim::Shim;

use crate::contender::OURS_CONNECTED;
use crate::figures::Figures;
use crate::observer::UNDISTURBED;
use crate::options::Options;
use crate::report::{Section, milliseconds};

/// It asks for the script at its very first line, and takes note of when that and the stream come.
const PAGE: &str = include_str!("start.html");

/// From the script's first line, and from its last byte, to the stream; and the longest task.
const TOOK: &str = "[took.requested - took.evaluated, \
    took.requested - performance.getEntriesByType('resource')\
        .find(({ name }) => name.endsWith('/reload.js')).responseEnd, \
    Math.max(...took.tasks)]";

/// Loads a page again and again.
pub(crate) async fn measure(options: &Options) -> Section {
    let shim = Shim::serve(&[("index.html", PAGE.to_owned())]).await;
    let browser = Browser::start(Engine::Chromium, &[]).await;
    let [mut evaluated, mut received, mut tasks] = [(); 3].map(|()| Figures::default());
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let [from_line, from_byte, task] = load(&browser, &shim.url(&format!("/?{round}"))).await;
        eprintln!("start {round} of {}: {from_line:.1} ms", options.rounds);
        if round > 0 {
            evaluated.add(from_line);
            received.add(from_byte);
            tasks.add(task);
        }
    }
    let mut section = Section::new("start", "reload.js → its stream's request, ms");
    section.figures("evaluation → request", &evaluated, milliseconds);
    section.figures("received → request", &received, milliseconds);
    section.figures(
        "longest task of 50 ms or more, 0 for none",
        &tasks,
        milliseconds,
    );
    section.note(format!("Chromium, {} loads", options.rounds));
    section.budget("start, ms", evaluated.median(), budget("start_ms"));
    section.budget(
        "longest task, ms",
        tasks.quantile(1.0),
        budget("long_task_ms"),
    );
    section
}

async fn load(browser: &Browser, url: &str) -> [f64; 3] {
    browser.go("about:blank").await;
    browser.go(url).await;
    // The driver's questions are tasks, too.
    tokio::time::sleep(UNDISTURBED).await;
    let connected = format!("location.href === '{url}' && {OURS_CONNECTED}");
    browser.wait_for(&connected).await;
    let took = browser.value(TOOK).await;
    [0, 1, 2].map(|place| took.get(place).and_then(Value::as_f64).expect("a number"))
}

/// The most that the client may take.
fn budget(name: &str) -> f64 {
    let file = place::repository().join("server-shim/client/budget.toml");
    let text = fs::read_to_string(file).expect("the client's budget");
    let mut lines = text.lines().filter_map(|line| line.split_once(" = "));
    let found = lines.find(|(key, _)| *key == name);
    let value = found.and_then(|(_, value)| value.parse().ok());
    value.unwrap_or_else(|| panic!("no `{name}` in server-shim/client/budget.toml"))
}
