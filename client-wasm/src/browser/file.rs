//! The one file: numbers go over the border one by one, so that no glue deals with memory.
#![expect(unreachable_pub, reason = "JavaScript reaches it")]

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Both are the loader's.
    fn put(number: f64);
    #[wasm_bindgen(js_name = act)]
    fn carry_out(kind: u32);
}

thread_local! {
    static GIVEN: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// Carries out an effect of this kind; its numbers are as [`crate::wire`] writes them.
pub(super) fn act(kind: u32, numbers: &[f64]) {
    for number in numbers {
        put(*number);
    }
    carry_out(kind);
}

/// One of the numbers that go with the next call.
#[wasm_bindgen]
pub fn give(number: f64) {
    GIVEN.with(|given| given.borrow_mut().push(number));
}

/// Makes the machine by the settings that were given.
#[wasm_bindgen]
pub fn begin() {
    super::begin(&GIVEN.take());
}

/// Tells the machine what has happened, with the numbers that were given.
#[wasm_bindgen]
pub fn told(kind: u32, mono: f64, wall: f64) {
    super::told(kind, &GIVEN.take(), mono, wall);
}
