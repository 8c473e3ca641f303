//! What happens to the document and its tab.

use server_reload_protocol::storage::ENABLED;
use web_sys::StorageEvent;

use super::listener::Listener;
use super::script::{document, hidden, window};
use super::{storage, tell};
use crate::machine::Input;
use wasm_bindgen::JsCast;

/// Listens for all of it.
pub(super) fn listen() -> Vec<Listener> {
    let window = window();
    let Some(document) = document() else {
        return Vec::new();
    };
    vec![
        Listener::new(&window, "pagehide", |_| tell(Input::PageHide)),
        Listener::new(&window, "pageshow", |_| {
            tell(Input::PageShow {
                memory: storage::memory(),
                enabled: storage::enabled(),
            });
        }),
        Listener::new(&window, "online", |_| tell(Input::Online)),
        Listener::new(&window, "storage", |event| {
            let event = event.unchecked_ref::<StorageEvent>();
            if event.key().as_deref() == Some(ENABLED)
                && let Some(on) = event.new_value().as_deref().and_then(storage::switch)
            {
                tell(Input::Enable { on, here: false });
            }
        }),
        Listener::new(&document, "visibilitychange", |_| {
            tell(Input::Visibility { hidden: hidden() });
        }),
    ]
}
