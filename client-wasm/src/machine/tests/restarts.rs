//! Restarts that are asked for in the page.

mod asking;
mod barred;
mod ends;
mod timeline;
mod unanswered;

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
        op_id: name(&format!("asked-{call}")),
        call: Some(call),
        service: service.map(name),
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

/// As its record has it first.
fn begun() -> Operation {
    Operation {
        pid_before: Some(4711),
        ..Operation::new(name("op"))
    }
}

fn ended(status: OperationStatus) -> Operation {
    let well = status == OperationStatus::Restarted;
    Operation {
        ended: Some(status),
        pid_after: Some(4722),
        id_after: well.then(|| name("b")),
        took: Some(812),
        ..begun()
    }
}

/// It has come to so many phases.
fn passed(passed: u32) -> Operation {
    Operation { passed, ..begun() }
}

fn looks(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|it| matches!(it, Effect::Look(_)))
        .count()
}

/// Any answer about a restart.
pub(super) fn operated_by_number(number: u8) -> Operated {
    match number {
        0 => Operated::Lost,
        1 => Operated::Known(begun()),
        2 => Operated::Known(passed(1)),
        3 => Operated::Known(passed(2)),
        4 => Operated::Untold(said("no")),
        5 => Operated::Known(ended(OperationStatus::Restarted)),
        _ => Operated::Known(ended(OperationStatus::Exited)),
    }
}

/// Asked, accepted, and its record has come once.
fn restarting(page: &mut Page) {
    page.tell(ask(0, None));
    page.tell(Input::Accepted(1, name("op")));
    page.tell(Input::Operated(1, Operated::Known(begun())));
}

fn operated(page: &mut Page, what: Operated) -> Vec<Effect> {
    page.tell(Input::Operated(1, what))
}

fn last_notice(page: &Page) -> Notice {
    let notice = page.effects.iter().rev().find_map(|effect| match effect {
        Effect::Show(notice) => Some(*notice),
        _ => None,
    });
    notice.expect("a notice")
}

/// Who was told, and why there is no record where there is none.
fn settled(effects: &[Effect]) -> Vec<(Vec<Call>, Option<Why>)> {
    let settled = effects.iter().filter_map(|effect| match effect {
        Effect::Settle { calls, why, .. } => Some((calls.clone(), *why)),
        _ => None,
    });
    settled.collect()
}

/// What the toast of a reload tells.
fn receipt(page: &Page) -> Receipt {
    match last_notice(page) {
        Notice::Reloaded(receipt) => receipt,
        other => panic!("{other:?} is no receipt"),
    }
}
