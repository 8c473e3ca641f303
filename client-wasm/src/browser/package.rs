//! The npm package: `start(options)`, typed.
#![expect(unreachable_pub, reason = "JavaScript reaches it")]

use std::cell::OnceCell;

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::{begin, told};

/// Declares each module of `js`, and calls them in this order.
macro_rules! makers {
    ($($file:literal $name:ident)+) => {
        $(#[wasm_bindgen(module = $file)]
        extern "C" {
            fn $name(hands: &Hands);
        })+

        fn make(hands: &Hands) {
            $($name(hands);)+
        }
    };
}

makers! {
    "/js/protocol.js" protocol
    "/js/inbox.js" inbox
    "/js/api.js" api
    "/js/pack.js" pack
    "/js/kit.js" kit
    "/js/timers.js" timers
    "/js/settings.js" settings
    "/js/stream.js" stream
    "/js/forms.js" forms
    "/js/page.js" page
    "/js/texts.js" texts
    "/js/timeline.js" timeline
    "/js/overlay.js" overlay
    "/js/toast.js" toast
    "/js/restart.js" restart
    "/js/swap.js" swap
    "/js/toggle.js" toggle
    "/js/relay.js" relay
    "/js/life.js" life
    "/js/dispatch.js" dispatch
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../types.d.ts");

#[wasm_bindgen]
extern "C" {
    /// What acts in the page: the object that each module of `js` adds its functions to.
    #[derive(Clone)]
    pub type Hands;
    /// What pages may use.
    #[derive(Clone)]
    pub type Api;
    /// What the page asks for.
    pub type Options;

    // That of the script tag, where the page has one, too.
    #[wasm_bindgen(thread_local_v2, js_namespace = window, js_name = serverReload)]
    static RUNNING: Option<Api>;

    #[wasm_bindgen(method, structural, js_name = act)]
    fn carry_out(this: &Hands, kind: u32, numbers: &[f64]);
    #[wasm_bindgen(method, structural)]
    fn publish(this: &Hands) -> Api;
    #[wasm_bindgen(method, structural, js_name = settings)]
    fn read(this: &Hands, options: &JsValue, base: &str) -> Vec<f64>;
    #[wasm_bindgen(method, structural, js_name = listen)]
    fn listen(this: &Hands);
    #[wasm_bindgen(method, structural, js_name = begin)]
    fn run(this: &Hands, machine: &JsValue);
}

thread_local! {
    static STARTED: OnceCell<(Hands, Api)> = const { OnceCell::new() };
}

/// Carries out an effect of this kind; its numbers are as [`crate::wire`] writes them.
pub(super) fn act(kind: u32, numbers: &[f64]) {
    STARTED.with(|started| {
        if let Some((hands, _)) = started.get() {
            hands.carry_out(kind, numbers);
        }
    });
}

/// Starts the client, and gives what `window.serverReload` has on a page with the script tag.
///
/// A second call gives the same again.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn start(options: Option<Options>) -> Api {
    let started = STARTED.with(|started| started.get().map(|(_, api)| api.clone()));
    if let Some(running) = started.or_else(|| RUNNING.with(Clone::clone)) {
        return running;
    }
    let hands = hands();
    let base = web_sys::window().and_then(|window| window.document()?.base_uri().ok()?);
    let options = options.map_or_else(|| Object::new().into(), JsValue::from);
    let settings = hands.read(&options, &base.unwrap_or_default());
    let api = hands.publish();
    begin(&settings);
    STARTED.with(|started| drop(started.set((hands.clone(), api.clone()))));
    let machine =
        Closure::<dyn Fn(u32, Vec<f64>, f64, f64)>::new(|kind, numbers: Vec<f64>, mono, wall| {
            told(kind, &numbers, mono, wall);
        });
    hands.listen();
    hands.run(&machine.into_js_value());
    api
}

/// Hands that nobody uses yet.
pub(super) fn hands() -> Hands {
    let hands = Object::new().unchecked_into();
    make(&hands);
    hands
}
