//! The events that pages listen for, on `document`.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{CustomEvent, CustomEventInit};

use super::promise::then;
use super::script::{document, get, text};
use super::tell;
use crate::machine::{Change, Input, Server, Status};

/// A plain object that is filled field by field.
pub(super) struct Fields(Object);

impl Fields {
    pub(super) fn new() -> Self {
        Self(Object::new())
    }

    pub(super) fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    fn server(self, id: &str, pid: &str, server: Option<&Server>) -> Self {
        self.set(id, server.map_or(JsValue::NULL, |it| it.id.as_str().into()))
            .set(
                pid,
                server
                    .and_then(|it| it.pid)
                    .map_or(JsValue::NULL, Into::into),
            )
    }

    pub(super) fn done(self) -> JsValue {
        self.0.into()
    }
}

/// `server`, as `serverReload.server` has it.
pub(super) fn describe(server: &Server) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "exact until the year 287396")]
    let started_at = server
        .started_at
        .map_or(JsValue::NULL, |at| (at as f64).into());
    Fields::new()
        .server("id", "pid", Some(server))
        .set("startedAt", started_at)
        .done()
}

/// Dispatches `server-state`.
pub(super) fn state(status: Status, previous: Status, server: Option<&Server>) {
    let detail = Fields::new()
        .set("state", status.as_str())
        .set("previous", previous.as_str())
        .server("id", "pid", server);
    dispatch("server-state", false, &detail.done());
}

/// Dispatches `server-reload`, and tells the machine what the page made of it.
pub(super) fn reload(change: &Change) {
    let promises = Array::new();
    let wait_until = {
        let promises = promises.clone();
        Closure::<dyn FnMut(JsValue)>::new(move |promise: JsValue| {
            promises.push(&promise);
        })
    };
    let paths: Array = change
        .paths
        .iter()
        .map(|it| JsValue::from_str(it))
        .collect();
    let detail = Fields::new()
        .set("cause", change.cause.as_str())
        .server("oldId", "oldPid", change.old.as_ref())
        .server("newId", "newPid", Some(&change.new))
        .set(
            "op_id",
            change.op_id.as_deref().map_or(JsValue::NULL, Into::into),
        )
        .set("paths", paths)
        .set("waitUntil", wait_until.into_js_value());
    let prevented = !dispatch("server-reload", true, &detail.done());
    let turn = change.turn;
    let waits = promises.length() > 0;
    tell(Input::Answered {
        turn,
        prevented,
        waits,
    });
    if waits {
        let settled = move |outcome| tell(Input::Settled { turn, outcome });
        then(
            &Promise::all_settled(&promises),
            move |outcomes| {
                let outcomes = Array::from(&outcomes);
                let outcome = outcomes.iter().try_for_each(|one| outcome(&one));
                settled(outcome);
            },
            |_| (),
        );
    }
}

/// The longest message, in characters, that a toast can show.
const LONGEST_MESSAGE: usize = 300;

/// A message of somebody else's, as a toast can show it.
pub(super) fn short(message: &str) -> String {
    message.trim().chars().take(LONGEST_MESSAGE).collect()
}

/// What a promise was rejected with, for people.
fn outcome(settled: &JsValue) -> Result<(), String> {
    if text(settled, "status").as_deref() == Some("fulfilled") {
        return Ok(());
    }
    let reason = get(settled, "reason");
    let message = text(&reason, "message").or_else(|| reason.as_string());
    let message = message.unwrap_or_else(|| "its promise was rejected".to_owned());
    Err(short(&message))
}

/// Whether the page has let the event have its way.
fn dispatch(name: &str, cancelable: bool, detail: &JsValue) -> bool {
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(cancelable);
    init.set_detail(detail);
    let event = CustomEvent::new_with_event_init_dict(name, &init).ok();
    let dispatched = event
        .zip(document())
        .and_then(|(event, document)| document.dispatch_event(&event).ok());
    dispatched.unwrap_or(true)
}
