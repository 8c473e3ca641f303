//! Pages in frames, in the preview panes of other programs, and from files.

use std::fs;

use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::proxy::{Kind, Proxy};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, documents, open};

scenarios! {
    each:
        frame_of_another_origin_reloads_itself,
        sandboxed_frame_is_told_which_flag_lets_it_in,
        refused_frame_asks_again_only_when_something_changes,
        file_is_told_which_flag_lets_it_in,
        page_of_an_ide_keeps_its_address,
        page_of_a_web_view_is_let_in_by_a_pattern;
    both:
        frame_of_the_same_origin_reloads_itself,
        file_that_is_let_in_reloads,
        file_that_was_busy_takes_no_server_for_younger;
}

/// Tells the page around what happens in a frame, and does there what that page says.
const FRAME: &str = "
    const tell = (what) => parent.postMessage(what, '*');
    for (const level of ['debug', 'info', 'log', 'warn', 'error']) {
        const say = console[level];
        console[level] = (...words) => {
            const line = words.join(' ');
            if (line.includes('[server-reload]')) tell({ said: line });
            say.apply(console, words);
        };
    }
    document.addEventListener('server-state', ({ detail }) => tell({ state: detail.state }));
    addEventListener('message', ({ data }) => dispatchEvent(new Event(data)));
    tell({ document: performance.timeOrigin });";

/// A page around a frame; `window.told` is what that tells.
fn around(frame: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>A page</title>\n\
         <script>const told = window.told = [];\n\
         addEventListener('message', ({{ data }}) => told.push(data));</script>\n\
         <iframe id=inner title=inner {frame}></iframe></html>\n"
    )
}

/// How often the frame has told this.
fn times(what: &str) -> String {
    format!("told.filter(({{ document, said, state }}) => {what}).length")
}

async fn frame_of_the_same_origin_reloads_itself(engine: Engine, runtime: Runtime) {
    let pages = [
        ("index.html", around("src=/inner.html")),
        ("inner.html", Page::new(runtime).html()),
    ];
    let mut shim = Shim::serve(&pages).await;
    let browser = Browser::lease(engine).await;
    browser.go(&shim.url("/")).await;
    let frame = "document.querySelector('#inner').contentWindow";
    let connected = format!("{frame}.serverReload?.state === 'connected'");
    browser
        .wait_for(&format!("{connected} && {frame}.serverReload.server?.id"))
        .await;
    browser.value("window.mark = 1").await;
    shim.restart().await;
    let again = format!("{frame}.witness?.documents.length === 2 && {connected}");
    browser.wait_for(&again).await;
    browser.check("window.mark === 1").await;
}

async fn frame_of_another_origin_reloads_itself(engine: Engine) {
    let inner = Page::new(Runtime::Wasm).early(FRAME);
    let mut shim = Shim::serve(&inner.alone()).await;
    // By its address; the page around comes by a name, from another port.
    let source = format!("src=http://127.0.0.1:{}/", shim.port());
    let outer = Shim::serve(&[("index.html", around(&source))]).await;
    let browser = Browser::lease(engine).await;
    browser.go(&outer.url("/")).await;
    let connected = times("state === 'connected'");
    browser.wait_for(&format!("{connected} === 1")).await;
    shim.restart().await;
    browser.wait_for(&format!("{connected} >= 2")).await;
    let loaded = times("document");
    browser.wait_for(&format!("{loaded} === 2")).await;
    assert_eq!(shim.health().await.streams, 1);
}

/// A sandboxed frame, whose origin is `null`, and which is refused. The page around listens, so that its
/// stream is there to tell the time.
async fn refused_frame(engine: Engine) -> (Shim, Proxy, Browser) {
    let pages = [
        (
            "index.html",
            around("sandbox=allow-scripts src=/inner.html"),
        ),
        ("inner.html", Page::new(Runtime::Wasm).early(FRAME).html()),
    ];
    let shim = Shim::serve(&pages).await;
    let proxy = Proxy::before(shim.port()).await;
    let browser = Browser::lease(engine).await;
    browser.go(&proxy.url("/")).await;
    let told = times("said?.includes('--allow-origin null')");
    browser.wait_for(&format!("{told} === 1")).await;
    (shim, proxy, browser)
}

async fn sandboxed_frame_is_told_which_flag_lets_it_in(engine: Engine) {
    let (shim, proxy, browser) = refused_frame(engine).await;
    assert_eq!(shim.health().await.streams, 0);
    let asked = proxy.tally().asked(Kind::Stream);
    assert!(asked > 0, "it has not asked");
    let told = times("said");
    browser.check(&format!("{told} === 1")).await;
    browser.check(&format!("{} === 1", times("document"))).await;
}

async fn refused_frame_asks_again_only_when_something_changes(engine: Engine) {
    let (shim, proxy, browser) = refused_frame(engine).await;
    let asked = proxy.tally().asked(Kind::Stream);
    // The clock: two pings of another stream, in whose time the frame would have asked again.
    quiet_for_two_pings(&shim).await;
    assert_eq!(proxy.tally().asked(Kind::Stream), asked);
    let tell = "document.querySelector('#inner').contentWindow.postMessage('online', '*')";
    browser.value(tell).await;
    proxy
        .wait_until("another try", |tally| tally.asked(Kind::Stream) > asked)
        .await;
    browser.check(&format!("{} === 1", times("said"))).await;
}

/// Waits for two pings of a shim of its own, which come every second.
async fn quiet_for_two_pings(shim: &Shim) {
    let clock = Shim::serve_with(&[], &["--heartbeat", "1s"]).await;
    let proxy = Proxy::before(clock.port()).await;
    let address = proxy.url("/events/server");
    let reads = tokio::task::spawn_blocking(move || read_stream(&address));
    proxy
        .wait_until("two pings", |tally| tally.stream_pieces >= 4)
        .await;
    proxy.cut();
    reads.await.expect("a stream that was read");
    assert_eq!(shim.health().await.streams, 0);
}

/// Reads a stream to its end.
fn read_stream(address: &str) {
    use std::io::{Read, Write};
    let rest = address.strip_prefix("http://").expect("an address");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut socket = std::net::TcpStream::connect(host).expect("a connection");
    write!(socket, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("a request");
    // However it ends.
    let _ = socket.read_to_end(&mut Vec::new());
}

/// A page in a file of its own, with the script of this shim, before which `early` runs.
fn file(shim: &Shim, runtime: Runtime, early: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = Page::new(runtime)
        .script(&shim.url("/reload.js"))
        .early(early);
    let path = folder.path().join("page.html");
    fs::write(&path, page.html()).expect("a written page");
    let address = format!("file://{}", path.display());
    (folder, address)
}

async fn file_that_is_let_in_reloads(engine: Engine, runtime: Runtime) {
    let mut shim = Shim::serve_with(&[], &["--allow-origin", "null"]).await;
    let (_folder, address) = file(&shim, runtime, "");
    let browser = open(engine, &address, runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
}

/// Keeps the page busy from its first stream's request on until longer ago than the server was started.
const BUSY: &str = "
    const { EventSource: Source } = window;
    window.EventSource = function (url) {
        const source = new Source(url);
        const until = performance.now() + (window.busied ? 0 : 3000);
        window.busied = true;
        while (performance.now() < until);
        return source;
    };";

async fn file_that_was_busy_takes_no_server_for_younger(engine: Engine, runtime: Runtime) {
    let browser = Browser::lease(engine).await;
    let mut shim = Shim::serve_with(&[], &["--allow-origin", "null"]).await;
    let (_folder, address) = file(&shim, runtime, BUSY);
    browser.open(&address).await;
    documents(&browser, 1).await;
    shim.restart().await;
    documents(&browser, 2).await;
}

async fn file_is_told_which_flag_lets_it_in(engine: Engine) {
    let shim = Shim::serve(&[]).await;
    let (_folder, address) = file(&shim, Runtime::Wasm, "");
    let browser = Browser::lease(engine).await;
    browser.open(&address).await;
    browser.wait_for("witness.said.length").await;
    let said = browser.said().await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("--allow-origin null"), "{said:?}");
    browser.check_documents(1).await;
}

/// The built-in server of an IDE is another port, and answers nobody whose address lacks its key.
async fn page_of_an_ide_keeps_its_address(engine: Engine) {
    const ADDRESS: &str = "/?_ijt=key&_ij_reload=RELOAD_ON_SAVE";
    let mut shim = Shim::serve(&[]).await;
    let page = Page::new(Runtime::Wasm).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let proxy = Proxy::before(backend.port()).await;
    let browser = open(engine, &proxy.url(ADDRESS), Runtime::Wasm).await;
    shim.restart().await;
    documents(&browser, 2).await;
    let targets = proxy.targets();
    let asked = |target: &str| targets.iter().filter(|it| *it == target).count();
    assert_eq!(
        (asked(ADDRESS), asked("/")),
        (3, 0),
        "page, knock, page: {targets:?}"
    );
}

async fn page_of_a_web_view_is_let_in_by_a_pattern(engine: Engine) {
    let mut shim = Shim::serve_with(&[], &["--allow-origin", "http://dev-*:*"]).await;
    let page = Page::new(Runtime::Wasm).script(&shim.url("/reload.js"));
    let backend = Backend::run("minimal", &page.alone());
    let browser = Browser::lease(engine).await;
    let address = format!("http://dev-laptop:{}/", backend.port());
    browser.open(&address).await;
    connected(&browser).await;
    shim.restart().await;
    documents(&browser, 2).await;
}
