//! Pages that are left and come back.

use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current, documents, in_state, open};

scenarios! {
    each:
        page_restored_from_the_back_forward_cache_goes_on;
    both:
        page_restored_from_the_back_forward_cache_notices_a_restart,
        client_that_is_off_leaves_nothing;
}

const ELSEWHERE: &str =
    "<!doctype html><title>Elsewhere</title><script>here = 'elsewhere'</script>";

async fn two_pages(runtime: Runtime) -> Shim {
    let elsewhere = ("elsewhere.html", ELSEWHERE.to_owned());
    Shim::serve(&[("index.html", Page::new(runtime).html()), elsewhere]).await
}

/// Leaves the page for one without the client. What `WebKit` is asked as a page goes into its cache is never
/// answered: the server says first that the stream has ended.
async fn leave(browser: &Browser, shim: &Shim) {
    browser.go(&shim.url("/elsewhere.html")).await;
    shim.wait_for_streams(0).await;
    browser.wait_for("window.here === 'elsewhere'").await;
}

/// Comes back to the page, of which, again, the server says first that it is there.
async fn come_back(browser: &Browser, shim: &Shim) {
    browser.back().await;
    shim.wait_for_streams(1).await;
}

async fn page_restored_from_the_back_forward_cache_goes_on(engine: Engine) {
    let shim = two_pages(Runtime::Wasm).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    leave(&browser, &shim).await;
    come_back(&browser, &shim).await;
    browser
        .wait_for("window.witness?.shows.at(-1) === true")
        .await;
    current(&browser, &shim).await;
    shim.wait_for_streams(1).await;
    browser.check_documents(1).await;
}

async fn page_restored_from_the_back_forward_cache_notices_a_restart(
    engine: Engine,
    runtime: Runtime,
) {
    let mut shim = two_pages(runtime).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    leave(&browser, &shim).await;
    shim.restart().await;
    come_back(&browser, &shim).await;
    documents(&browser, 2).await;
    connected(&browser).await;
    let shows = browser.value("witness.shows").await;
    assert_eq!(
        shows,
        serde_json::json!([false, true, false]),
        "restored, then reloaded"
    );
}

/// Counts what the client begins in the page and has not ended.
const COUNTED: &str = "
    const left = window.left = { timers: new Set(), listeners: new Set(), others: new Set() };
    const ours = () => new Error().stack.includes('reload.js');
    const { setTimeout: set, clearTimeout: clear } = window;
    window.setTimeout = (then, ...rest) => {
        const timer = set(() => (left.timers.delete(timer), then()), ...rest);
        if (ours()) left.timers.add(timer);
        return timer;
    };
    window.clearTimeout = (timer) => (left.timers.delete(timer), clear(timer));
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, heard, options) {
        const target = this ?? window;
        add.call(target, type, heard, options);
        if (!ours() || target instanceof Element || target instanceof ShadowRoot || /^DOM|^abort$/.test(type)) return;
        const it = target.constructor.name + ' ' + type;
        const listener = [it];
        left.listeners.add(listener);
        if (options?.signal) add.call(options.signal, 'abort', () => left.listeners.delete(listener));
    };
    for (const [name, begin, end] of [['MutationObserver', 'observe', 'disconnect'], ['BroadcastChannel', '', 'close'], ['EventSource', '', 'close']]) {
        const Usual = window[name];
        window[name] = class extends Usual {
            constructor(...given) {
                super(...given);
                if (!begin) left.others.add(this);
            }
            addEventListener(...given) {
                add.apply(this, given);
            }
            observe(...given) {
                if (ours()) left.others.add(this);
                super.observe(...given);
            }
            [end]() {
                left.others.delete(this);
                super[end]();
            }
        };
    }";

async fn client_that_is_off_leaves_nothing(engine: Engine, runtime: Runtime) {
    let page = Page::new(runtime)
        .early(COUNTED)
        .attributes("data-toggle=none");
    let mut shim = Shim::serve(&page.alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    let listeners = "[...left.listeners].map(([it]) => it).sort().join()";
    for _ in 0..2 {
        browser
            .check("left.others.size > 1 && left.listeners.size > 5")
            .await;
        browser.value("serverReload.disable()").await;
        in_state(&browser, "off").await;
        shim.wait_for_streams(0).await;
        browser
            .wait_for("!left.timers.size && !left.others.size")
            .await;
        // What switches it on again: another tab, seen at once or from the back/forward cache.
        let all = browser.value(listeners).await;
        assert_eq!(all, "Window pageshow,Window storage");
        browser
            .run("navigator.locks.query().then((all) => (window.locks = all))")
            .await;
        browser
            .wait_for("window.locks && !locks.held.length && !locks.pending.length")
            .await;
        browser.value("serverReload.enable()").await;
        connected(&browser).await;
    }
    shim.restart().await;
    documents(&browser, 2).await;
}
