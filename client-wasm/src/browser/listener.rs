//! Event listeners that remove themselves.

use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget};

/// A listener; it is removed when this is dropped.
#[must_use = "a listener is removed when it is dropped"]
pub(super) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    pub(super) fn new(
        target: &EventTarget,
        name: &'static str,
        heard: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::boxed(target, name, Box::new(heard))
    }

    /// One piece of glue for all of them.
    fn boxed(target: &EventTarget, name: &'static str, heard: Box<dyn FnMut(Event)>) -> Self {
        let closure = Closure::wrap(heard);
        // It throws for no name and function.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self {
            target: target.clone(),
            name,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.name, function);
    }
}
