//! Restarts between a page and its stream.

use std::env;
use std::time::Duration;

use fastrand::Rng;
use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Answer, Kind, Proxy, Rules, Tally};
use server_reload_e2e::shim::Shim;

use crate::steps::{current, documents};

scenarios! {
    each:
        page_stamped_by_a_plain_backend_notices_a_restart_before_its_stream;
    both:
        restart_at_any_moment_between_page_and_stream_reloads_once;
}

/// What chance decides of a round.
#[derive(Debug)]
struct Round {
    /// Part of the page's address, so that no round meets what another has left in the cache.
    number: u64,
    /// Whether the page says who made it.
    stamped: bool,
    /// Whether the stream is refused while the server is away, or waits.
    refused: bool,
    /// Delays of page, script and stream, there and back, in milliseconds.
    delays: [u64; 6],
    /// From the page's first byte to the restart.
    moment: Duration,
}

impl Round {
    fn draw(random: &mut Rng, number: u64) -> Self {
        let delays = [(); 6].map(|()| random.u64(0..40));
        // The client takes its time to start, too.
        let moment = Duration::from_millis(random.u64(0..=delays.iter().sum::<u64>() + 40));
        Self {
            number,
            stamped: number.is_multiple_of(2),
            refused: random.bool(),
            delays,
            moment,
        }
    }

    fn rule(&self, rules: &mut Rules) {
        let delays = self.delays.map(Duration::from_millis);
        // A browser that is refused the script has no client that could do anything.
        rules.answer_all(Answer::Patient);
        [rules[Kind::Page].down, rules[Kind::Page].body] = [delays[0], delays[1]];
        [rules[Kind::Script].down, rules[Kind::Script].body] = [delays[2], delays[3]];
        [rules[Kind::Stream].up, rules[Kind::Stream].down] = [delays[4], delays[5]];
        if self.refused {
            rules[Kind::Stream].answer = Answer::Pass;
        }
        rules.strip = (!self.stamped).then_some("server-timing");
    }

    /// Whether the page has begun: a stamped one when the server has made it; for another there is
    /// no telling before its first byte is in the browser.
    fn has_begun(&self, tally: &Tally) -> bool {
        let pages = if self.stamped {
            tally.answered(Kind::Page)
        } else {
            tally.begun(Kind::Page)
        };
        pages > 0
    }
}

async fn restart_at_any_moment_between_page_and_stream_reloads_once(
    engine: Engine,
    runtime: Runtime,
) {
    let (rounds, seed) = (
        number("SERVER_RELOAD_E2E_ROUNDS"),
        number("SERVER_RELOAD_E2E_SEED"),
    );
    let (rounds, seed) = (
        rounds.unwrap_or(rounds_in(engine, runtime)),
        seed.unwrap_or_else(|| fastrand::u64(..)),
    );
    println!("to repeat it: SERVER_RELOAD_E2E_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let mut shim = Shim::serve(&Page::new(runtime).alone()).await;
    let browser = Browser::lease(engine).await;
    let mut counted = 0;
    while counted < rounds {
        let round = Round::draw(&mut random, counted);
        println!("{round:?}");
        counted += u64::from(play(&round, &mut shim, &browser).await);
    }
}

/// A round costs a second or two of the machine.
fn rounds_in(engine: Engine, runtime: Runtime) -> u64 {
    match (engine, runtime) {
        (Engine::Chromium, Runtime::Wasm) => 80,
        _ => 30,
    }
}

/// Plays a round in a tab of its own; false when it has to be drawn anew.
async fn play(round: &Round, shim: &mut Shim, browser: &Browser) -> bool {
    let proxy = Proxy::before(shim.port()).await;
    proxy.set(|rules| round.rule(rules));
    let home = browser.new_tab().await;
    browser.go(&proxy.url(&format!("/?{}", round.number))).await;
    proxy
        .wait_until("the page's first byte", |tally| round.has_begun(tally))
        .await;
    tokio::time::sleep(round.moment).await;
    shim.restart().await;
    let valid = round.stamped || begun_before(browser, shim).await;
    if valid {
        documents(browser, 2).await;
        current(browser, shim).await;
        assert_eq!(proxy.tally().asked(Kind::Page), 2, "pages asked for");
        browser.check_documents(2).await;
    }
    browser.close_tab(home).await;
    valid
}

/// Whether the browser had the page's first byte before the new server was started. On a busy
/// machine it may be late, and then nothing could tell that the page is stale.
async fn begun_before(browser: &Browser, shim: &Shim) -> bool {
    let begun = browser.wait_for("window.witness?.documents[0].begun").await;
    begun.as_f64().expect("a time")
        < shim.health().await.started_at.expect("no start time") * 1000.0
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable)
        .ok()
        .map(|text| text.parse().expect("a number in the variable"))
}

async fn page_stamped_by_a_plain_backend_notices_a_restart_before_its_stream(engine: Engine) {
    let mut backend = Backend::run("stamped", &Page::new(Runtime::Wasm).alone());
    let proxy = Proxy::before(backend.port()).await;
    proxy.set(|rules| {
        rules.answer_all(Answer::Patient);
        rules[Kind::Stream].up = Duration::from_millis(300);
    });
    let browser = Browser::lease(engine).await;
    browser.go(&proxy.url("/")).await;
    proxy
        .wait_until("a stream", |tally| tally.asked(Kind::Stream) == 1)
        .await;
    backend.stop();
    backend.start();
    documents(&browser, 2).await;
    browser.check_documents(2).await;
}
