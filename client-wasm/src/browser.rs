//! The only code that touches the browser.
//!
//! [`tell`] is the way in for everything that happens; [`Client::carry_out`] the way out for
//! everything the machine wants. Each resource is a guard that undoes itself in `Drop`.

mod announce;
mod api;
mod knock;
mod lifecycle;
mod listener;
mod overlay;
mod promise;
mod script;
mod storage;
mod stream;
mod style;
mod swap;
#[cfg(test)]
mod tests;
mod toast;
mod toggle;

use std::cell::{Cell, OnceCell, RefCell, RefMut};
use std::collections::VecDeque;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;

use crate::machine::{Effect, Input, State, Time, Timer};
use crate::notice::{Notice, Remark};
use knock::Knock;
use listener::Listener;
use overlay::Overlay;
use script::Script;
use stream::Stream;
use swap::Swaps;
use toast::Toast;
use toggle::Toggles;

thread_local! {
    static CLIENT: OnceCell<Client> = const { OnceCell::new() };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
    #[wasm_bindgen(js_namespace = console)]
    fn info(line: &str);
}

/// The machine, what waits for it, and what it has had made.
struct Client {
    script: Script,
    state: RefCell<State>,
    inbox: RefCell<VecDeque<Input>>,
    busy: Cell<bool>,
    stream: RefCell<Option<Stream>>,
    timers: RefCell<[Option<Timeout>; Timer::ALL.len()]>,
    knock: RefCell<Option<Knock>>,
    toast: RefCell<Option<Toast>>,
    overlay: RefCell<Option<Overlay>>,
    swaps: Swaps,
    toggles: RefCell<Toggles>,
    listeners: RefCell<Vec<Listener>>,
}

/// Tells the machine what has happened, and carries out what it wants done.
///
/// What is told while effects are being carried out waits its turn.
fn tell(input: Input) {
    CLIENT.with(|client| {
        if let Some(client) = client.get() {
            client.take(input);
        }
    });
}

fn with_client<T>(read: impl FnOnce(&Client) -> T) -> Option<T> {
    CLIENT.with(|client| client.get().map(read))
}

impl Client {
    fn new(script: Script, state: State) -> Self {
        Self {
            script,
            state: RefCell::new(state),
            inbox: RefCell::default(),
            busy: Cell::default(),
            stream: RefCell::default(),
            timers: RefCell::default(),
            knock: RefCell::default(),
            toast: RefCell::default(),
            overlay: RefCell::default(),
            swaps: Swaps::default(),
            toggles: RefCell::default(),
            listeners: RefCell::default(),
        }
    }

    fn take(&self, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.busy.replace(true) {
            return;
        }
        while let Some(input) = self.next() {
            let effects = self.state.borrow_mut().step(now(), input);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.busy.set(false);
    }

    fn next(&self) -> Option<Input> {
        self.inbox.borrow_mut().pop_front()
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Open(number) => self.open(number),
            Effect::Close => drop(self.stream.take()),
            Effect::Arm(timer, ms) => self.arm(timer, ms),
            Effect::Disarm(timer) => drop(self.timers.borrow_mut()[timer as usize].take()),
            Effect::Knock => {
                let opaque = self.script.places().origin == "null";
                self.knock.replace(Some(Knock::new(opaque)));
            }
            Effect::StopKnock => drop(self.knock.take()),
            Effect::Announce(change) => announce::reload(&change),
            Effect::Reload => script::reload(),
            Effect::Show(notice) => self.show(&notice),
            Effect::Hide => {
                if let Some(toast) = &mut *self.toast.borrow_mut() {
                    toast.hide();
                }
            }
            Effect::SwapStyles(paths) => self.swaps.swap(&paths, self.script.places()),
            Effect::Explain { problems, kept } => {
                Overlay::show(&mut self.overlay.borrow_mut(), &problems, kept);
            }
            Effect::Status { now, before } => {
                self.show_toggles();
                let server = self.state.borrow().server().cloned();
                announce::state(now, before, server.as_ref());
            }
            Effect::Remember(memory) => storage::remember(&memory),
            Effect::Persist(on) => storage::persist(on),
            Effect::Say(remark) => self.say(&remark),
        }
    }

    fn open(&self, number: u32) {
        let stream = Stream::open(&self.script.events, number);
        if stream.is_none() {
            self.inbox.borrow_mut().push_back(Input::Failed(number));
        }
        self.stream.replace(stream);
    }

    fn show(&self, notice: &Notice) {
        if let Some(toast) = &mut *self.toast() {
            toast.show(notice);
        }
    }

    /// The toast, made where there is none yet.
    fn toast(&self) -> RefMut<'_, Option<Toast>> {
        let mut toast = self.toast.borrow_mut();
        if toast.is_none() {
            *toast = Toast::new();
        }
        toast
    }

    fn show_toggles(&self) {
        // Copied: a page that watches the button may call back.
        let (enabled, status) = {
            let state = self.state.borrow();
            (state.enabled(), state.status())
        };
        if self.toggles.borrow().is_lost() {
            let anew = Toggles::mount(&self.script.config.toggle);
            self.toggles.replace(anew);
        }
        self.toggles.borrow().follow(enabled, status);
    }

    fn arm(&self, timer: Timer, ms: u64) {
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        let timeout = Timeout::new(ms, move || tell(Input::Due(timer)));
        self.timers.borrow_mut()[timer as usize] = Some(timeout);
    }

    fn say(&self, remark: &Remark) {
        info(&["[server-reload] ", &remark.text(self.script.places())].concat());
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole milliseconds are meant"
)]
fn now() -> Time {
    Time {
        mono: monotonic() as u64,
        wall: js_sys::Date::now() as u64,
    }
}
