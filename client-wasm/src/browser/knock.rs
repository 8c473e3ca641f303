//! The knock: does the page's own server answer?

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

use super::announce::Fields;
use super::listener::Listener;
use super::promise::then;
use super::script::{document, page_url, text};
use super::tell;
use crate::machine::Input;

#[wasm_bindgen]
extern "C" {
    // Options of a plain object: each of web-sys's enums brings all of its words.
    #[wasm_bindgen(catch)]
    pub(super) fn fetch(url: &str, options: &JsValue) -> Result<Promise, JsValue>;
}

/// A `HEAD` of the page's own URL, aborted and forgotten when this is dropped.
#[must_use = "a knock is aborted when it is dropped"]
pub(super) struct Knock {
    abort: Option<AbortController>,
    waiting: Rc<Cell<bool>>,
    _refused: Option<Listener>,
}

impl Knock {
    pub(super) fn new(opaque: bool) -> Self {
        let abort = AbortController::new().ok();
        let waiting = Rc::new(Cell::new(true));
        let answer = |answered| {
            let waiting = Rc::clone(&waiting);
            move |_| {
                if waiting.get() {
                    tell(Input::Knocked { answered });
                }
            }
        };
        let page = page_url().unwrap_or_default();
        match fetch(&page, &options(abort.as_ref(), opaque)) {
            Ok(promise) => then(&promise, answer(true), answer(false)),
            Err(_) => tell(Input::Knocked { answered: false }),
        }
        Self {
            abort,
            waiting,
            _refused: refusal(),
        }
    }
}

impl Drop for Knock {
    fn drop(&mut self) {
        self.waiting.set(false);
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// Without credentials, or a 401 opens a dialog or never settles; without following redirects, or
/// one to another origin is a failure. An opaque origin gets an answer only out of `no-cors`.
fn options(abort: Option<&AbortController>, opaque: bool) -> JsValue {
    let (name, value) = if opaque {
        ("mode", "no-cors")
    } else {
        ("redirect", "manual")
    };
    let signal = abort.map(AbortController::signal);
    Fields::new()
        .set("method", "HEAD")
        .set("cache", "no-store")
        .set("credentials", "omit")
        .set(name, value)
        .set("signal", signal.map_or(JsValue::UNDEFINED, Into::into))
        .done()
}

/// A `connect-src` that forbids the knock looks like a refused connection, but says nothing of the
/// server: the page must not be kept from its reload.
fn refusal() -> Option<Listener> {
    let document = document()?;
    Some(Listener::new(
        &document,
        "securitypolicyviolation",
        |event| {
            let is = |field, value: &str| text(&event, field).as_deref() == Some(value);
            let ours = page_url() == text(&event, "blockedURI");
            if ours && is("effectiveDirective", "connect-src") && is("disposition", "enforce") {
                tell(Input::Knocked { answered: true });
            }
        },
    ))
}
