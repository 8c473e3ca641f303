//! Many tabs of one origin, in Chromium.

use fantoccini::wd::WindowHandle;
use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::proxy::{Kind, Proxy, Tally};
use server_reload_e2e::shim::Shim;

use crate::clock;
use crate::contender::{OURS, OURS_CONNECTED};
use crate::figures::Figures;
use crate::observer::{CONNECTED_FOR, UNDISTURBED};
use crate::options::Options;
use crate::report::{Section, milliseconds};

/// How many tabs are open when streams are counted.
const COUNTED: [usize; 3] = [1, 7, 20];

/// Whether the driven tab has the stream: its client holds a lock.
const LEADS: &str = "navigator.locks.request('bench', async () => {
    const { held } = await navigator.locks.query();
    const { clientId } = held.find(({ name }) => name === 'bench');
    return held.some((it) => it.name !== 'bench' && it.clientId === clientId);
})";

/// Counts streams, ends the tab that has it, and changes the page.
pub(crate) async fn measure(options: &Options) -> Vec<Section> {
    vec![
        streams().await,
        take_over(options).await,
        reload(options).await,
    ]
}

/// Tabs, or windows, of one page.
struct Tabs {
    shim: Shim,
    proxy: Proxy,
    browser: Browser,
    open: Vec<WindowHandle>,
}

impl Tabs {
    async fn one() -> Self {
        let pages = [("index.html", OURS.to_owned())];
        let shim = Shim::serve_with(&pages, &["--heartbeat", "60s"]).await;
        let proxy = Proxy::before(shim.port()).await;
        let browser = Browser::start(Engine::Chromium, &[]).await;
        let mut tabs = Self {
            shim,
            proxy,
            browser,
            open: Vec::new(),
        };
        tabs.load().await;
        tabs
    }

    async fn add(&mut self) {
        self.browser.new_tab().await;
        self.load().await;
    }

    async fn load(&mut self) {
        self.browser.go(&self.proxy.url("/")).await;
        self.browser.wait_for(OURS_CONNECTED).await;
        self.open.push(self.browser.tab().await);
    }

    /// Waits until the driven tab has the only stream.
    async fn leads(&self) {
        self.browser.wait_for(LEADS).await;
        self.shim.wait_for_streams(1).await;
    }

    async fn drive(&self, tab: usize) {
        self.browser.switch_to(self.open[tab].clone()).await;
    }

    async fn until(&self, what: &str, wanted: impl Fn(&Tally) -> bool) -> f64 {
        self.proxy.wait_until(what, wanted).await;
        clock::wall()
    }
}

async fn streams() -> Section {
    let mut section = Section::new("tabs-streams", "streams on the server, by tabs");
    let mut tabs = Tabs::one().await;
    for count in COUNTED {
        while tabs.open.len() < count {
            tabs.add().await;
        }
        tabs.leads().await;
        let streams = tabs.shim.health().await.streams;
        section.value(&format!("{count} open"), streams, streams.to_string());
    }
    section
}

async fn take_over(options: &Options) -> Section {
    let title = "the leader's end → the next leader's stream, ms";
    let mut section = Section::new("tabs-take-over", title);
    for (name, crashes) in [("its tab is closed", false), ("its process dies", true)] {
        let mut figures = Figures::default();
        let mut tabs = Tabs::one().await;
        for round in 1..=options.rounds {
            while tabs.open.len() < 3 {
                tabs.add().await;
            }
            tabs.leads().await;
            let took = end_leader(&mut tabs, crashes).await;
            eprintln!("take-over {round} of {}: {took:.1} ms", options.rounds);
            figures.add(took);
        }
        section.figures(name, &figures, milliseconds);
    }
    section.note("Chromium; three tabs, of which the one that is seen leads");
    section.note("from the end of its stream at a proxy to the request of the next one");
    section
}

/// Ends the driven tab; milliseconds from the end of its stream to the next one.
async fn end_leader(tabs: &mut Tabs, crashes: bool) -> f64 {
    let before = tabs.proxy.tally();
    let asked = before.asked(Kind::Stream);
    let ended = before.ended(Kind::Stream);
    tabs.open.pop();
    let end = async {
        if crashes {
            // A tab that has crashed gives no answer but an error.
            let _ = tabs.browser.devtools("Page.crash", json!({})).await;
            tabs.drive(0).await;
        } else {
            tabs.browser.close_tab(tabs.open[0].clone()).await;
        }
    };
    let (gone, next, ()) = tokio::join!(
        tabs.until("its end", |tally| tally.ended(Kind::Stream) > ended),
        tabs.until("the next", |tally| tally.asked(Kind::Stream) > asked),
        end,
    );
    next - gone
}

async fn reload(options: &Options) -> Section {
    let mut section = Section::new("tabs-reload", "event on its way → new document, ms");
    let mut tabs = Tabs::one().await;
    tabs.browser.new_window().await;
    tabs.load().await;
    let mut all = [(); 2].map(|()| Figures::default());
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let took = change(&tabs, round).await;
        eprintln!("tabs {round} of {}: {took:.1?} ms", options.rounds);
        for (figures, took) in all.iter_mut().zip(took) {
            if round > 0 {
                figures.add(took);
            }
        }
    }
    let [leader, follower] = &all;
    section.figures("in the tab that has the stream", leader, milliseconds);
    section.figures("in another, seen as well", follower, milliseconds);
    section.note(
        "Chromium; two windows; from the event's arrival at a proxy to the document's first moment",
    );
    section
}

/// Changes the page; milliseconds to the new documents of leader and follower.
async fn change(tabs: &Tabs, round: u32) -> [f64; 2] {
    tokio::time::sleep(CONNECTED_FOR).await;
    let mut leader = 0;
    for tab in 0..tabs.open.len() {
        tabs.drive(tab).await;
        if tabs.browser.value(LEADS).await == true {
            leader = tab;
        }
    }
    let pieces = tabs.proxy.tally().stream_pieces;
    tabs.shim
        .replace("index.html", &format!("{OURS}<p>{round}"));
    let told = tabs
        .until("an event", |tally| tally.stream_pieces > pieces)
        .await;
    tokio::time::sleep(UNDISTURBED).await;
    let mut took = [0.0; 2];
    for (place, tab) in [leader, 1 - leader].into_iter().enumerate() {
        tabs.drive(tab).await;
        let newer = format!(
            "performance.timeOrigin > {told} && {OURS_CONNECTED} && performance.timeOrigin"
        );
        let origin = tabs.browser.wait_for(&newer).await;
        took[place] = origin.as_f64().map_or(f64::NAN, |origin| origin - told);
    }
    took
}
