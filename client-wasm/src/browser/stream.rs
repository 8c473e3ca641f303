//! The event stream.

use js_sys::{JSON, Reflect};
use server_reload_protocol::event;
use server_reload_protocol::payload::{Phase, field};
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};

use super::listener::Listener;
use super::tell;
use crate::config::one_line;
use crate::machine::{Event, Greeting, Input};

thread_local! {
    /// `WebKit` brings a closed `EventSource` back to life when its page is restored from the
    /// back/forward cache; the handler that stays on it closes it again.
    static RETIRED: Closure<dyn FnMut(web_sys::Event)> = Closure::new(|event: web_sys::Event| {
        if let Some(source) = event.target() {
            source.unchecked_into::<EventSource>().close();
        }
    });
}

/// An open `EventSource`, closed when this is dropped.
#[must_use = "a stream is closed when it is dropped"]
pub(super) struct Stream {
    source: EventSource,
    _listeners: [Listener; 7],
}

impl Stream {
    /// Asks for the stream; `None` where the browser throws, as Safari does for a `connect-src` that
    /// forbids it.
    pub(super) fn open(url: &str, number: u32) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let on = |name, read: fn(String) -> Event| {
            Listener::new(&source, name, move |event: web_sys::Event| {
                let data = event.unchecked_ref::<MessageEvent>().data();
                tell(Input::Heard(
                    number,
                    read(data.as_string().unwrap_or_default()),
                ));
            })
        };
        let listeners = [
            Listener::new(&source, "open", move |_| tell(Input::Opened(number))),
            Listener::new(&source, "error", move |_| tell(Input::Failed(number))),
            on("message", |id| Event::Id(one_line(&id))),
            on(event::HELLO, |data| Event::Hello(greeting(&data))),
            on(event::PING, |_| Event::Ping),
            on(event::SHUTDOWN, |_| Event::Shutdown),
            on(event::DONE, |_| Event::Done),
        ];
        Some(Self {
            source,
            _listeners: listeners,
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
        RETIRED.with(|retired| {
            self.source
                .set_onerror(Some(retired.as_ref().unchecked_ref()));
        });
    }
}

/// Reads `hello`'s JSON. What is missing or of another type is left out: the stream may be a
/// backend's own.
fn greeting(data: &str) -> Greeting {
    let json = JSON::parse(data).unwrap_or(JsValue::NULL);
    let value = |name: &str| Reflect::get(&json, &name.into()).ok();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates"
    )]
    let number = |name| value(name).and_then(|it| it.as_f64()).map(|it| it as u64);
    let text = |name| value(name).and_then(|it| it.as_string());
    let ready = text(field::PHASE).is_none_or(|phase| phase == Phase::Ready.as_str());
    Greeting {
        id: text(field::ID).filter(|_| ready).map(|id| one_line(&id)),
        id_age: number(field::ID_AGE_MS),
        revision: text(field::REVISION).map(|it| one_line(&it)),
        pid: number(field::PID).and_then(|it| u32::try_from(it).ok()),
        heartbeat: number(field::HEARTBEAT_MS),
    }
}
