//! Pages that are left and come back.

use server_reload_e2e::browser::Browser;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{connected, current, documents, open};

in_both_runtimes!(
    page_restored_from_the_back_forward_cache_goes_on,
    page_restored_from_the_back_forward_cache_notices_a_restart,
);

const ELSEWHERE: &str =
    "<!doctype html><title>Elsewhere</title><script>here = 'elsewhere'</script>";

async fn two_pages(runtime: Runtime) -> Shim {
    let elsewhere = ("elsewhere.html", ELSEWHERE.to_owned());
    Shim::serve(&[("index.html", Page::new(runtime).html()), elsewhere]).await
}

/// Leaves the page for one without the client and waits until its stream has ended.
async fn leave(browser: &Browser, shim: &Shim) {
    browser.go(&shim.url("/elsewhere.html")).await;
    browser.wait_for("window.here === 'elsewhere'").await;
    shim.wait_for_streams(0).await;
}

async fn page_restored_from_the_back_forward_cache_goes_on(runtime: Runtime) {
    let shim = two_pages(runtime).await;
    let browser = open(&shim.url("/"), runtime).await;
    leave(&browser, &shim).await;
    browser.back().await;
    browser
        .wait_for("window.witness?.shows.at(-1) === true")
        .await;
    current(&browser, &shim).await;
    shim.wait_for_streams(1).await;
    browser.check_documents(1).await;
}

async fn page_restored_from_the_back_forward_cache_notices_a_restart(runtime: Runtime) {
    let mut shim = two_pages(runtime).await;
    let browser = open(&shim.url("/"), runtime).await;
    leave(&browser, &shim).await;
    shim.restart().await;
    browser.back().await;
    documents(&browser, 2).await;
    connected(&browser).await;
    let shows = browser.value("witness.shows").await;
    assert_eq!(
        shows,
        serde_json::json!([false, true, false]),
        "restored, then reloaded"
    );
}
