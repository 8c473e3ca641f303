//! Style sheets, loaded again in the place of themselves.
//!
//! A link is cloned, and taken out when the clone is there, so that the page is never without; a
//! clone that fails leaves everything as it was. The moment in which a sheet is applied is the `load`
//! event of the new link, which `document` hears while it is captured.
//!
//! Sheets inside of shadow roots, in `style` elements and of other hosts than the page's and the
//! stream's stay as they are.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Url};

use super::announce::Fields;
use super::listener::Listener;
use super::promise::then;
use super::script::{get, text};
use super::style::all;
use super::tell;
use crate::machine::Input;
use crate::notice::Places;
use crate::styles::{behind, renewed};

/// Imports are followed so deep.
const DEEPEST: u32 = 8;

/// The `type` of a `CSSImportRule`, and that of the rules which may stand before one.
const IMPORT: f64 = 3.0;
const OTHER: f64 = 0.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_anew(url: &str, options: &JsValue) -> Result<Promise, JsValue>;
}

/// The swaps under way.
#[derive(Clone, Default)]
pub(super) struct Swaps(Rc<RefCell<Vec<Swap>>>);

/// One link and its clone, of which one stays; the clone goes when this is dropped too early.
struct Swap {
    old: Element,
    new: Element,
    _ends: [Listener; 2],
}

/// A style sheet of the page.
struct Sheet {
    /// The link that it has come by.
    link: Element,
    /// Its path.
    path: String,
    /// Its URL, where another sheet imports it.
    import: Option<String>,
}

impl Swaps {
    /// Loads the sheets again that changed files are behind; all where none is known to be.
    pub(super) fn swap(&self, paths: &[String], places: Places<'_>) {
        self.0.borrow_mut().retain(Swap::lasts);
        let sheets = self.sheets(places);
        let paths: Vec<_> = paths.iter().map(|path| decoded(path)).collect();
        let known: Vec<_> = sheets.iter().map(|sheet| sheet.path.clone()).collect();
        let mut found: Vec<_> = behind(&paths, &known)
            .into_iter()
            .filter_map(|index| sheets.get(index))
            .collect();
        if found.is_empty() {
            found = sheets.iter().filter(|it| it.import.is_none()).collect();
        }
        while let Some(sheet) = found.first() {
            let link = sheet.link.clone();
            let (same, others) = found.into_iter().partition(|it| it.link == link);
            self.begin(&link, same);
            found = others;
        }
    }

    /// Swaps one link for the sake of these sheets.
    fn begin(&self, link: &Element, sheets: Vec<&Sheet>) {
        let imports = sheets.into_iter().filter_map(|it| it.import.as_deref());
        let refreshed: Array = imports.filter_map(|url| refresh(url).ok()).collect();
        let (swaps, link) = (self.clone(), link.clone());
        let begin = move |_| {
            // One that is under way is too old by now.
            swaps.0.borrow_mut().retain(|swap| swap.old != link);
            if let Some(swap) = Swap::begin(&link) {
                swaps.0.borrow_mut().push(swap);
            }
        };
        if refreshed.length() == 0 {
            begin(JsValue::NULL);
        } else {
            then(&Promise::all_settled(&refreshed), begin, |_| ());
        }
    }

    fn sheets(&self, places: Places<'_>) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        for link in all("link[rel~=stylesheet]") {
            let path = text(&link, "href").and_then(|href| path_on(&href, places));
            let swaps = self.0.borrow();
            if let Some(path) = path.filter(|_| !swaps.iter().any(|swap| swap.new == link)) {
                let sheet = get(&link, "sheet");
                sheets.push(Sheet {
                    link: link.clone(),
                    path,
                    import: None,
                });
                add_imports(&mut sheets, &link, &sheet, places, DEEPEST);
            }
        }
        sheets
    }
}

/// Adds what a sheet imports. One of another origin does not say.
fn add_imports(
    sheets: &mut Vec<Sheet>,
    link: &Element,
    sheet: &JsValue,
    places: Places<'_>,
    deep: u32,
) {
    let rules = get(sheet, "cssRules");
    for index in 0.. {
        let Ok(rule) = Reflect::get_u32(&rules, index) else {
            return;
        };
        match get(&rule, "type").as_f64() {
            Some(IMPORT) => {}
            Some(OTHER) => continue,
            _ => return,
        }
        let imported = get(&rule, "styleSheet");
        let url = text(&imported, "href");
        if let Some((url, path)) = url.and_then(|url| {
            let path = path_on(&url, places)?;
            Some((url, path))
        }) {
            sheets.push(Sheet {
                link: link.clone(),
                path,
                import: Some(url),
            });
            if deep > 0 {
                add_imports(sheets, link, &imported, places, deep - 1);
            }
        }
    }
}

/// The path of a URL of the page's host, or the stream's.
fn path_on(url: &str, places: Places<'_>) -> Option<String> {
    let url = Url::new(url).ok()?;
    let host = url.hostname();
    let served = url.protocol().starts_with("http") || url.protocol() == "file:";
    let ours = host == places.page || host == places.host;
    (served && ours).then(|| decoded(&url.pathname()))
}

fn decoded(path: &str) -> String {
    js_sys::decode_uri_component(path).map_or_else(|_| path.to_owned(), Into::into)
}

/// Has the browser's cache take a new copy: a sheet that imports it asks for it under its old name.
fn refresh(url: &str) -> Result<Promise, JsValue> {
    let options = Fields::new()
        .set("cache", "reload")
        .set("mode", "no-cors")
        .set("credentials", "include");
    fetch_anew(url, &options.done())
}

impl Swap {
    /// Puts a clone behind the link.
    fn begin(old: &Element) -> Option<Self> {
        let href = renewed(&text(old, "href")?, &number());
        if old.has_attribute("disabled") {
            // It would never be loaded; nor is the page styled by it.
            old.set_attribute("href", &href).ok()?;
            return None;
        }
        let new: Element = old.clone_node().ok()?.unchecked_into();
        new.set_attribute("href", &href).ok()?;
        // It is of the old content.
        new.remove_attribute("integrity").ok()?;
        let _ = Reflect::set(&new, &"nonce".into(), &get(old, "nonce"));
        let on = |name, applied| {
            let (old, new) = (old.clone(), new.clone());
            Listener::new(&new.clone(), name, move |_| end(&old, &new, applied))
        };
        let ends = [on("load", true), on("error", false)];
        old.after_with_node_1(&new).ok()?;
        Some(Self {
            old: old.clone(),
            new,
            _ends: ends,
        })
    }

    /// Whether both are there.
    fn lasts(&self) -> bool {
        self.old.is_connected() && self.new.is_connected()
    }
}

impl Drop for Swap {
    fn drop(&mut self) {
        if self.lasts() {
            self.new.remove();
        }
    }
}

/// Takes out the one that is not to stay. Where the page has thrown out the old one, both go.
fn end(old: &Element, new: &Element, applied: bool) {
    if !applied || !old.is_connected() {
        new.remove();
        return;
    }
    let off = get(&get(old, "sheet"), "disabled");
    let _ = Reflect::set(&get(new, "sheet"), &"disabled".into(), &off);
    old.remove();
    tell(Input::Swapped);
}

/// What no cache has seen, not even for the document before.
fn number() -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds are meant"
    )]
    let now = js_sys::Date::now() as u64;
    now.to_string()
}
