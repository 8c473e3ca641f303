//! How one ends, and how that is found.

use super::*;

/// The process is being started.
fn started(pid: u32) -> Event {
    Event::Phase(Doing {
        service: name("app"),
        phase: Phase::Starting,
        pid: Some(pid),
        op_id: Some(name("op")),
    })
}

#[test]
fn the_next_document_has_the_receipt_whichever_comes_first() {
    for end_first in [true, false] {
        let mut page = page();
        restarting(&mut page);
        page.pass(800);
        operated(&mut page, Operated::Known(passed(1)));
        if end_first {
            operated(
                &mut page,
                Operated::Known(ended(OperationStatus::Restarted)),
            );
        }
        page.hear(phase(Phase::Stopping));
        page.hear(started(4722));
        page.hear(id("b"));
        assert_eq!(page.status(), Status::Reloading);
        let next = page.reloaded(settings());
        let old = if end_first { 4711 } else { 97 };
        let told = receipt(&next);
        assert_eq!(told.pids, Some((old, 4722)));
        assert!(told.asked && told.took.is_some_and(|took| (800..=812).contains(&took)));
        assert_eq!(shown(&next.effects), ["reloaded"]);
    }
}

#[test]
fn a_restart_that_others_have_asked_for_is_a_reload() {
    let mut page = page();
    page.hear(phase(Phase::Stopping));
    page.hear(id("b"));
    let next = page.reloaded(settings());
    assert!(!receipt(&next).asked);
}

#[test]
fn where_no_id_moves_the_toast_has_the_receipt() {
    let mut page = page();
    restarting(&mut page);
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(last_notice(&page).kind(), Kind::Restarted);
    assert_eq!(settled(&effects), [(vec![0], None)]);
    assert!(effects.contains(&Effect::Disarm(Timer::Follow)));
    assert_eq!(
        page.armed
            .iter()
            .filter(|(timer, _)| *timer == Timer::Patience)
            .count(),
        0
    );
}

#[test]
fn each_end_has_its_toast_and_its_record() {
    for (status, kind) in [
        (OperationStatus::CheckFailed, "unrestarted"),
        (OperationStatus::Exited, "unrestarted"),
        (OperationStatus::PortStillInUse, "unrestarted"),
        (OperationStatus::PidUnchanged, "unrestarted"),
        (OperationStatus::StartedButUnhealthy, "unrestarted"),
        (OperationStatus::Cancelled, "cancelled"),
    ] {
        let mut page = page();
        restarting(&mut page);
        operated(&mut page, Operated::Known(passed(1)));
        let effects = operated(&mut page, Operated::Known(ended(status)));
        assert_eq!(shown(&effects), [kind]);
        assert_eq!(settled(&effects), [(vec![0], None)], "its record says how");
    }
}

#[test]
fn a_failure_goes_away_when_the_server_is_ready() {
    let mut page = page();
    restarting(&mut page);
    operated(
        &mut page,
        Operated::Known(ended(OperationStatus::CheckFailed)),
    );
    assert!(!page.hear(phase(Phase::Checking)).contains(&Effect::Hide));
    assert!(page.hear(phase(Phase::Ready)).contains(&Effect::Hide));
}

#[test]
fn a_failure_gives_way_to_the_next_attempt() {
    let mut page = page();
    restarting(&mut page);
    operated(
        &mut page,
        Operated::Known(ended(OperationStatus::CheckFailed)),
    );
    assert_eq!(shown(&page.tell(ask(1, None))), ["restarting"]);
}

#[test]
fn each_phase_of_an_operation_is_a_sign_to_look_one_request_at_a_time() {
    let mut page = page();
    page.tell(ask(0, None));
    assert_eq!(looks(&page.hear(started(4722))), 0, "not accepted yet");
    assert_eq!(looks(&page.tell(Input::Accepted(1, name("op")))), 1);
    assert_eq!(looks(&page.hear(started(4722))), 0, "one is under way");
    assert_eq!(looks(&page.hear(started(4723))), 0);
    let effects = operated(&mut page, Operated::Known(begun()));
    assert_eq!(looks(&effects), 1, "what has happened since");
    let effects = operated(&mut page, Operated::Known(begun()));
    assert_eq!(looks(&effects), 0);
    assert_eq!(
        looks(&page.hear(phase(Phase::Starting))),
        0,
        "of no operation"
    );
    assert_eq!(looks(&page.hear(started(4724))), 1);
}

#[test]
fn an_end_without_a_phase_is_found_all_the_same() {
    let mut page = page();
    restarting(&mut page);
    for answer in [Operated::Lost, Operated::Known(begun())] {
        assert_eq!(looks(&page.due(Timer::Follow)), 1);
        operated(&mut page, answer);
    }
    page.due(Timer::Follow);
    let end = Operated::Known(ended(OperationStatus::CheckFailed));
    assert_eq!(settled(&operated(&mut page, end)), [(vec![0], None)]);
}

#[test]
fn the_page_s_own_stream_takes_it_along() {
    let mut page = page();
    restarting(&mut page);
    page.due(Timer::Follow);
    assert_eq!(looks(&page.fail()), 0);
    assert_eq!(looks(&operated(&mut page, Operated::Lost)), 0);
    assert_eq!(looks(&page.due(Timer::Follow)), 0);
    page.tell(Input::Online);
    assert_eq!(looks(&page.opened()), 1);
}

#[test]
fn a_restart_that_nobody_knows_of_any_more_is_given_up_with_what_is_known() {
    let mut page = page();
    restarting(&mut page);
    operated(&mut page, Operated::Known(passed(1)));
    assert_eq!(looks(&page.due(Timer::Follow)), 1);
    let effects = operated(&mut page, Operated::Untold(said("no such restart")));
    let why = said("no such restart");
    assert!(matches!(last_notice(&page), Notice::Unknown { run: 1, why: it, .. } if it == why));
    assert_eq!(settled(&effects), [(vec![0], Some(why))]);
    assert!(effects.contains(&Effect::Disarm(Timer::Follow)));
}

#[test]
fn what_is_told_again_is_no_sign_of_life() {
    let mut page = page();
    restarting(&mut page);
    let mut waits = Vec::new();
    for count in [0, 0, 0, 0, 0, 0, 1] {
        page.due(Timer::Follow);
        let effects = operated(&mut page, Operated::Known(passed(count)));
        waits.extend(effects.iter().find_map(|effect| match effect {
            Effect::Arm(Timer::Follow, wait) => Some(*wait),
            _ => None,
        }));
    }
    assert!(
        waits[0] < 300 && waits[5] > 1_000 && waits[6] < 150,
        "{waits:?}"
    );
}

#[test]
fn event_mode_is_told_the_operation_and_keeps_its_own_toast() {
    let mut page = page_with(in_mode(Mode::Event));
    restarting(&mut page);
    page.hear(phase(Phase::Stopping));
    let effects = page.hear(id("b"));
    let op_id = effects.iter().find_map(|effect| match effect {
        Effect::Announce(change) => change.op_id,
        _ => None,
    });
    assert_eq!(op_id, Some(name("op")));
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects).len(), 1);
}
