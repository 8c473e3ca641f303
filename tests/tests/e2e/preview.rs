//! The playground's preview: an editor beside the live page.

use std::fs;

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::place;
use server_reload_e2e::shim::Shim;

use crate::steps::current;

scenarios! {
    each:
        what_is_typed_is_saved_and_seen,
        style_is_swapped_while_it_is_typed,
        what_somebody_else_has_saved_is_kept,
        line_ends_stay_as_they_are,
        page_that_has_lost_its_script_comes_back,
        source_is_shown_where_it_may_not_be_written,
        tab_indents_and_has_a_way_out;
}

const TEXT: &str = "document.querySelector('#text')";
const STATUS: &str = "document.querySelector('#status').textContent";
const FRAME: &str = "document.querySelector('#page').contentWindow";

/// The playground, served with these arguments.
async fn playground(arguments: &[&str]) -> Shim {
    let mut pages = Vec::new();
    for entry in fs::read_dir(place::repository().join("www")).expect("the playground") {
        let path = entry.expect("an entry").path();
        // Its picture is no text, and not needed.
        if let Ok(text) = fs::read_to_string(&path) {
            let name = path.file_name().expect("a name").to_string_lossy();
            pages.push((name.into_owned(), text));
        }
    }
    let pages: Vec<_> = pages
        .iter()
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect();
    Shim::serve_with(&pages, arguments).await
}

/// The preview of `page`, which shows its source and is connected.
async fn preview(engine: Engine, shim: &Shim, page: &str) -> Browser {
    let browser = Browser::lease(engine).await;
    browser
        .go(&shim.url(&format!("/preview.html?page={page}")))
        .await;
    let live = format!("{FRAME}?.serverReload?.state === 'connected'");
    browser
        .wait_for(&format!(
            "{live} && serverReload.state === 'connected' && {TEXT}.value"
        ))
        .await;
    browser.wait_for(&format!("{STATUS} !== 'Loading…'")).await;
    browser.value("window.mark = 1").await;
    browser
}

/// Types `new` in the place of `old`.
async fn edit(browser: &Browser, old: &str, new: &str) {
    browser
        .value(&format!(
            "(area => {{ area.value = area.value.replace({}, {});
                area.dispatchEvent(new Event('input')); }})({TEXT})",
            json!(old),
            json!(new)
        ))
        .await;
}

fn text(shim: &Shim, name: &str) -> String {
    fs::read_to_string(shim.folder().join(name)).expect("a text")
}

/// The preview itself was not loaded again, and its policy forbade nothing that it wants.
async fn undisturbed(browser: &Browser) {
    browser.check("window.mark === 1").await;
    let complaints = browser.console_with("Content Security Policy").await;
    assert!(complaints.is_empty(), "{complaints:?}");
}

async fn what_is_typed_is_saved_and_seen(engine: Engine) {
    let shim = playground(&["--edit", "*.html"]).await;
    let browser = preview(engine, &shim, "plain.html").await;
    edit(&browser, "<h1>A plain page", "<h1>Seen").await;
    browser
        .wait_for(&format!("{STATUS}.startsWith('Saved at')"))
        .await;
    assert!(text(&shim, "plain.html").contains("<h1>Seen</h1>"));
    let title = format!("{FRAME}.document.querySelector('h1')?.textContent");
    browser.wait_for(&format!("{title} === 'Seen'")).await;
    // What an editor saves is shown here as well.
    let other = text(&shim, "plain.html").replace("Seen", "By an editor");
    shim.write("plain.html", &other);
    browser
        .wait_for(&format!("{TEXT}.value.includes('By an editor')"))
        .await;
    browser
        .wait_for(&format!("{title} === 'By an editor'"))
        .await;
    undisturbed(&browser).await;
}

async fn style_is_swapped_while_it_is_typed(engine: Engine) {
    let shim = playground(&["--edit", "*.css,*.json"]).await;
    let browser = preview(engine, &shim, "./").await;
    browser.value(&format!("{FRAME}.mark = 2")).await;
    let choose = "(choice => { choice.value = '/playground.css';
        choice.dispatchEvent(new Event('change')); })(document.querySelector('#file'))";
    let listed =
        "[...document.querySelector('#file').options].some(it => it.value === '/playground.css')";
    browser.wait_for(listed).await;
    browser.value(choose).await;
    browser
        .wait_for(&format!(
            "{TEXT}.value.startsWith(':root') && !{TEXT}.readOnly"
        ))
        .await;
    edit(&browser, "max-width: 50rem", "max-width: 31rem").await;
    let width =
        format!("{FRAME}.getComputedStyle({FRAME}.document.querySelector('main')).maxWidth");
    browser.wait_for(&format!("{width} === '496px'")).await;
    // What an editor saves is shown here as well.
    let other = text(&shim, "playground.css").replace("31rem", "29rem");
    shim.write("playground.css", &other);
    browser.wait_for(&format!("{width} === '464px'")).await;
    browser
        .wait_for(&format!("{TEXT}.value.includes('max-width: 29rem')"))
        .await;
    browser.check(&format!("{FRAME}.mark === 2")).await;
    undisturbed(&browser).await;
}

async fn line_ends_stay_as_they_are(engine: Engine) {
    let mut shim = playground(&["--edit", "*.html"]).await;
    let whole = text(&shim, "plain.html").replace('\n', "\r\n");
    shim.write("plain.html", &whole);
    let browser = preview(engine, &shim, "plain.html").await;
    edit(&browser, "<h1>A plain page", "<h1>Seen").await;
    browser
        .wait_for(&format!("{STATUS}.startsWith('Saved at')"))
        .await;
    let saved = whole.replace("<h1>A plain page", "<h1>Seen");
    assert_eq!(text(&shim, "plain.html"), saved);
    // In a text area those of more than one kind would all become one: it can't be written here, nor later.
    let mixed = saved.replacen("\r\n", "\n", 1).replacen("\r\n", "\r", 1);
    shim.write("plain.html", &mixed);
    let refused = format!("{TEXT}.readOnly && {STATUS}.includes('more than one way')");
    browser.wait_for(&refused).await;
    // What is said of it then is said anew.
    browser.value(&format!("{STATUS} = ''")).await;
    shim.restart().await;
    current(&browser, &shim).await;
    browser.wait_for(&refused).await;
    assert_eq!(text(&shim, "plain.html"), mixed);
    undisturbed(&browser).await;
}

async fn what_somebody_else_has_saved_is_kept(engine: Engine) {
    let shim = playground(&["--edit", "*.html"]).await;
    let browser = preview(engine, &shim, "plain.html").await;
    // So that it is not told of the change.
    browser.value("serverReload.disable()").await;
    let theirs = text(&shim, "plain.html").replace("A plain page", "Theirs");
    shim.write("plain.html", &theirs);
    edit(&browser, "One script tag", "Mine").await;
    let choice = "!document.querySelector('#conflict').hidden";
    browser.wait_for(choice).await;
    assert_eq!(text(&shim, "plain.html"), theirs);
    browser
        .check(&format!("{TEXT}.value.includes('Mine')"))
        .await;
    browser
        .value("document.querySelector('#theirs').click()")
        .await;
    browser
        .wait_for(&format!(
            "{TEXT}.value === {} && {STATUS} === 'Saved'",
            json!(theirs)
        ))
        .await;
    let again = theirs.replace("Theirs", "Theirs again");
    shim.write("plain.html", &again);
    edit(&browser, "One script tag", "Mine").await;
    browser.wait_for(choice).await;
    browser
        .value("document.querySelector('#mine').click()")
        .await;
    browser
        .wait_for(&format!("{STATUS}.startsWith('Saved at')"))
        .await;
    let mine = text(&shim, "plain.html");
    assert!(
        mine.contains("Mine") && !mine.contains("Theirs again"),
        "{mine}"
    );
    undisturbed(&browser).await;
}

async fn page_that_has_lost_its_script_comes_back(engine: Engine) {
    let shim = playground(&["--edit", "*.html"]).await;
    let browser = preview(engine, &shim, "plain.html").await;
    let gone = format!("{FRAME}.document.querySelector('p') && !{FRAME}.serverReload");
    edit(&browser, "<script src", "<script data-src").await;
    browser.wait_for(&gone).await;
    edit(&browser, "<script data-src", "<script src").await;
    browser
        .wait_for(&format!("{FRAME}.serverReload?.state === 'connected'"))
        .await;
    undisturbed(&browser).await;
}

async fn source_is_shown_where_it_may_not_be_written(engine: Engine) {
    let shim = playground(&[]).await;
    let browser = preview(engine, &shim, "plain.html").await;
    browser
        .check(&format!("{STATUS}.includes('--edit') && {TEXT}.readOnly"))
        .await;
    let source = json!(text(&shim, "plain.html"));
    browser.check(&format!("{TEXT}.value === {source}")).await;
    browser
        .check("document.querySelector('#save').disabled")
        .await;
}

async fn tab_indents_and_has_a_way_out(engine: Engine) {
    let shim = playground(&["--edit", "*.html"]).await;
    let browser = preview(engine, &shim, "plain.html").await;
    // True where the browser moves on.
    let press = |key: &str| {
        format!(
            "{TEXT}.dispatchEvent(new KeyboardEvent('keydown', \
             {{ key: '{key}', bubbles: true, cancelable: true }}))"
        )
    };
    browser
        .value(&format!("{TEXT}.focus(), {TEXT}.setSelectionRange(0, 0)"))
        .await;
    browser.check(&format!("!{}", press("Tab"))).await;
    browser
        .check(&format!("{TEXT}.value.startsWith('  <!doctype')"))
        .await;
    browser.check(&press("Escape")).await;
    browser.check(&press("Tab")).await;
}
