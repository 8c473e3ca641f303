//! The knock: does the page's own server answer?

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, Request, RequestCache, RequestCredentials, RequestInit, RequestMode,
    RequestRedirect,
};

use super::listener::Listener;
use super::promise::then;
use super::script::{document, page_url, text};
use super::tell;
use crate::machine::Input;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(request: &Request) -> Result<Promise, JsValue>;
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
        match request(abort.as_ref(), opaque).and_then(|request| fetch(&request)) {
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
fn request(abort: Option<&AbortController>, opaque: bool) -> Result<Request, JsValue> {
    let options = RequestInit::new();
    options.set_method("HEAD");
    options.set_cache(RequestCache::NoStore);
    options.set_credentials(RequestCredentials::Omit);
    if opaque {
        options.set_mode(RequestMode::NoCors);
    } else {
        options.set_redirect(RequestRedirect::Manual);
    }
    options.set_signal(abort.map(AbortController::signal).as_ref());
    Request::new_with_str_and_init(&page_url().unwrap_or_default(), &options)
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
