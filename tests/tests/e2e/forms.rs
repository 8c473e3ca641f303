//! What a reload would cost the person.

use server_reload_e2e::backend::Backend;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;

use crate::steps::{TOAST, connected, documents, in_state, open, press, toast};

scenarios! {
    all:
        typed_text_is_not_lost_without_a_word,
        form_that_was_sent_has_nothing_to_lose,
        form_that_the_page_sends_itself_has_no_answer,
        page_that_answers_a_form_asks_first;
}

const FORM: &str = "<form method=post action=/sent><input id=name name=name value=old></form>
    <form method=post action=/seen id=other></form>";

/// Where what is typed is kept.
fn page(runtime: Runtime) -> Page {
    let send = "document.addEventListener('submit', (event) => event.preventDefault());";
    let page = Page::new(runtime).attributes("data-keep-forms=true");
    page.early(send).body(FORM)
}

async fn asked(browser: &Browser, about: &str) {
    in_state(browser, "prompt").await;
    toast(browser, "prompt").await;
    let told = format!("{TOAST}.textContent.includes('{about}')");
    browser.check(&told).await;
}

async fn typed_text_is_not_lost_without_a_word(engine: Engine, runtime: Runtime) {
    let mut shim = Shim::serve(&page(runtime).alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    browser.type_into("#name", "new").await;
    shim.restart().await;
    asked(&browser, "not saved").await;
    browser.check_documents(1).await;
    press(&browser, "dismiss").await;
    connected(&browser).await;
    browser
        .check("document.querySelector('#name').value.includes('new')")
        .await;
    shim.restart().await;
    asked(&browser, "not saved").await;
    press(&browser, "reload").await;
    documents(&browser, 2).await;
}

async fn form_that_was_sent_has_nothing_to_lose(engine: Engine, runtime: Runtime) {
    let mut shim = Shim::serve(&page(runtime).alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    shim.restart().await;
    documents(&browser, 2).await;
    browser.type_into("#name", "new").await;
    browser.value("document.forms[0].requestSubmit()").await;
    shim.restart().await;
    documents(&browser, 3).await;
}

async fn form_that_the_page_sends_itself_has_no_answer(engine: Engine, runtime: Runtime) {
    let fetches = "addEventListener('submit', (event) => {
        event.preventDefault();
        const body = new FormData(event.target);
        fetch('/sent', { method: 'POST', body }).finally(() => (location.href = '/?sent'));
    });";
    let mut shim = Shim::serve(&Page::new(runtime).early(fetches).body(FORM).alone()).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    browser.value("document.forms[0].requestSubmit()").await;
    browser.wait_for("location.search === '?sent'").await;
    documents(&browser, 2).await;
    shim.restart().await;
    documents(&browser, 3).await;
}

async fn page_that_answers_a_form_asks_first(engine: Engine, runtime: Runtime) {
    let mut backend = Backend::run("forms", &Page::new(runtime).body(FORM).alone());
    let browser = open(engine, &backend.url("/"), runtime).await;
    browser.value("document.forms[0].requestSubmit()").await;
    browser.wait_for("location.pathname === '/sent'").await;
    documents(&browser, 2).await;
    backend.restart();
    asked(&browser, "form").await;
    browser.check_documents(2).await;
    assert_eq!(backend.notes("sent.txt"), "/sent\n");
    // Firefox asks once more, by a dialog.
    if engine != Engine::Firefox {
        press(&browser, "reload").await;
        documents(&browser, 3).await;
        backend.restart();
        asked(&browser, "form").await;
    }
    let loaded = if engine == Engine::Firefox { 2 } else { 3 };
    // What is asked for by GET, after a form or a link, is no answer.
    browser.value("document.forms[1].requestSubmit()").await;
    browser.wait_for("location.pathname === '/'").await;
    documents(&browser, loaded + 1).await;
    backend.restart();
    documents(&browser, loaded + 2).await;
    browser.go(&backend.url("/sent")).await;
    documents(&browser, loaded + 3).await;
    backend.restart();
    documents(&browser, loaded + 4).await;
}
