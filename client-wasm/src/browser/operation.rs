//! Restarts: how one is asked for, and the stream of one.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, JSON, Promise};
use server_reload_protocol::payload::{OperationStatus, field};
use server_reload_protocol::{TOKEN_HEADER, event, path};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, MessageEvent};

use super::announce::{Fields, short};
use super::knock::fetch;
use super::listener::Listener;
use super::promise::then;
use super::script::{Script, get, text};
use super::stream::{Source, data, json, number, phase, pid};
use super::{tell, with_client};
use crate::machine::{Accepted, Input, Operated, Operation, Passed, Phase, Refusal, Request, Run};

/// The stream of a restart, closed when this is dropped.
#[must_use = "a stream is closed when it is dropped"]
pub(super) struct Follower {
    pub(super) run: Run,
    _source: Source,
    _listeners: [Listener; 5],
}

impl Follower {
    /// Asks for the stream, from what follows the phase `after`.
    pub(super) fn open(run: Run, events: &str, after: u64) -> Option<Self> {
        let source = Source::open(&[events, "?last_event_id=", &after.to_string()].concat())?;
        let on = |name, read: fn(&web_sys::Event) -> Option<Operated>| {
            source.on(name, move |event| {
                if let Some(what) = read(&event) {
                    tell(Input::Operated(run, what));
                }
            })
        };
        let stopping = Rc::new(RefCell::new(None));
        let why = Rc::clone(&stopping);
        let listeners = [
            on(event::OPERATION, |event| {
                operation(data(event)).map(Operated::Known)
            }),
            on(event::PHASE, |event| {
                let number = event.unchecked_ref::<MessageEvent>().last_event_id();
                let number = number.parse().unwrap_or_default();
                Some(Operated::Passed(number, passed(&json(&data(event)))?))
            }),
            source.on(event::SHUTDOWN, move |event| {
                stopping.replace(text(&json(&data(&event)), field::REASON));
            }),
            source.on(event::DONE, move |event| {
                let ended = operation(data(&event)).map(Operated::Ended);
                let why = why.take().unwrap_or_else(|| UNTOLD.to_owned());
                tell(Input::Operated(run, ended.unwrap_or(Operated::Untold(why))));
            }),
            on("error", |_| Some(Operated::Lost)),
        ];
        Some(Self {
            run,
            _source: source,
            _listeners: listeners,
        })
    }
}

fn operation(data: String) -> Option<Box<Operation>> {
    let json = json(&data);
    let list = |name| {
        let list = get(&json, name);
        list.dyn_into::<Array>().unwrap_or_default()
    };
    Some(Box::new(Operation {
        op_id: text(&json, field::OP_ID)?,
        services: list(field::SERVICES)
            .iter()
            .filter_map(|name| name.as_string())
            .collect(),
        ended: text(&json, field::STATUS)
            .and_then(|word| OperationStatus::from_word(&word))
            .filter(|status| *status != OperationStatus::Running),
        plan: plan(&json),
        passed: list(field::PHASES)
            .iter()
            .filter_map(|it| passed(&it))
            .collect(),
        pid_before: pid(&json, field::PID_BEFORE),
        pid_after: pid(&json, field::PID_AFTER),
        id_after: text(&json, field::ID_AFTER),
        took: number(&json, field::TOOK_MS),
        reason: text(&json, field::REASON).map(|reason| short(&reason)),
        record: text(&json, field::RECORD),
        json: data,
    }))
}

fn plan(json: &JsValue) -> Vec<Phase> {
    let plan = get(json, field::PLAN);
    let plan = plan.dyn_ref::<Array>().map(Array::iter);
    let words = plan.into_iter().flatten().filter_map(|it| it.as_string());
    words.filter_map(|word| Phase::from_word(&word)).collect()
}

fn passed(json: &JsValue) -> Option<Passed> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds are meant"
    )]
    let at = (get(json, field::AT).as_f64()? * 1_000.0) as u64;
    Some(Passed {
        service: text(json, field::SERVICE)?,
        phase: phase(json, field::NAME)?,
        pid: pid(json, field::PID),
        at,
        ms: number(json, field::MS),
    })
}

/// Asks the server for a restart, and tells the machine what it makes of it.
pub(super) fn request(script: &Script, request: &Request) {
    let run = request.run;
    let told = move |status, body: String| {
        let taken = accepted(&json(&body)).filter(|_| status == Some(202));
        tell(match taken {
            Some(accepted) => Input::Accepted(run, accepted),
            None => Input::Refused(
                run,
                Refusal {
                    status,
                    why: short(&body),
                },
            ),
        });
    };
    let abort = AbortController::new().ok();
    ask(
        &script.resolve(path::RESTART),
        &options(request, abort.as_ref()),
        Rc::new(told),
    );
    if let (Some(abort), Ok(within)) = (abort, u32::try_from(request.within)) {
        // Of one that is over nothing is left to abort.
        Timeout::new(within, move || abort.abort()).forget();
    }
}

/// Asks for the record of a restart.
pub(super) fn look(script: &Script, run: Run, status_url: &str) {
    let options = Fields::new()
        .set("credentials", "omit")
        .set("cache", "no-store");
    ask(
        &script.resolve(status_url),
        &options.done(),
        Rc::new(move |status, body| {
            let what = match status {
                Some(200) => match operation(body) {
                    Some(it) if it.ended.is_some() => Operated::Ended(it),
                    Some(it) => Operated::Known(it),
                    None => return,
                },
                Some(404) => Operated::Untold(short(&body)),
                // Somebody between may answer while the server does not.
                _ => return,
            };
            tell(Input::Operated(run, what));
        }),
    );
}

/// Tells the answer's status, if there is one, and its text, or why there is none.
fn ask(url: &str, options: &JsValue, told: Rc<dyn Fn(Option<u16>, String)>) {
    let broken = {
        let told = Rc::clone(&told);
        move || told(None, BROKEN.to_owned())
    };
    let (lost, cut) = (broken.clone(), broken.clone());
    let answered = move |response: JsValue| {
        let status = number(&response, "status").and_then(|it| u16::try_from(it).ok());
        let read = get(&response, "text").dyn_into::<Function>();
        let body = read.and_then(|read| read.call0(&response));
        let told = Rc::clone(&told);
        let read = move |body: JsValue| told(status, body.as_string().unwrap_or_default());
        let cut = cut.clone();
        if let Ok(body) = body {
            then(body.unchecked_ref::<Promise>(), read, move |_| cut());
        }
    };
    match fetch(url, options) {
        Ok(promise) => then(&promise, answered, move |_| lost()),
        Err(_) => broken(),
    }
}

/// Why there is no answer; a page can't know more.
const BROKEN: &str = "server-reload has not answered: it has stopped or hangs, or tabs hold all \
    connections to it (a browser opens six to a host)";

/// Why nothing more is told where the server gives no reason.
const UNTOLD: &str = "server-reload tells no more of it";

fn options(request: &Request, abort: Option<&AbortController>) -> JsValue {
    let signal = abort.map(AbortController::signal);
    let service = request.service.as_deref();
    let body = Fields::new()
        .set(
            field::SERVICE,
            service.map_or(JsValue::UNDEFINED, Into::into),
        )
        .set(field::OP_ID, request.op_id.as_str())
        .done();
    let headers = Fields::new()
        .set("content-type", "application/json")
        .set(TOKEN_HEADER, request.token.as_str())
        .done();
    let body = JSON::stringify(&body).map_or(JsValue::UNDEFINED, Into::into);
    Fields::new()
        .set("method", "POST")
        .set("credentials", "omit")
        .set("headers", headers)
        .set("body", body)
        .set("signal", signal.map_or(JsValue::UNDEFINED, Into::into))
        .done()
}

fn accepted(json: &JsValue) -> Option<Accepted> {
    let url = |name| {
        let path = text(json, name)?;
        with_client(|client| client.script.resolve(&path))
    };
    Some(Accepted {
        op_id: text(json, field::OP_ID)?,
        plan: plan(json),
        status_url: url(field::STATUS_URL)?,
        events_url: url(field::EVENTS_URL)?,
    })
}
