//! The guards and what people see, in a real browser.
#![allow(clippy::unwrap_used)]

mod overlay;
mod restart;
mod swap;

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CustomEvent, Element, Event, window};

use super::announce::Fields;
use super::listener::Listener;
use super::promise::then;
use super::script::{Script, document};
use super::style::create;
use super::toast::Toast;
use super::toggle::Toggles;
use super::{api, storage};
use crate::config::Toggle;
use crate::machine::{Cause, Status};
use crate::notice::{Notice, Receipt};

wasm_bindgen_test_configure!(run_in_browser);

fn in_body(name: &str) -> Element {
    let element = create(name).unwrap();
    let body = document().unwrap().query_selector("body").unwrap().unwrap();
    body.append_child(&element).unwrap();
    element
}

fn in_shadow(host: &str, selector: &str) -> Option<Element> {
    let host = document()?.query_selector(host).ok()??;
    host.shadow_root()?.query_selector(selector).ok()?
}

fn counted(name: &'static str) -> (Rc<Cell<u32>>, Listener) {
    let count = Rc::new(Cell::new(0));
    let counter = Rc::clone(&count);
    let listener = Listener::new(&document().unwrap(), name, move |_| {
        counter.set(counter.get() + 1);
    });
    (count, listener)
}

#[wasm_bindgen_test]
fn a_dropped_listener_hears_nothing() {
    let (count, listener) = counted("some-event");
    let event = Event::new("some-event").unwrap();
    document().unwrap().dispatch_event(&event).unwrap();
    drop(listener);
    document().unwrap().dispatch_event(&event).unwrap();
    assert_eq!(count.get(), 1);
}

#[wasm_bindgen_test]
fn fields_become_properties() {
    let object = Fields::new().set("name", "value").done();
    let value = js_sys::Reflect::get(&object, &"name".into()).unwrap();
    assert_eq!(value.as_string().as_deref(), Some("value"));
}

#[wasm_bindgen_test]
async fn a_promise_calls_one_of_the_two() {
    let outcome = Promise::new(&mut |resolve, _| {
        then(
            &Promise::reject(&"no".into()),
            |_| (),
            move |reason| drop(resolve.call1(&JsValue::NULL, &reason)),
        );
    });
    let reason = settled(outcome).await;
    assert_eq!(reason.as_string().as_deref(), Some("no"));
}

/// Waits for a promise without a crate for it.
async fn settled(promise: Promise) -> JsValue {
    let slot = Rc::new(Cell::new(None));
    let filled = Rc::clone(&slot);
    let waker: Rc<Cell<Option<std::task::Waker>>> = Rc::default();
    let woken = Rc::clone(&waker);
    then(
        &promise,
        move |value| {
            filled.set(Some(value));
            if let Some(waker) = woken.take() {
                waker.wake();
            }
        },
        |_| (),
    );
    std::future::poll_fn(move |context| {
        if let Some(value) = slot.take() {
            return std::task::Poll::Ready(value);
        }
        waker.set(Some(context.waker().clone()));
        std::task::Poll::Pending
    })
    .await
}

#[wasm_bindgen_test]
fn memory_and_switch_are_kept() {
    storage::remember("left a\n");
    assert_eq!(storage::memory().as_deref(), Some("left a\n"));
    storage::persist(false);
    assert_eq!(storage::enabled(), Some(false));
    storage::persist(true);
    assert_eq!(storage::enabled(), Some(true));
    window()
        .unwrap()
        .local_storage()
        .unwrap()
        .unwrap()
        .clear()
        .unwrap();
    assert_eq!(storage::enabled(), None);
}

#[wasm_bindgen_test]
fn the_toast_shows_each_notice_as_text() {
    let mut toast = Toast::new().unwrap();
    toast.show(&Notice::Failed("<b>no</b>".to_owned()));
    let text = in_shadow("server-reload-toast", "[part=text]").unwrap();
    assert_eq!(
        text.text_content().as_deref(),
        Some("The page could not update itself: <b>no</b>")
    );
    let reload = in_shadow("server-reload-toast", "[data-action=reload]").unwrap();
    assert!(!reload.has_attribute("hidden"));
    toast.show(&Notice::Reloaded(Receipt {
        cause: Cause::Restart,
        pids: Some((1, 2)),
        took: Some(800),
        asked: false,
    }));
    assert!(reload.has_attribute("hidden"));
    let body = in_shadow("server-reload-toast", "[part=toast]").unwrap();
    assert_eq!(body.get_attribute("data-kind").as_deref(), Some("reloaded"));
    toast.hide();
    assert_eq!(body.get_attribute("data-kind"), None);
    drop(toast);
    assert!(in_shadow("server-reload-toast", "[role=status]").is_none());
}

#[wasm_bindgen_test]
fn a_toast_thrown_out_by_the_page_comes_back() {
    let mut toast = Toast::new().unwrap();
    toast.show(&Notice::Lost);
    document()
        .unwrap()
        .query_selector("server-reload-toast")
        .unwrap()
        .unwrap()
        .remove();
    toast.show(&Notice::Back);
    assert!(in_shadow("server-reload-toast", "[data-kind=back]").is_some());
}

#[wasm_bindgen_test]
fn a_toggle_goes_into_each_match_and_leaves_with_its_guard() {
    let bar = in_body("nav");
    let toggles = Toggles::mount(&Toggle::Inside("nav".to_owned()));
    toggles.follow(true, Status::Connected);
    let button = bar
        .query_selector("button[aria-pressed=true]")
        .unwrap()
        .unwrap();
    assert_eq!(button.text_content().as_deref(), Some("● Auto-reload"));
    toggles.follow(false, Status::Off);
    assert_eq!(
        button.get_attribute("aria-pressed").as_deref(),
        Some("false")
    );
    assert_eq!(button.get_attribute("data-state").as_deref(), Some("off"));
    drop(toggles);
    assert!(bar.query_selector("button").unwrap().is_none());
    bar.remove();
}

#[wasm_bindgen_test]
fn a_button_of_the_page_is_used_as_it_is() {
    let button = in_body("button");
    button.set_text_content(Some("Live"));
    button.set_attribute("data-reload-toggle", "").unwrap();
    let toggles = Toggles::mount(&Toggle::Inside("[data-reload-toggle]".to_owned()));
    toggles.follow(true, Status::Connected);
    assert_eq!(
        button.get_attribute("aria-pressed").as_deref(),
        Some("true")
    );
    drop(toggles);
    assert_eq!(button.text_content().as_deref(), Some("Live"));
    button.remove();
}

#[wasm_bindgen_test]
fn a_floating_toggle_lives_in_a_shadow_root() {
    let toggles = Toggles::mount(&Toggle::Floating);
    toggles.follow(true, Status::Connected);
    assert!(in_shadow("server-reload-toggle", "button[aria-pressed=true]").is_some());
    drop(toggles);
    assert!(in_shadow("server-reload-toggle", "button").is_none());
}

#[wasm_bindgen_test]
fn a_selector_that_is_none_mounts_nothing() {
    let toggles = Toggles::mount(&Toggle::Inside(":::".to_owned()));
    toggles.follow(true, Status::Connected);
}

#[wasm_bindgen_test]
fn the_stream_is_found_from_the_tag() {
    let host = window().unwrap().location().hostname().unwrap();
    for (written, url) in [
        (None, "http://it.test:10021/events/server".to_owned()),
        (Some("/other"), "http://it.test:10021/other".to_owned()),
        (Some("https://x.test/e"), "https://x.test/e".to_owned()),
        (Some(":7/e"), ["http://", &host, ":7/e"].concat()),
    ] {
        let tag = create("script").unwrap();
        if let Some(written) = written {
            tag.set_attribute("data-events", written).unwrap();
        }
        let script = Script::read(Some(&tag), "http://it.test:10021/a/reload.js");
        assert_eq!(script.events, url);
    }
}

#[wasm_bindgen_test]
fn started_twice_it_is_there_once_and_can_be_switched_off() {
    let states = Rc::new(Cell::new(0));
    let seen = Rc::clone(&states);
    let _listener = Listener::new(&document().unwrap(), "server-state", move |event| {
        assert!(event.dyn_ref::<CustomEvent>().is_some());
        seen.set(seen.get() + 1);
    });
    let src = window().unwrap().location().href().unwrap();
    api::start(None, &src);
    api::start(None, &src);
    assert_eq!(api::state(), "connecting");
    api::enable(false);
    assert_eq!((api::state().as_str(), api::enabled()), ("off", false));
    assert_eq!(states.get(), 1);
    assert_eq!(storage::enabled(), Some(false));
    assert!(api::server().is_null());
    window()
        .unwrap()
        .local_storage()
        .unwrap()
        .unwrap()
        .clear()
        .unwrap();
}
