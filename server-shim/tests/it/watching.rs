//! The static way of use: pages hear of their files.

use serde_json::{Value, json};

use crate::shim::Shim;
use crate::story::Story;

fn site() -> (Shim, Story, Value) {
    let shim = Shim::builder()
        .file("index.html", "<p>one</p>")
        .file("css/app.css", "p { color: red }")
        .start();
    let mut story = Story::open(&shim);
    let hello = story.named("hello").json();
    story.id();
    (shim, story, hello)
}

fn change(story: &mut Story) -> Value {
    story.named("change").json()
}

/// What `hello` says to who comes now.
fn revision(shim: &Shim) -> Value {
    Story::open(shim).named("hello").json()["revision"].clone()
}

#[test]
fn a_style_sheet_is_a_change_of_style() {
    let (shim, mut story, hello) = site();
    shim.write("css/app.css", "p { color: blue }");
    let told = change(&mut story);
    assert_eq!(told["kind"], "style");
    assert_eq!(told["paths"], json!(["/css/app.css"]));
    assert!(told["revision"].is_string(), "{told}");
    assert_ne!(told["revision"], hello["revision"]);
    assert_eq!(told["revision"], revision(&shim));
    shim.line("app.css changed: swapped in the page");
    assert_eq!(shim.health()["id"], hello["id"]);
}

#[test]
fn anything_else_is_a_change_of_the_page() {
    let (shim, mut story, hello) = site();
    for (name, path) in [
        ("index.html", "/index.html"),
        ("new/data file.json", "/new/data%20file.json"),
        ("script.js", "/script.js"),
    ] {
        shim.write(name, "new");
        let told = change(&mut story);
        assert_eq!(told["kind"], "page");
        assert_eq!(told["paths"], json!([path]));
        assert_eq!(told["revision"], revision(&shim));
    }
    std::fs::remove_file(shim.path("script.js")).unwrap();
    assert_eq!(change(&mut story)["paths"], json!(["/script.js"]));
    assert_eq!(shim.health()["id"], hello["id"], "nothing is restarted");
}

#[test]
fn equal_bytes_and_ignored_files_are_no_change() {
    let (shim, mut story, _) = site();
    shim.write("css/app.css", "p { color: blue }");
    change(&mut story);
    shim.write("css/app.css", "p { color: blue }");
    shim.write(".index.html.swp", "swap");
    shim.write("node_modules/some/index.js", "some");
    shim.write("index.html", "<p>two</p>");
    assert_eq!(change(&mut story)["paths"], json!(["/index.html"]));
}

#[test]
fn style_and_page_globs_decide() {
    let shim = Shim::builder()
        .args(&["--style", "*.scss", "--page", "*.html"])
        .file("app.scss", "")
        .file("app.css", "")
        .start();
    let mut story = Story::open(&shim);
    story.id();
    shim.write("app.scss", "p { color: blue }");
    assert_eq!(change(&mut story)["kind"], "style");
    shim.write("app.css", "p { color: blue }");
    assert_eq!(change(&mut story)["kind"], "page");
}

#[test]
fn several_at_once_are_one_change() {
    let (shim, mut story, _) = site();
    for number in 0..100 {
        shim.write(&format!("many/{number}.html"), "new");
    }
    let mut paths = Vec::new();
    let mut times = 0;
    while paths.len() < 100 {
        let told = change(&mut story);
        assert_eq!(told["kind"], "page");
        paths.extend(told["paths"].as_array().unwrap().clone());
        times += 1;
    }
    // One, or two; more where the machine lets the writer wait.
    assert!(times <= 10, "{times} changes");
}

#[test]
fn nothing_is_told_when_nothing_is_watched() {
    let shim = Shim::builder()
        .args(&["--no-watch", "--heartbeat", "1s"])
        .file("index.html", "one")
        .start();
    let mut story = Story::open(&shim);
    story.id();
    shim.write("index.html", "two");
    story.named("ping");
    story.named("ping");
    assert_eq!(story.count("change"), 0);
}

/// A folder of pages beside a backend.
#[cfg(unix)]
mod with_a_backend {
    use super::{Shim, Story, change, json};

    fn sidecar() -> (Shim, Story, String) {
        let shim = Shim::builder()
            .file("app.txt", "one\n")
            .file("public/index.html", "<p>one</p>")
            .file("public/app.css", "p { color: red }")
            .file("templates/page.tpl", "one")
            .args(&["--page", "templates/**,public/**", "public"])
            .backend("source=app.txt port=0")
            .start();
        let mut story = Story::open(&shim);
        let id = story.id();
        (shim, story, id)
    }

    #[test]
    fn page_files_and_styles_restart_nothing() {
        let (shim, mut story, id) = sidecar();
        shim.write("public/app.css", "p { color: blue }");
        let told = change(&mut story);
        assert_eq!(told["kind"], "style");
        assert_eq!(told["paths"], json!(["/app.css"]));
        shim.write("public/index.html", "<p>two</p>");
        let told = change(&mut story);
        assert_eq!(told["kind"], "page");
        assert_eq!(told["paths"], json!(["/index.html"]));
        shim.write("templates/page.tpl", "two");
        let told = change(&mut story);
        assert_eq!(told["kind"], "page");
        assert_eq!(told["paths"], json!(["/templates/page.tpl"]));
        assert_eq!(shim.health()["id"], id.as_str());
        assert_eq!(shim.started("main").len(), 1);
    }

    #[test]
    fn code_restarts_and_a_page_beside_it_is_part_of_that() {
        let (shim, mut story, _) = sidecar();
        let from = story.told.len();
        shim.write("app.txt", "two\n");
        story.phase("stopping");
        shim.write("public/index.html", "<p>two</p>");
        story.id();
        shim.write("public/app.css", "p { color: blue }");
        let told = change(&mut story);
        assert_eq!(told["paths"], json!(["/app.css"]));
        let changes = story.told[from..].iter();
        assert_eq!(changes.filter(|event| event.name == "change").count(), 1);
        assert_eq!(shim.started("main").len(), 2);
    }
}
