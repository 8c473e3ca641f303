//! The hands, and the machine behind them, in a real browser.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

use super::package::{Hands, Options, hands, start};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/src/browser/tests/hands.js")]
extern "C" {
    fn cases() -> Vec<String>;
    fn run(name: &str, hands: &Hands, root: &str) -> js_sys::Promise;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = addEventListener)]
    fn listen(name: &str, heard: &JsValue);
    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(text: &str) -> Options;
    #[wasm_bindgen(method, getter)]
    fn state(this: &super::package::Api) -> String;
    #[wasm_bindgen(method, getter)]
    fn enabled(this: &super::package::Api) -> bool;
    #[wasm_bindgen(method)]
    fn disable(this: &super::package::Api);
    #[wasm_bindgen(js_namespace = localStorage)]
    fn clear();
}

#[wasm_bindgen_test]
async fn hands_do_what_the_numbers_say_and_the_client_starts_once() {
    let names = cases();
    assert!(names.len() > 40, "{} cases", names.len());
    for name in names {
        console_log!("case {name}");
        // A case that hangs leaves nothing else behind.
        let late = format!("case {name} has not ended in 30 s");
        let _late = Timeout::new(30_000, move || console_log!("{late}"));
        let ended = JsFuture::from(run(&name, &hands(), "/src/browser/tests/")).await;
        assert!(ended.is_ok(), "{name}: {:?}", ended.unwrap_err());
    }
    // Last, because it stays in the page and hears what the cases do there.
    started_twice_it_is_there_once_and_can_be_switched_off();
}

fn started_twice_it_is_there_once_and_can_be_switched_off() {
    let states = Rc::new(RefCell::new(0));
    let seen = Rc::clone(&states);
    let heard = Closure::<dyn FnMut()>::new(move || *seen.borrow_mut() += 1);
    listen("server-state", heard.as_ref());
    heard.forget();
    let api = start(Some(parse(r#"{"events": ":1/none"}"#)));
    let again = start(None);
    assert_eq!(
        (again.state().as_str(), again.enabled()),
        ("connecting", true)
    );
    api.disable();
    assert_eq!((again.state().as_str(), again.enabled()), ("off", false));
    assert_eq!(*states.borrow(), 1);
    clear();
}
