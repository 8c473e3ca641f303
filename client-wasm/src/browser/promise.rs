//! Promises, without an executor.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

/// Calls one of the two when the promise is settled.
pub(super) fn then(
    promise: &Promise,
    fulfilled: impl FnMut(JsValue) + 'static,
    rejected: impl FnMut(JsValue) + 'static,
) {
    let handler = |handler: Box<dyn FnMut(JsValue)>| Closure::wrap(handler).into_js_value();
    let method = Reflect::get(promise, &"then".into()).map(JsCast::unchecked_into::<Function>);
    if let Ok(method) = method {
        let _ = method.call2(
            promise,
            &handler(Box::new(fulfilled)),
            &handler(Box::new(rejected)),
        );
    }
}
