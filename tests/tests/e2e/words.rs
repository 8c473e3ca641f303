//! What the client says on the console: a line at most for each change of its state.

use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::supervised::Supervised;

use crate::steps::{connected, documents, in_state, open};

scenarios! {
    each:
        no_change_of_state_has_more_than_one_line;
}

/// Counts, over page loads, the client's lines since each change of its state.
const COUNT: &str = "{
    const kept = () => JSON.parse(sessionStorage.getItem('lines') ?? '[[\"begin\",0]]');
    const keep = (change) => {
        const all = kept();
        change(all);
        sessionStorage.setItem('lines', JSON.stringify(all));
    };
    document.addEventListener('server-state', ({ detail }) => {
        keep((all) => all.push([detail.state, 0]));
    });
    for (const level of ['debug', 'info', 'log', 'warn', 'error']) {
        const say = console[level];
        console[level] = (...words) => {
            if (words.join(' ').includes('[server-reload]')) keep((all) => all.at(-1)[1]++);
            say.apply(console, words);
        };
    }
}";

const LINES: &str = "JSON.parse(sessionStorage.getItem('lines'))";

async fn no_change_of_state_has_more_than_one_line(engine: Engine) {
    let page = Page::new(Runtime::Wasm).early(COUNT).body("<p>{text}");
    let mut backend = Supervised::plain(&page).ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    backend.say("second");
    documents(&browser, 2).await;
    crash_and_return(&backend, &browser).await;
    browser.value("serverReload.disable()").await;
    in_state(&browser, "off").await;
    browser.value("serverReload.enable()").await;
    connected(&browser).await;
    // The shim itself is gone, and its backend with it.
    backend.kill();
    in_state(&browser, "reconnecting").await;
    let backend = backend.start().await;
    backend.say("last");
    browser
        .wait_for("document.body.textContent.includes('last')")
        .await;
    connected(&browser).await;
    check(&browser).await;
}

async fn crash_and_return(backend: &Supervised, browser: &Browser) {
    let whole = backend.program();
    backend.save("raise SystemExit('no luck')\n");
    in_state(browser, "waiting").await;
    backend.save(&whole);
    documents(browser, 3).await;
}

async fn check(browser: &Browser) {
    let lines = browser.value(LINES).await;
    let told = lines.as_array().expect("a list");
    for state in ["connected", "restarted", "waiting", "off", "reconnecting"] {
        assert!(
            told.iter().any(|it| it[0] == state),
            "no `{state}`: {lines}"
        );
    }
    let too_many = told.iter().any(|it| it[1].as_u64() > Some(1));
    assert!(!too_many, "more than a line for a state: {lines}");
}
