//! The client from its npm package, in a page that Vite builds or serves.

use std::fs;

use serde_json::{Value, json};
use server_reload_e2e::browser::Browser;
use server_reload_e2e::driver::Engine;
use server_reload_e2e::shim::Shim;
use server_reload_e2e::vite::Project;

use crate::steps::{connected, current, documents};

scenarios! {
    each:
        page_that_vite_has_built_reloads,
        page_that_vite_serves_reloads;
}

#[test]
fn package_is_an_es_module_with_types_that_typescript_accepts() {
    let project = Project::new();
    let read = |name| fs::read_to_string(project.installed(name)).expect("a file of the package");
    let manifest: Value = serde_json::from_str(&read("package.json")).expect("a manifest");
    for (field, value) in [
        ("name", "server-reload-client"),
        ("type", "module"),
        ("main", "server_reload_client.js"),
        ("types", "server_reload_client.d.ts"),
        ("license", "MIT OR Apache-2.0"),
    ] {
        assert_eq!(manifest[field], json!(value), "{field}");
    }
    let side_effects = manifest["sideEffects"].to_string();
    assert!(!side_effects.contains("server_reload_client"), "{manifest}");
    assert!(manifest["description"].is_string() && manifest["keywords"].is_array());
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(read(name).len() > 500, "{name}");
    }
    assert!(read("README.md").contains("npm install"));
    project.check_types();
}

async fn page_that_vite_has_built_reloads(engine: Engine) {
    let mut shim = Shim::serve(&[]).await;
    Project::new().build(shim.folder());
    let browser = Browser::lease(engine).await;
    browser.open(&shim.url("/")).await;
    runs(&browser).await;
    shim.restart().await;
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

async fn page_that_vite_serves_reloads(engine: Engine) {
    let mut shim = Shim::serve(&[]).await;
    let project = Project::new();
    let (_vite, url) = project.serve(&shim.url("/events/server")).await;
    let browser = Browser::lease(engine).await;
    browser.open(&url).await;
    runs(&browser).await;
    shim.restart().await;
    documents(&browser, 2).await;
    current(&browser, &shim).await;
}

/// With the whole client, and as the options say.
async fn runs(browser: &Browser) {
    connected(browser).await;
    browser.check("serverReload.runtime === 'wasm'").await;
    let floating = "document.querySelector('server-reload-toggle')?.shadowRoot";
    browser
        .wait_for(&format!("{floating}.querySelector('[aria-pressed=true]')"))
        .await;
}
