//! Restarts that are asked for in the page.

mod asking;
mod barred;
mod ends;
mod timeline;
mod unanswered;

use server_reload_protocol::payload::OperationStatus;

use super::*;

/// A page that may ask, of a server that has run for a minute.
fn page() -> Page {
    page_with(settings())
}

fn page_with(settings: Settings) -> Page {
    let mut page = Page::new(settings);
    page.greeted("a", 60_000);
    page.pass(5_000);
    page
}

/// Asked by a call, without a dialog.
fn ask(call: Call, service: Option<&str>) -> Input {
    Input::Restart(Ask {
        call: Some(call),
        service: service.map(str::to_owned),
        confirm: Confirm::Off,
    })
}

fn requests(effects: &[Effect]) -> Vec<&Request> {
    let requests = effects.iter().filter_map(|effect| match effect {
        Effect::Request(request) => Some(request),
        _ => None,
    });
    requests.collect()
}

pub(super) fn accepted(op_id: &str) -> Accepted {
    Accepted {
        op_id: op_id.to_owned(),
        plan: vec![
            Phase::Stopping,
            Phase::Starting,
            Phase::WaitingUntilReady,
            Phase::Ready,
        ],
        status_url: ["http://it/", op_id].concat(),
        events_url: ["http://it/", op_id, "/events"].concat(),
    }
}

fn passed(phase: Phase, at: u64, pid: Option<u32>) -> Passed {
    Passed {
        service: "app".to_owned(),
        phase,
        pid,
        at,
        ms: None,
    }
}

/// As the stream tells it first.
fn begun() -> Operation {
    Operation {
        op_id: "op".to_owned(),
        services: vec!["app".to_owned()],
        plan: accepted("op").plan,
        pid_before: Some(4711),
        ..Operation::default()
    }
}

fn ended(status: OperationStatus) -> Box<Operation> {
    let well = status == OperationStatus::Restarted;
    Box::new(Operation {
        ended: Some(status),
        pid_after: Some(4722),
        id_after: well.then(|| "b".to_owned()),
        took: Some(812),
        reason: (!well).then(|| "because".to_owned()),
        record: Some("restarts/op.json".to_owned()),
        json: "{}".to_owned(),
        ..begun()
    })
}

/// Any word of a restart's stream.
pub(super) fn operated_by_number(number: u8) -> Operated {
    match number {
        0 => Operated::Lost,
        1 => Operated::Known(begun().into()),
        2 => Operated::Passed(1, passed(Phase::Stopping, 1, None)),
        3 => Operated::Passed(2, passed(Phase::Ready, 2, Some(4722))),
        4 => Operated::Untold("no".to_owned()),
        5 => Operated::Ended(ended(OperationStatus::Restarted)),
        _ => Operated::Ended(ended(OperationStatus::Exited)),
    }
}

/// Asked, accepted, and its stream has told the first.
fn restarting(page: &mut Page) {
    page.tell(ask(0, None));
    page.tell(Input::Accepted(1, accepted("op")));
    page.tell(Input::Operated(1, Operated::Known(begun().into())));
}

fn operated(page: &mut Page, what: Operated) -> Vec<Effect> {
    page.tell(Input::Operated(1, what))
}

fn last_notice(page: &Page) -> Notice {
    let notice = page.effects.iter().rev().find_map(|effect| match effect {
        Effect::Show(notice) => Some(notice.clone()),
        _ => None,
    });
    notice.expect("a notice")
}

fn marks(page: &Page) -> Vec<(String, &'static str)> {
    let notice = last_notice(page);
    let steps = notice.steps().iter();
    steps
        .map(|step| (step.label.clone(), step.mark.name()))
        .collect()
}

fn settled(effects: &[Effect]) -> Vec<(Vec<Call>, Result<String, String>)> {
    let settled = effects.iter().filter_map(|effect| match effect {
        Effect::Settle(calls, outcome) => Some((calls.clone(), outcome.clone())),
        _ => None,
    });
    settled.collect()
}
