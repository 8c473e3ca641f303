//! Many tabs of one origin: one stream, and everybody hears of it.

mod alone;

use std::time::Duration;

use fantoccini::wd::WindowHandle;
use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Kind, Proxy, Tally};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current};

scenarios! {
    each:
        many_tabs_have_one_stream_and_each_reloads_once,
        tab_that_is_seen_has_the_stream,
        tab_with_the_stream_is_closed,
        tab_with_the_stream_is_navigated_away,
        tab_with_the_stream_crashes,
        tab_with_the_stream_is_frozen,
        restart_right_after_the_tab_with_the_stream_was_frozen,
        nothing_is_missed_while_the_stream_changes_hands;
}

/// So many are enough where it is not about their number.
const SOME: usize = 4;

/// Whether this tab has the stream: its client holds a lock that the witness does not.
const LEADS: &str = "navigator.locks.request('witness', async () => {
    const { held } = await navigator.locks.query();
    const { clientId } = held.find(({ name }) => name === 'witness');
    return held.some((it) => it.name !== 'witness' && it.clientId === clientId);
})";

/// Tabs of one browser, each with an address of its own, and how often each has to have loaded it.
struct Tabs {
    shim: Shim,
    proxy: Proxy,
    browser: Browser,
    open: Vec<(WindowHandle, u64)>,
    opened: usize,
    loads: usize,
}

impl Tabs {
    async fn begin(browser: Browser, arguments: &[&str]) -> Self {
        let elsewhere =
            "<!doctype html><title>Elsewhere</title><script>here = 'elsewhere'</script>";
        let pages = [
            ("index.html", Page::new(Runtime::Wasm).html()),
            ("elsewhere.html", elsewhere.to_owned()),
        ];
        let shim = Shim::serve_with(&pages, arguments).await;
        let proxy = Proxy::before(shim.port()).await;
        let mut tabs = Self {
            shim,
            proxy,
            open: Vec::new(),
            opened: 0,
            loads: 0,
            browser,
        };
        tabs.load().await;
        tabs
    }

    /// So many tabs, of which the driven one, the last, is the only one that is seen; but in `WebKit`
    /// all are, being windows.
    async fn open(engine: Engine, count: usize) -> Self {
        let mut tabs = Self::begin(Browser::lease(engine).await, &[]).await;
        while tabs.open.len() < count {
            tabs.add().await;
        }
        tabs
    }

    /// So many windows, all of them seen.
    async fn windows(browser: Browser, count: usize, arguments: &[&str]) -> Self {
        let mut tabs = Self::begin(browser, arguments).await;
        while tabs.open.len() < count {
            tabs.browser.new_window().await;
            tabs.load().await;
        }
        tabs
    }

    /// One more, which is driven then.
    async fn add(&mut self) {
        self.browser.new_tab().await;
        self.load().await;
    }

    async fn load(&mut self) {
        let url = self.proxy.url(&format!("/?{}", self.opened));
        self.browser.open(&url).await;
        connected(&self.browser).await;
        self.open.push((self.browser.tab().await, 1));
        self.opened += 1;
        self.loads += 1;
    }

    /// Drives the tab that has the stream, and says which it is: the one that is seen; where all are,
    /// any of them.
    async fn leader(&mut self) -> usize {
        self.shim.wait_for_streams(1).await;
        if self.browser.engine() != Engine::WebKit {
            let last = self.open.len() - 1;
            self.drive(last).await;
            self.browser.wait_for(LEADS).await;
            return last;
        }
        for tab in (0..self.open.len()).cycle() {
            self.drive(tab).await;
            if self.browser.value(LEADS).await == true {
                return tab;
            }
        }
        unreachable!("they are asked again and again")
    }

    async fn drive(&self, tab: usize) {
        self.browser.switch_to(self.open[tab].0.clone()).await;
    }

    /// Closes the tab that has the stream.
    async fn close_leader(&mut self) {
        let leader = self.leader().await;
        self.open.remove(leader);
        self.browser.close_tab(self.open[0].0.clone()).await;
    }

    /// How many streams have been asked for.
    fn streams(&self) -> usize {
        self.proxy.tally().begun(Kind::Stream)
    }

    /// Waits until another stream than the first `old` ones is the only one.
    async fn taken_over(&self, old: usize) {
        self.begun(old).await;
        self.shim.wait_for_streams(1).await;
    }

    /// Waits until another stream than the first `old` ones has begun.
    async fn begun(&self, old: usize) {
        let another = |tally: &Tally| tally.begun(Kind::Stream) > old;
        self.proxy.wait_until("another stream", another).await;
    }

    async fn restart(&mut self) {
        self.shim.restart().await;
        self.all_reload().await;
    }

    /// Waits until each tab has loaded its page once more, and checks that none did so twice.
    async fn all_reload(&mut self) {
        self.loads += self.open.len();
        let loads = self.loads;
        let all = |tally: &Tally| tally.asked(Kind::Page) >= loads;
        self.proxy.wait_until("a reload in each tab", all).await;
        self.each_has_reloaded().await;
        assert_eq!(self.proxy.pages().len(), loads, "{:?}", self.proxy.pages());
    }

    /// The same by what each tab tells.
    async fn each_has_reloaded(&mut self) {
        for (tab, documents) in &mut self.open {
            *documents += 1;
            self.browser.switch_to(tab.clone()).await;
            let loaded = format!("witness.documents.length >= {documents}");
            self.browser.wait_for(&loaded).await;
            current(&self.browser, &self.shim).await;
        }
        self.shim.wait_for_streams(1).await;
        for (tab, documents) in &self.open {
            self.browser.switch_to(tab.clone()).await;
            self.browser.check_documents(*documents).await;
        }
    }
}

/// Twenty in Chromium; in the others that takes a minute, and is no more than seven prove: one more
/// than a browser opens connections to a host.
fn many(engine: Engine) -> usize {
    match engine {
        Engine::Chromium => 20,
        Engine::Firefox | Engine::WebKit => 7,
    }
}

async fn many_tabs_have_one_stream_and_each_reloads_once(engine: Engine) {
    let many = many(engine);
    let mut tabs = Tabs::open(engine, many).await;
    tabs.leader().await;
    tabs.restart().await;
    let pages = tabs.proxy.pages();
    let mut again = pages[many..].to_vec();
    if engine != Engine::WebKit {
        assert_eq!(
            again[0],
            format!("/?{}", many - 1),
            "the one that is seen comes first: {again:?}"
        );
    }
    again.sort();
    again.dedup();
    assert_eq!(again.len(), many, "{pages:?}");
}

async fn tab_that_is_seen_has_the_stream(engine: Engine) {
    let mut tabs = Tabs::open(engine, SOME).await;
    let leader = tabs.leader().await;
    let streams = tabs.streams();
    let other = usize::from(leader == 0);
    if engine == Engine::WebKit {
        tabs.browser.minimize().await;
        tabs.drive(other).await;
    } else {
        tabs.drive(other).await;
        tabs.browser.wait_for(LEADS).await;
    }
    tabs.taken_over(streams).await;
    tabs.restart().await;
}

async fn tab_with_the_stream_is_closed(engine: Engine) {
    let mut tabs = Tabs::open(engine, SOME).await;
    tabs.leader().await;
    let streams = tabs.streams();
    tabs.close_leader().await;
    tabs.taken_over(streams).await;
    tabs.restart().await;
}

async fn tab_with_the_stream_is_navigated_away(engine: Engine) {
    let mut tabs = Tabs::open(engine, SOME).await;
    let leader = tabs.leader().await;
    let streams = tabs.streams();
    tabs.browser.go(&tabs.proxy.url("/elsewhere.html")).await;
    tabs.loads += 1;
    tabs.browser.wait_for("window.here === 'elsewhere'").await;
    // Those that are left are hidden, but in WebKit.
    tabs.taken_over(streams).await;
    let (gone, documents) = tabs.open.remove(leader);
    tabs.restart().await;
    tabs.browser.switch_to(gone.clone()).await;
    let pages = tabs.proxy.tally().asked(Kind::Page);
    tabs.browser.back().await;
    // What WebKit is asked as a page goes into its cache is never answered.
    let another = |tally: &Tally| tally.asked(Kind::Page) > pages;
    tabs.proxy.wait_until("another document", another).await;
    let last = format!("window.witness?.documents.length > {documents}");
    tabs.browser.wait_for(&last).await;
    current(&tabs.browser, &tabs.shim).await;
    // Firefox takes an old one out of its cache first.
    tabs.browser.check("witness.reloads.length === 1").await;
}

async fn tab_with_the_stream_crashes(engine: Engine) {
    let browser = Browser::start(engine, &[]).await;
    let mut tabs = Tabs::begin(browser, &[]).await;
    while tabs.open.len() < SOME {
        tabs.add().await;
    }
    let leader = tabs.leader().await;
    let streams = tabs.streams();
    // A tab that has crashed gives no answer but an error.
    let _ = tabs.browser.devtools("Page.crash", json!({})).await;
    tabs.open.remove(leader);
    tabs.taken_over(streams).await;
    tabs.restart().await;
}

async fn tab_with_the_stream_is_frozen(engine: Engine) {
    freeze_the_leader(engine, true).await;
}

async fn restart_right_after_the_tab_with_the_stream_was_frozen(engine: Engine) {
    freeze_the_leader(engine, false).await;
}

/// Another tab takes over; after a restart the frozen one is new once it goes on.
async fn freeze_the_leader(engine: Engine, for_long: bool) {
    let browser = Browser::start(engine, &[]).await;
    let mut tabs = Tabs::windows(browser, SOME, &["--heartbeat", "300ms"]).await;
    tabs.drive(0).await;
    tabs.browser.wait_for(LEADS).await;
    let streams = tabs.streams();
    lifecycle(&tabs.browser, "frozen").await;
    // A frozen page may keep its own one open.
    tabs.begun(streams).await;
    let (frozen, documents) = tabs.open.remove(0);
    if for_long {
        let pieces = tabs.proxy.tally().stream_pieces;
        let silent = |tally: &Tally| tally.stream_pieces > pieces + 5;
        tabs.proxy.wait_until("pings", silent).await;
    }
    tabs.restart().await;
    tabs.browser.switch_to(frozen).await;
    lifecycle(&tabs.browser, "active").await;
    current(&tabs.browser, &tabs.shim).await;
    tabs.browser.check_documents(documents + 1).await;
    tabs.shim.wait_for_streams(1).await;
}

async fn lifecycle(browser: &Browser, state: &str) {
    let set = browser.devtools("Page.setWebLifecycleState", json!({ "state": state }));
    set.await.expect("another state of the page's life");
}

async fn nothing_is_missed_while_the_stream_changes_hands(engine: Engine) {
    let mut tabs = Tabs::open(engine, 3).await;
    // How long after one another the restart, or the change, and the tab's end begin: no wait for anything, but
    // orders in which they may come.
    for restarts in [false, true] {
        for (happens, closes) in [(0, 0), (0, 10), (10, 0), (60, 0)] {
            let leader = tabs.leader().await;
            tabs.open.remove(leader);
            let next = tabs.open[0].0.clone();
            let Tabs { browser, shim, .. } = &mut tabs;
            let close = async {
                tokio::time::sleep(Duration::from_millis(closes)).await;
                browser.close_tab(next).await;
            };
            let happen = async {
                tokio::time::sleep(Duration::from_millis(happens)).await;
                if restarts {
                    shim.restart().await;
                } else {
                    let body = format!("<p>{happens} and {closes}");
                    shim.replace("index.html", &Page::new(Runtime::Wasm).body(&body).html());
                }
            };
            tokio::join!(close, happen);
            tabs.each_has_reloaded().await;
            tabs.add().await;
        }
    }
}
