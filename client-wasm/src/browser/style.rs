//! Shadow roots of our own, styled by constructed sheets: these pass every content security policy
//! that allows the script at all.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, Element, ShadowRoot, ShadowRootInit, ShadowRootMode};

use super::script::document;

/// Custom properties for both colour schemes, shared by what we show.
const THEME: &str = "\
:host{all:initial;--ink:#1c1e21;--paper:#fff;--edge:#0002;--accent:#0a66c2;--soft:#5f666d;--glow:#0003;color-scheme:light dark}\
@media(prefers-color-scheme:dark){:host{--ink:#e8eaed;--paper:#202326;--edge:#fff3;--accent:#6cb6ff;--soft:#9aa2aa;--glow:#0008}}\
*{box-sizing:border-box;font:13px/1.4 system-ui,sans-serif}\
button{color:inherit;background:none;border:1px solid var(--edge);border-radius:6px;padding:3px 10px;cursor:pointer}\
button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}";

/// A host element with an open shadow root; it is removed when this is dropped.
#[must_use = "the element is removed when this is dropped"]
pub(super) struct Host {
    pub(super) element: Element,
    pub(super) root: ShadowRoot,
}

impl Host {
    /// Makes the element, not yet in the document.
    pub(super) fn new(name: &str, css: &str) -> Option<Self> {
        let element = create(name)?;
        let root = element
            .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
            .ok()?;
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync(&[THEME, css].concat()).ok()?;
        let sheets = Array::of1(&sheet);
        Reflect::set(&root, &"adoptedStyleSheets".into(), &sheets).ok()?;
        Some(Self { element, root })
    }

    /// Puts the element into the document, again where a page has thrown it out.
    pub(super) fn attach(&self) {
        if !self.element.is_connected()
            && let Some(html) = document().and_then(|document| document.document_element())
        {
            let _ = html.append_child(&self.element);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.element.remove();
    }
}

/// Makes an element.
pub(super) fn create(name: &str) -> Option<Element> {
    document()?.create_element(name).ok()
}

/// Makes an element with a `part`, inside another.
pub(super) fn part(inside: &JsValue, name: &str, part: &str) -> Option<Element> {
    let element = create(name)?;
    element.set_attribute("part", part).ok()?;
    inside
        .unchecked_ref::<web_sys::Node>()
        .append_child(&element)
        .ok()?;
    Some(element)
}

/// Makes a button that does `action`.
pub(super) fn button(inside: &JsValue, action: &str, label: &str) -> Option<Element> {
    let button = part(inside, "button", "action")?;
    button.set_attribute("type", "button").ok()?;
    button.set_attribute("data-action", action).ok()?;
    button.set_text_content(Some(label));
    Some(button)
}

/// All elements of the page that a selector matches.
pub(super) fn all(selector: &str) -> Vec<Element> {
    let found = document().and_then(|document| document.query_selector_all(selector).ok());
    let Some(found) = found else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index))
        .map(JsCast::unchecked_into)
        .collect()
}
