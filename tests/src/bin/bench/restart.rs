//! The server's first answer → a new document.

use std::time::Duration;

use serde_json::{Value, json};
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;

use crate::contender::Contender;
use crate::figures::Figures;
use crate::options::Options;
use crate::probe::Probe;
use crate::report::{Section, milliseconds};

/// A page is connected for so long before its server is restarted: a stream that ended sooner is no
/// proof of a healthy server to our client, which then asks less eagerly.
const CONNECTED_FOR: Duration = Duration::from_millis(1_100);

/// The driver's questions keep the page busy, so they begin only so long after the first answer.
const UNDISTURBED: Duration = Duration::from_millis(150);

/// What the table calls them.
const LETTERS: [char; 5] = ['a', 'b', 'c', 'd', 'e'];

/// Restarts all contenders in turns.
pub(crate) async fn measure(options: &Options) -> Section {
    // A page that waits in the cache would keep its stream while the next contender is measured.
    let flags = ["--disable-features=BackForwardCache"];
    let browser = Browser::start(Engine::Chromium, &flags).await;
    let mut contenders = contenders(options).await;
    let mut all = vec![Figures::default(); contenders.len()];
    let mut clock = Figures::default();
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let mut times = Vec::new();
        let entries = LETTERS.iter().zip(&mut contenders).zip(&mut all);
        for ((letter, contender), figures) in entries {
            let took = restart(contender, &browser, options.downtime()).await;
            times.push(format!("{letter} {took:.1}"));
            clock.add(number(&browser.value(CLOCK_ERROR).await).abs());
            if round > 0 {
                figures.add(took);
            }
        }
        let times = times.join("  ");
        eprintln!("restart {round} of {}: {times} ms", options.rounds);
    }
    let mut section = section(options, &contenders, &all);
    section.note(format!(
        "{}; its clock and ours differ by {:.1} ms at most",
        engine(&browser).await,
        clock.quantile(1.0)
    ));
    section
}

async fn contenders(options: &Options) -> Vec<Contender> {
    let mut contenders = vec![
        Contender::own_endpoint(),
        Contender::shim().await,
        Contender::page_script(),
    ];
    if options.refused {
        contenders.push(Contender::own_endpoint_refused());
        contenders.push(Contender::page_script_refused());
    }
    contenders
}

/// One restart; the time from the first answer to the new document, in milliseconds.
async fn restart(contender: &mut Contender, browser: &Browser, downtime: Duration) -> f64 {
    let url = contender.url();
    browser.go("about:blank").await;
    browser.go(&url).await;
    let connected = format!(
        "location.href === {} && {}",
        json!(url),
        contender.connected
    );
    browser.wait_for(&connected).await;
    let old = number(&browser.value(ORIGIN).await);
    let probe = Probe::hold(contender.port());
    tokio::time::sleep(CONNECTED_FOR).await;
    contender.restart(downtime).await;
    let answered = probe.first_answer();
    tokio::time::sleep(UNDISTURBED).await;
    // A JSON number may be off by a hair, so a document is another when its time differs by 1 ms.
    let other = format!("Math.abs({ORIGIN} - {old}) > 1 && {ORIGIN}");
    number(&browser.wait_for(&other).await) - answered
}

/// When the time of a document began, by the page's own clock.
const ORIGIN: &str = "performance.timeOrigin";

/// The page's clock against the wall clock, which shows whole milliseconds.
const CLOCK_ERROR: &str = "Date.now() + 0.5 - performance.timeOrigin - performance.now()";

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

async fn engine(browser: &Browser) -> String {
    let agent = browser.value("navigator.userAgent").await.to_string();
    let version = agent.split_once("Chrome/").map(|(_, version)| version);
    let major = version.and_then(|version| version.split('.').next());
    format!("Chromium {}", major.unwrap_or("of an unknown version"))
}

fn section(options: &Options, contenders: &[Contender], all: &[Figures]) -> Section {
    let mut section = Section::new("restart", "server's first answer → new document, ms");
    for ((letter, contender), figures) in LETTERS.iter().zip(contenders).zip(all) {
        let name = format!("{letter}  {}", contender.name);
        section.figures(&name, figures, milliseconds);
    }
    for (ours, theirs) in [(0, 2), (1, 2), (3, 4)] {
        if let Some(other) = all.get(theirs) {
            let ratio = other.median() / all[ours].median();
            let name = format!("{} / {}, of the medians", LETTERS[theirs], LETTERS[ours]);
            section.value(&name, ratio, format!("{ratio:.0} times"));
        }
    }
    section.note(format!("{} restarts each, in turns", options.rounds));
    section.note(
        "a, c: `uvicorn --reload --timeout-graceful-shutdown 0`, its program saved; \
         it keeps the listening socket",
    );
    section.note(format!(
        "b{}: SIGTERM, and started again on the same port {} ms after the exit",
        if options.refused { ", d, e" } else { "" },
        options.downtime().as_millis()
    ));
    section
}
