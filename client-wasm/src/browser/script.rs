//! The script tag and the document around it.

use js_sys::{Array, Reflect};
use server_reload_protocol::{SERVER_TIMING_METRIC, path};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Location, Url, Window};

use super::storage;
use crate::config::{Config, Invalid, on_page_host, one_line};
use crate::machine::Settings;
use crate::notice::Places;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByType)]
    fn entries(kind: &str) -> Array;
    #[wasm_bindgen(js_namespace = Math)]
    fn random() -> f64;
    // `web_sys::window` looks in four places and checks the type, which costs half a kilobyte.
    #[wasm_bindgen(thread_local_v2, js_name = window)]
    static WINDOW: Window;
}

/// What the script tag says, and where it says so.
pub(super) struct Script {
    pub(super) config: Config,
    pub(super) invalid: Vec<Invalid>,
    /// The stream's URL.
    pub(super) events: String,
    host: String,
    page: String,
    /// The page's origin; `null` where it is opaque, whatever `location` says.
    origin: String,
    /// Whether the stream is of the page's own origin.
    same_origin: bool,
}

impl Script {
    /// Reads the tag; `src` is the URL that the script came from.
    pub(super) fn read(element: Option<&Element>, src: &str) -> Self {
        let (config, invalid) = Config::read(|name| element?.get_attribute(name));
        let location = window().location();
        let part =
            |read: fn(&Location) -> Result<String, JsValue>| read(&location).unwrap_or_default();
        let (protocol, page) = (part(Location::protocol), part(Location::hostname));
        let written = config.events.as_deref().unwrap_or(path::EVENTS);
        let written = on_page_host(written, &protocol, &page).unwrap_or_else(|| written.to_owned());
        let url = Url::new_with_base(&written, src).ok();
        Self {
            events: url.as_ref().map_or(written, Url::href),
            host: url.as_ref().map(Url::hostname).unwrap_or_default(),
            same_origin: url.is_some_and(|url| url.origin() == part(Location::origin)),
            origin: text(&window(), "origin").unwrap_or_default(),
            config,
            invalid,
            page,
        }
    }

    pub(super) fn places(&self) -> Places<'_> {
        Places {
            origin: &self.origin,
            page: &self.page,
            host: &self.host,
            events: &self.events,
        }
    }

    /// The address of a path of the server behind the stream.
    pub(super) fn resolve(&self, path: &str) -> String {
        Url::new_with_base(path, &self.events).map_or_else(|_| path.to_owned(), |url| url.href())
    }

    /// What the machine has to know.
    pub(super) fn settings(&self) -> Settings {
        let (born, stamp) = navigation();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "any number will do"
        )]
        Settings {
            mode: self.config.mode,
            delay: self.config.delay,
            enabled: storage::enabled().unwrap_or(self.config.enabled),
            stamp: self.config.stamp.clone().or(stamp),
            born,
            knock: !self.same_origin && page_url().is_some(),
            hidden: hidden(),
            memory: storage::memory(),
            seed: (random() * 4_294_967_295.0) as u32,
            confirm: self.config.confirm,
            patience: self.config.patience,
        }
    }
}

/// When the document's response began, and the id of the server that made it, where its
/// `Server-Timing` says so.
fn navigation() -> (u64, Option<String>) {
    let entry = entries("navigation").get(0);
    let metrics = get(&entry, "serverTiming");
    let metrics = Array::is_array(&metrics).then(|| metrics.unchecked_ref::<Array>().iter());
    let stamp = metrics
        .into_iter()
        .flatten()
        .find(|metric| text(metric, "name").as_deref() == Some(SERVER_TIMING_METRIC))
        .and_then(|metric| text(&metric, "description"));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds are meant"
    )]
    let born = get(&entry, "responseStart").as_f64().unwrap_or(0.0) as u64;
    (
        born,
        stamp
            .map(|stamp| one_line(&stamp))
            .filter(|stamp| !stamp.is_empty()),
    )
}

pub(super) fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name).as_string()
}

/// The page's own URL without its fragment, where a server answers for it.
pub(super) fn page_url() -> Option<String> {
    let href = window().location().href().ok()?;
    let url = href.split('#').next().unwrap_or_default();
    url.starts_with("http").then(|| url.to_owned())
}

/// Whether the document cannot be seen.
pub(super) fn hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// Loads the page again.
pub(super) fn reload() {
    let _ = window().location().reload();
}

pub(super) fn window() -> Window {
    WINDOW.with(Clone::clone)
}

pub(super) fn document() -> Option<Document> {
    window().document()
}
