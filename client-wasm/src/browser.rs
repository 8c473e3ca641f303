//! The only code that touches the browser.
//!
//! [`tell`] is the way in for everything that happens; [`Client::carry_out`] the way out for
//! everything the machine wants. Each resource is a guard that undoes itself in `Drop`.

mod announce;
mod api;
mod knock;
mod lifecycle;
mod listener;
mod operation;
mod overlay;
mod promise;
mod restart;
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

use crate::machine::{Ask, Bar, Call, Confirm, Effect, Input, Operated, Run, State, Time, Timer};
use crate::notice::{Notice, Remark};
use js_sys::Function;
use knock::Knock;
use listener::Listener;
use operation::Follower;
use overlay::Overlay;
use restart::Barred;
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
    // A page may have its own in its place, which may throw or give anything.
    #[wasm_bindgen(catch)]
    fn confirm(text: &str) -> Result<JsValue, JsValue>;
}

/// No person answers a dialog in fewer milliseconds.
const SHORTEST_DIALOG: f64 = 10.0;

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
    followers: RefCell<Vec<Follower>>,
    barred: RefCell<Barred>,
    /// What is to be hidden next.
    bar: RefCell<Option<Bar>>,
    /// Who waits for a restart, by the number of the call.
    calls: RefCell<Vec<Option<Function>>>,
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
            followers: RefCell::default(),
            barred: RefCell::default(),
            bar: RefCell::default(),
            calls: RefCell::default(),
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
            Effect::Confirm(text, ask) => self.confirm(&text, ask),
            Effect::Request(request) => operation::request(&self.script, &request),
            Effect::Follow { run, events, after } => {
                self.follow(run, &self.script.resolve(&events), after);
            }
            Effect::Look(run, status_url) => operation::look(&self.script, run, &status_url),
            Effect::Unfollow(run) => self.followers.borrow_mut().retain(|it| it.run != run),
            Effect::Settle(calls, outcome) => self.settle(calls, &outcome),
            Effect::Bar(bar) => {
                self.bar.replace(Some(bar));
                self.bar();
            }
        }
    }

    /// Hides what can't be used. A page that watches an element may call back meanwhile; what that
    /// brings is done afterwards.
    fn bar(&self) {
        if let Ok(mut barred) = self.barred.try_borrow_mut() {
            while let Some(bar) = self.bar.take() {
                barred.follow(bar);
            }
        }
    }

    fn confirm(&self, text: &str, ask: Ask) {
        let asked_at = monotonic();
        let answer = confirm(text);
        let input = if answer.as_ref().is_ok_and(|it| *it == JsValue::TRUE) {
            Input::Restart(Ask {
                confirm: Confirm::Off,
                ..ask
            })
        } else {
            // Where dialogs are forbidden it is `false`, sooner than any person.
            let blocked = answer.is_err() || monotonic() - asked_at < SHORTEST_DIALOG;
            Input::Unconfirmed { ask, blocked }
        };
        self.inbox.borrow_mut().push_back(input);
    }

    fn follow(&self, run: Run, events: &str, after: u64) {
        match Follower::open(run, events, after) {
            Some(follower) => self.followers.borrow_mut().push(follower),
            None => tell(Input::Operated(run, Operated::Lost)),
        }
    }

    fn settle(&self, calls: Vec<Call>, outcome: &Result<String, String>) {
        for call in calls {
            let waits = self
                .calls
                .borrow_mut()
                .get_mut(call as usize)
                .and_then(Option::take);
            if let Some(waits) = waits {
                let (record, error) = match outcome {
                    Ok(record) => (record.as_str().into(), JsValue::UNDEFINED),
                    Err(why) => (JsValue::UNDEFINED, why.as_str().into()),
                };
                let _ = waits.call2(&JsValue::UNDEFINED, &record, &error);
            }
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
