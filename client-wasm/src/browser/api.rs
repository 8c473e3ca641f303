//! What the loader makes `window.serverReload` of.
#![expect(unreachable_pub, reason = "JavaScript reaches it")]

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::lifecycle;
use super::script::{Script, document};
use super::toggle::Toggles;
use super::{CLIENT, Client, Listener, announce, restart, tell, with_client};
use crate::config::{TOGGLE_SELECTOR, Toggle};
use crate::machine::{Ask, Confirm, Input, State};
use crate::notice::Remark;

/// Starts the client for the script tag `element`, whose file came from `src`.
///
/// A second call does nothing.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "JavaScript hands it over")]
pub fn start(element: Option<Element>, src: &str) {
    let script = Script::read(element.as_ref(), src);
    let state = State::new(script.settings());
    let started = CLIENT.with(|client| client.set(Client::new(script, state)).is_ok());
    if !started {
        return;
    }
    with_client(|client| {
        let mut listeners = lifecycle::listen();
        listeners.extend(restart::listen());
        client.listeners.replace(listeners);
        for invalid in client.script.invalid.clone() {
            client.say(&Remark::Invalid(invalid));
        }
    });
    mount_when_parsed();
    tell(Input::Start);
}

/// Whether the toggle is on.
#[wasm_bindgen]
pub fn enabled() -> bool {
    with_client(|client| client.state.borrow().enabled()).unwrap_or_default()
}

/// Uses the toggle.
#[wasm_bindgen]
pub fn enable(on: bool) {
    tell(Input::Enable { on, here: true });
}

/// Asks for a restart, and calls `settle` with the record as JSON, or with what was wrong.
#[wasm_bindgen(js_name = restart)]
pub fn ask_for_restart(service: Option<String>, confirm: &JsValue, settle: Function) {
    let call = with_client(|client| {
        let mut calls = client.calls.borrow_mut();
        calls.push(Some(settle));
        u32::try_from(calls.len() - 1).ok()
    });
    let confirm = match (confirm.as_bool(), confirm.as_string()) {
        (Some(false), _) => Confirm::Off,
        (_, text) => restart::confirm(text.as_deref()),
    };
    tell(Input::Restart(Ask {
        call: call.flatten(),
        service: service.filter(|it| !it.is_empty()),
        confirm,
    }));
}

/// How things stand, in a word.
#[wasm_bindgen]
pub fn state() -> String {
    with_client(|client| client.state.borrow().status().as_str().to_owned()).unwrap_or_default()
}

/// The server that answers, or answered last.
#[wasm_bindgen]
pub fn server() -> JsValue {
    with_client(|client| client.state.borrow().server().map(announce::describe))
        .flatten()
        .unwrap_or(JsValue::NULL)
}

/// The toolbar may stand below the script tag.
fn mount_when_parsed() {
    let Some(document) = document() else { return };
    if document.ready_state() == "loading" {
        let parsed = Listener::new(&document, "DOMContentLoaded", |_| mount());
        with_client(|client| client.listeners.borrow_mut().push(parsed));
    } else {
        mount();
    }
}

fn mount() {
    with_client(|client| {
        let toggle = &client.script.config.toggle;
        client.toggles.replace(Toggles::mount(toggle));
        drop(client.toast());
        client.show_toggles();
        if let Toggle::Inside(selector) = toggle
            && selector != TOGGLE_SELECTOR
            && client.toggles.borrow().is_empty()
        {
            client.say(&Remark::Unmatched(selector.clone()));
        }
    });
}
