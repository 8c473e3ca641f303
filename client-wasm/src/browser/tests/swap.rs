//! Swapped style sheets, with the real ones beside this file.

use gloo_timers::callback::Timeout;
use web_sys::Element;

use super::super::style::all;
use super::super::swap::Swaps;
use super::*;
use crate::notice::Places;

const SHEET: &str = "/src/browser/tests/sheet.css";
const IMPORTS: &str = "/src/browser/tests/imports.css";

/// How often it is looked, 10 ms apart, before a test gives up.
const PATIENCE: u32 = 500;

/// Waits until something is so.
async fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..PATIENCE {
        if is() {
            return;
        }
        let glance = Promise::new(&mut |resolve, _| {
            Timeout::new(10, move || drop(resolve.call0(&JsValue::NULL))).forget();
        });
        settled(glance).await;
    }
    let links: Vec<_> = links().iter().map(Element::outer_html).collect();
    panic!("waited for {what}: {links:?}");
}

fn links() -> Vec<Element> {
    all("link")
}

fn href(link: &Element) -> String {
    link.get_attribute("href").unwrap_or_default()
}

fn is_renewed(link: &Element) -> bool {
    href(link).contains("?server-reload=")
}

/// Adds a link and waits until its sheet is there, or could not be had.
async fn link(url: &str, there: bool) -> Element {
    let link = in_body("link");
    link.set_attribute("rel", "stylesheet").unwrap();
    link.set_attribute("href", url).unwrap();
    let sheet = {
        let link = link.clone();
        move || {
            js_sys::Reflect::get(&link, &"sheet".into())
                .unwrap()
                .is_truthy()
        }
    };
    if there {
        until("the first sheet", sheet).await;
    }
    link
}

fn swap(swaps: &Swaps, path: &str) {
    let host = window().unwrap().location().hostname().unwrap();
    let places = Places {
        origin: "",
        page: &host,
        host: &host,
        events: "",
    };
    swaps.swap(&[path.to_owned()], places);
}

fn clear() {
    for link in links() {
        link.remove();
    }
}

#[wasm_bindgen_test]
async fn a_link_gives_way_to_its_clone_when_that_is_there() {
    let old = link(SHEET, true).await;
    old.set_attribute("media", "screen").unwrap();
    old.set_attribute("integrity", "").unwrap();
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    assert!(old.is_connected() && links().len() == 2, "no flash");
    until("the old link to go", || !old.is_connected()).await;
    let [new] = &links()[..] else {
        panic!("not one link");
    };
    assert!(is_renewed(new));
    assert_eq!(new.get_attribute("media").as_deref(), Some("screen"));
    assert!(!new.has_attribute("integrity"));
    swap(&swaps, "sheet.css");
    until("the second swap", || !new.is_connected()).await;
    assert_eq!(href(&links()[0]).matches("server-reload").count(), 1);
    clear();
}

#[wasm_bindgen_test]
async fn a_clone_that_fails_leaves_the_old_one() {
    let missing = link("/missing.css", false).await;
    let swaps = Swaps::default();
    swap(&swaps, "/missing.css");
    assert_eq!(links().len(), 2);
    until("the clone to go", || links().len() == 1).await;
    assert!(missing.is_connected());
    clear();
}

#[wasm_bindgen_test]
async fn only_the_changed_one_is_swapped() {
    let old = link(SHEET, true).await;
    let other = link(IMPORTS, false).await;
    let swaps = Swaps::default();
    swap(&swaps, IMPORTS);
    until("the changed one to go", || !other.is_connected()).await;
    assert!(old.is_connected());
    clear();
}

#[wasm_bindgen_test]
async fn the_link_behind_an_import_is_swapped() {
    let old = link(IMPORTS, true).await;
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    until("the old link to go", || !old.is_connected()).await;
    let new = links();
    assert!(new.len() == 1 && is_renewed(&new[0]));
    clear();
}

#[wasm_bindgen_test]
async fn where_none_is_behind_it_all_are_swapped() {
    let old = [link(SHEET, true).await, link(IMPORTS, true).await];
    let swaps = Swaps::default();
    swap(&swaps, "/scss/theme.css");
    until("both to go", || old.iter().all(|it| !it.is_connected())).await;
    assert!(links().iter().all(is_renewed));
    clear();
}

#[wasm_bindgen_test]
async fn a_newer_swap_ends_the_one_under_way() {
    let old = link(SHEET, true).await;
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    swap(&swaps, SHEET);
    assert_eq!(links().len(), 2);
    until("the old link to go", || !old.is_connected()).await;
    assert_eq!(links().len(), 1);
    clear();
}

#[wasm_bindgen_test]
async fn a_dropped_swap_takes_its_clone_with_it() {
    let old = link(SHEET, true).await;
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    drop(swaps);
    assert!(links().len() == 1 && old.is_connected());
    clear();
}

#[wasm_bindgen_test]
async fn a_disabled_link_and_one_of_another_host_stay() {
    let off = link(SHEET, true).await;
    off.set_attribute("disabled", "").unwrap();
    let other = link("http://it.test/sheet.css", false).await;
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    assert_eq!(links(), [off.clone(), other.clone()]);
    assert!(is_renewed(&off) && !is_renewed(&other));
    clear();
}

#[wasm_bindgen_test]
fn a_page_without_a_sheet_has_nothing_to_swap() {
    let swaps = Swaps::default();
    swap(&swaps, SHEET);
    assert!(links().is_empty());
}
