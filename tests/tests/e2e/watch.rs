//! Files that are saved while a page is open.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::page::{Page, Runtime};
use server_reload_e2e::shim::Shim;
use server_reload_e2e::supervised::Supervised;

use crate::steps::{current, documents, open};

scenarios! {
    each:
        style_sheet_of_a_backend_is_swapped_in_the_page,
        style_sheet_of_a_folder_is_swapped_in_the_page,
        page_is_told_which_files_were_saved,
        page_that_is_saved_in_pieces_is_loaded_whole;
    both:
        saved_page_is_loaded_again;
}

/// A styled text, and each color that it was seen in.
const STYLED: &str = "<link rel=stylesheet href=/style.css><p id=text>styled</p><script>
    window.colors = [];
    const look = () => {
        const { color } = getComputedStyle(text);
        if (colors.at(-1) !== color) colors.push(color);
        requestAnimationFrame(look);
    };
    look();
    </script>";

fn colored(color: &str) -> String {
    format!("#text {{ color: {color} }}")
}

const COLORS: [&str; 3] = ["rgb(1, 2, 3)", "rgb(40, 50, 60)", "rgb(7, 8, 9)"];

/// Saves the other colors, each when the one before is to be seen, then looks that nothing else was.
async fn swapped(browser: &Browser, save: impl Fn(&str)) {
    for color in &COLORS[1..] {
        save(&colored(color));
        browser
            .wait_for(&format!("colors.at(-1) === {}", json!(color)))
            .await;
        let links = "[...document.querySelectorAll('link[rel=stylesheet]')].map((it) => it.href)";
        browser.wait_for(&format!("{links}.length === 1")).await;
        browser
            .check(&format!("{links}[0].includes('server-reload=')"))
            .await;
        browser
            .wait_for("witness.toasts.some(([kind]) => kind === 'styles')")
            .await;
    }
    assert_eq!(browser.value("colors").await, json!(COLORS), "no flash");
    browser.check("serverReload.state === 'connected'").await;
    browser.check_documents(1).await;
}

async fn style_sheet_of_a_backend_is_swapped_in_the_page(engine: Engine) {
    let backend = Supervised::plain(&Page::new(Runtime::Wasm).body(STYLED));
    let backend = backend.with_file("style.css", &colored(COLORS[0]));
    let backend = backend.ready().await;
    let browser = open(engine, &backend.url("/"), Runtime::Wasm).await;
    let pid = backend.pid().await;
    swapped(&browser, |css| backend.write("style.css", css)).await;
    assert_eq!(backend.pid().await, pid);
    backend.say("second");
    documents(&browser, 2).await;
}

async fn style_sheet_of_a_folder_is_swapped_in_the_page(engine: Engine) {
    let page = Page::new(Runtime::Wasm).body(STYLED).html();
    let style = ("style.css", colored(COLORS[0]));
    let mut shim = Shim::serve(&[("index.html", page), style]).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    swapped(&browser, |css| shim.write("style.css", css)).await;
    // The page goes with the present revision: a new stream is no reason to reload.
    shim.restart().await;
    documents(&browser, 2).await;
}

fn saying(runtime: Runtime, text: &str) -> String {
    let body = format!("<p id=text>{text}</p>");
    Page::new(runtime).body(&body).html()
}

async fn saved_page_is_loaded_again(engine: Engine, runtime: Runtime) {
    let shim = Shim::serve(&[("index.html", saying(runtime, "first"))]).await;
    let browser = open(engine, &shim.url("/"), runtime).await;
    let id = shim.id().await;
    for (wanted, text) in [(2, "second"), (3, "third")] {
        shim.write("index.html", &saying(runtime, text));
        documents(&browser, wanted).await;
        browser
            .check(&format!("text.textContent === {}", json!(text)))
            .await;
    }
    let told =
        "witness.reloads.map(({ cause, oldId, newId, paths }) => [cause, oldId, newId, paths])";
    let change = json!(["change", id, id, ["/index.html"]]);
    assert_eq!(browser.value(told).await, json!([change, change]));
}

async fn page_is_told_which_files_were_saved(engine: Engine) {
    let body =
        "<script>addEventListener('server-reload', (event) => event.preventDefault())</script>";
    for page in [
        Page::new(Runtime::Wasm).body(body),
        Page::new(Runtime::Wasm).attributes("data-on-restart=event"),
    ] {
        let files = [("index.html", page.html()), ("data.json", "1".to_owned())];
        let mut shim = Shim::serve(&files).await;
        let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
        shim.write("data.json", "2");
        browser.wait_for("witness.reloads.length === 1").await;
        shim.write("a b.json", "3");
        browser.wait_for("witness.reloads.length === 2").await;
        shim.restart().await;
        browser.wait_for("witness.reloads.length === 3").await;
        current(&browser, &shim).await;
        let told = browser.value("witness.reloads.map(({ cause, paths }) => [cause, paths])");
        let wanted = json!([
            ["change", ["/data.json"]],
            ["change", ["/a%20b.json"]],
            ["restart", []]
        ]);
        assert_eq!(told.await, wanted);
        browser.check_documents(1).await;
    }
}

/// Empties the file and writes it in pieces, as many programs do: meanwhile it is torn.
fn save_in_pieces(shim: &Shim, content: &str) {
    let file = shim.folder().join("index.html");
    let mut file = OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(file)
        .expect("a file to write");
    for piece in content.as_bytes().chunks(16 * 1024) {
        file.write_all(piece).expect("a written piece");
    }
}

async fn page_that_is_saved_in_pieces_is_loaded_whole(engine: Engine) {
    let filler = "<!-- nothing -->\n".repeat(20_000);
    let page = |text: &str| {
        let body = format!("{filler}<p id=text>{text}</p>");
        Page::new(Runtime::Wasm).body(&body).html()
    };
    let shim = Shim::serve(&[("index.html", page("1"))]).await;
    let browser = open(engine, &shim.url("/"), Runtime::Wasm).await;
    for number in 2..=5 {
        let text = number.to_string();
        save_in_pieces(&shim, &page(&text));
        documents(&browser, number).await;
        browser
            .check(&format!("text.textContent === {}", json!(text)))
            .await;
    }
}
