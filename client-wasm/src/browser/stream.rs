//! The event stream.

use js_sys::{Array, JSON};
use server_reload_protocol::event;
use server_reload_protocol::payload::{Change, ChangeKind, Phase, Problem, field};
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};

use super::listener::Listener;
use super::script::{get, text};
use super::tell;
use crate::config::one_line;
use crate::machine::{Doing, Event, Greeting, Input};

thread_local! {
    /// `WebKit` brings a closed `EventSource` back to life when its page is restored from the
    /// back/forward cache; the handler that stays on it closes it again.
    static RETIRED: Closure<dyn FnMut(web_sys::Event)> = Closure::new(|event: web_sys::Event| {
        if let Some(source) = event.target() {
            source.unchecked_into::<EventSource>().close();
        }
    });
}

/// The page's stream, closed when this is dropped.
#[must_use = "a stream is closed when it is dropped"]
pub(super) struct Stream {
    _source: Source,
    _listeners: [Listener; 10],
}

/// An open `EventSource`, closed when this is dropped.
pub(super) struct Source(EventSource);

impl Source {
    /// Asks for a stream; `None` where the browser throws, as Safari does for a `connect-src` that
    /// forbids it.
    pub(super) fn open(url: &str) -> Option<Self> {
        EventSource::new(url).ok().map(Self)
    }

    pub(super) fn on(
        &self,
        name: &'static str,
        heard: impl FnMut(web_sys::Event) + 'static,
    ) -> Listener {
        Listener::new(&self.0, name, heard)
    }
}

impl Stream {
    /// Asks for the stream; see [`Source::open`].
    pub(super) fn open(url: &str, number: u32) -> Option<Self> {
        let source = Source::open(url)?;
        let on = |name, read: fn(&str) -> Event| {
            source.on(name, move |event| {
                tell(Input::Heard(number, read(&data(&event))));
            })
        };
        let listeners = [
            source.on("open", move |_| tell(Input::Opened(number))),
            source.on("error", move |_| tell(Input::Failed(number))),
            on("message", |id| Event::Id(one_line(id))),
            on(event::HELLO, |data| Event::Hello(greeting(&json(data)))),
            on(event::PHASE, |data| or_life(doing(&json(data)))),
            on(event::CHANGE, |data| or_life(change(&json(data)))),
            on(event::PROBLEM, |data| or_life(problem(&json(data)))),
            on(event::PING, |_| Event::Ping),
            on(event::SHUTDOWN, |_| Event::Shutdown),
            on(event::DONE, |_| Event::Done),
        ];
        Some(Self {
            _source: source,
            _listeners: listeners,
        })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.0.close();
        RETIRED.with(|retired| {
            self.0.set_onerror(Some(retired.as_ref().unchecked_ref()));
        });
    }
}

/// The data of a message.
pub(super) fn data(event: &web_sys::Event) -> String {
    let data = event.unchecked_ref::<MessageEvent>().data();
    data.as_string().unwrap_or_default()
}

pub(super) fn json(data: &str) -> JsValue {
    JSON::parse(data).unwrap_or(JsValue::NULL)
}

/// What a later version of the contract says is at least a sign of life.
fn or_life(event: Option<Event>) -> Event {
    event.unwrap_or(Event::Ping)
}

/// Reads `hello`. What is missing or of another type is left out: the stream may be a backend's own.
fn greeting(json: &JsValue) -> Greeting {
    Greeting {
        id: line(json, field::ID),
        id_age: number(json, field::ID_AGE_MS),
        revision: line(json, field::REVISION),
        phase: phase(json, field::PHASE),
        pid: pid(json, field::PID),
        heartbeat: number(json, field::HEARTBEAT_MS),
        token: text(json, field::TOKEN).filter(|_| get(json, field::RESTART).is_truthy()),
        refused: text(json, field::RESTART_REFUSED),
    }
}

fn doing(json: &JsValue) -> Option<Event> {
    Some(Event::Phase(Doing {
        service: text(json, field::SERVICE)?,
        phase: phase(json, field::PHASE)?,
        pid: pid(json, field::PID),
        op_id: text(json, field::OP_ID),
    }))
}

fn change(json: &JsValue) -> Option<Event> {
    let paths = get(json, field::PATHS);
    let paths = paths.dyn_ref::<Array>().map(Array::iter);
    Some(Event::Change(Change {
        kind: ChangeKind::from_word(&text(json, field::KIND)?)?,
        paths: paths
            .into_iter()
            .flatten()
            .filter_map(|path| path.as_string())
            .collect(),
        revision: line(json, field::REVISION),
    }))
}

fn problem(json: &JsValue) -> Option<Event> {
    Some(Event::Problem(Problem {
        service: text(json, field::SERVICE)?,
        title: text(json, field::TITLE)?,
        output: text(json, field::OUTPUT).unwrap_or_default(),
    }))
}

fn line(json: &JsValue, name: &str) -> Option<String> {
    text(json, name).map(|it| one_line(&it))
}

pub(super) fn phase(json: &JsValue, name: &str) -> Option<Phase> {
    Phase::from_word(&text(json, name)?)
}

pub(super) fn pid(json: &JsValue, name: &str) -> Option<u32> {
    u32::try_from(number(json, name)?).ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates"
)]
pub(super) fn number(json: &JsValue, name: &str) -> Option<u64> {
    get(json, name).as_f64().map(|it| it as u64)
}
