//! How one ends, and what becomes of its stream.

use super::*;

#[test]
fn the_next_document_has_the_receipt_whichever_comes_first() {
    for end_first in [true, false] {
        let mut page = page();
        restarting(&mut page);
        page.pass(800);
        operated(
            &mut page,
            Operated::Passed(1, passed(Phase::Starting, 1, Some(4722))),
        );
        if end_first {
            operated(
                &mut page,
                Operated::Ended(ended(OperationStatus::Restarted)),
            );
        }
        page.hear(phase(Phase::Stopping));
        page.hear(id("b"));
        assert_eq!(page.status(), Status::Reloading);
        let next = page.reloaded(settings());
        assert_eq!(
            last_notice(&next).text(),
            "Restarted: pid 4711 → 4722 in 0.8 s"
        );
        assert_eq!(shown(&next.effects), ["reloaded"]);
    }
}

#[test]
fn a_restart_that_others_have_asked_for_is_a_reload() {
    let mut page = page();
    page.hear(phase(Phase::Stopping));
    page.hear(id("b"));
    let next = page.reloaded(settings());
    assert!(last_notice(&next).text().starts_with("Reloaded"));
}

#[test]
fn where_no_id_moves_the_toast_has_the_receipt() {
    let mut page = page();
    restarting(&mut page);
    let effects = operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::Restarted)),
    );
    assert_eq!(
        last_notice(&page).text(),
        "Restarted: pid 4711 → 4722 in 0.8 s"
    );
    assert_eq!(settled(&effects), [(vec![0], Ok("{}".to_owned()))]);
    assert!(effects.contains(&Effect::Unfollow(1)));
    assert_eq!(
        page.armed
            .iter()
            .filter(|(timer, _)| *timer == Timer::Patience)
            .count(),
        0
    );
}

#[test]
fn each_failure_has_the_reason_or_words_for_it_and_the_record() {
    for (status, kind, words) in [
        (
            OperationStatus::CheckFailed,
            "unrestarted",
            "the check has failed",
        ),
        (OperationStatus::Exited, "unrestarted", "has ended"),
        (
            OperationStatus::PortStillInUse,
            "unrestarted",
            "port is still in use",
        ),
        (OperationStatus::PidUnchanged, "unrestarted", "old process"),
        (
            OperationStatus::StartedButUnhealthy,
            "unrestarted",
            "not ready",
        ),
        (OperationStatus::Cancelled, "cancelled", "something else"),
    ] {
        for reason in [Some("because".to_owned()), None] {
            let mut page = page();
            restarting(&mut page);
            let stopping = passed(Phase::Stopping, 1, None);
            operated(&mut page, Operated::Passed(1, stopping));
            let words = reason.clone().unwrap_or_else(|| words.to_owned());
            let ended = Operation {
                reason,
                ..*ended(status)
            };
            let effects = operated(&mut page, Operated::Ended(ended.into()));
            let notice = last_notice(&page);
            assert_eq!(notice.kind(), kind);
            let text = notice.text();
            assert!(text.contains(&words), "{text}");
            assert!(text.ends_with(". Record: restarts/op.json"), "{text}");
            let told = settled(&effects);
            assert_eq!(
                told,
                [(vec![0], Ok("{}".to_owned()))],
                "its record says how"
            );
        }
    }
}

#[test]
fn a_phase_that_failed_is_marked_and_those_after_it_stay_to_come() {
    let mut page = page();
    restarting(&mut page);
    let stopping = passed(Phase::Stopping, 1, None);
    operated(&mut page, Operated::Passed(1, stopping.clone()));
    let starting = passed(Phase::Starting, 2, None);
    operated(&mut page, Operated::Passed(2, starting.clone()));
    let ended = Operation {
        passed: vec![stopping, starting, passed(Phase::Crashed, 3, None)],
        ..*ended(OperationStatus::Exited)
    };
    operated(&mut page, Operated::Ended(ended.into()));
    let marks: Vec<_> = marks(&page).into_iter().map(|(_, mark)| mark).collect();
    assert_eq!(marks, ["done", "bad", "next", "next"]);
}

#[test]
fn a_failure_goes_away_when_the_server_is_ready() {
    let mut page = page();
    restarting(&mut page);
    operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::CheckFailed)),
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
        Operated::Ended(ended(OperationStatus::CheckFailed)),
    );
    assert_eq!(shown(&page.tell(ask(1, None))), ["restarting"]);
}

#[test]
fn a_broken_stream_is_resumed_without_a_lost_phase() {
    let mut page = page();
    restarting(&mut page);
    operated(
        &mut page,
        Operated::Passed(1, passed(Phase::Stopping, 1, None)),
    );
    operated(
        &mut page,
        Operated::Passed(2, passed(Phase::Starting, 2, None)),
    );
    let effects = operated(&mut page, Operated::Lost);
    assert!(effects.contains(&Effect::Unfollow(1)));
    let effects = page.due(Timer::Follow);
    let again = effects
        .iter()
        .find(|it| matches!(it, Effect::Follow { .. }));
    assert_eq!(
        again,
        Some(&Effect::Follow {
            run: 1,
            events: "http://it/op/events".to_owned(),
            after: 2
        })
    );
}

#[test]
fn the_page_s_own_stream_takes_it_along() {
    let mut page = page();
    restarting(&mut page);
    assert!(page.fail().contains(&Effect::Unfollow(1)));
    page.tell(Input::Online);
    let effects = page.opened();
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Follow { run: 1, .. }))
    );
}

#[test]
fn a_restart_that_nobody_knows_of_any_more_is_given_up_with_what_is_known() {
    let mut page = page();
    restarting(&mut page);
    let passed = passed(Phase::WaitingUntilReady, 1, None);
    operated(&mut page, Operated::Passed(1, passed));
    let effects = operated(&mut page, Operated::Lost);
    assert!(effects.contains(&Effect::Look(1, "http://it/op".to_owned())));
    let effects = operated(&mut page, Operated::Untold("no such restart".to_owned()));
    let text = "How the restart has ended is not known (no such restart): it has been at \
                “Wait until ready” for 0 s. Record: http://it/op";
    assert_eq!(last_notice(&page).text(), text);
    assert_eq!(settled(&effects), [(vec![0], Err(text.to_owned()))]);
    assert!(effects.contains(&Effect::Disarm(Timer::Follow)));
}

#[test]
fn what_is_told_again_is_no_sign_of_life() {
    let mut page = page();
    restarting(&mut page);
    let mut waits = Vec::new();
    for _ in 0..12 {
        let effects = operated(&mut page, Operated::Lost);
        waits.extend(effects.iter().find_map(|effect| match effect {
            Effect::Arm(Timer::Follow, wait) => Some(*wait),
            _ => None,
        }));
        page.due(Timer::Follow);
        operated(&mut page, Operated::Known(begun().into()));
    }
    assert!(waits[0] < 10 && waits[11] > 30, "{waits:?}");
}

#[test]
fn event_mode_is_told_the_operation_and_keeps_its_own_toast() {
    let mut page = page_with(in_mode(Mode::Event));
    restarting(&mut page);
    page.hear(phase(Phase::Stopping));
    let effects = page.hear(id("b"));
    let op_id = effects.iter().find_map(|effect| match effect {
        Effect::Announce(change) => change.op_id.clone(),
        _ => None,
    });
    assert_eq!(op_id.as_deref(), Some("op"));
    let effects = operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects).len(), 1);
}

#[test]
fn why_it_was_begun_is_not_why_it_has_failed() {
    let mut page = page();
    restarting(&mut page);
    let begun = Operation {
        reason: Some("asked for by a page".to_owned()),
        ..begun()
    };
    operated(&mut page, Operated::Known(begun.into()));
    let ended = Operation {
        reason: Some("asked for by a page".to_owned()),
        ..*ended(OperationStatus::Exited)
    };
    operated(&mut page, Operated::Ended(ended.into()));
    assert_eq!(
        last_notice(&page).text(),
        "Restart failed: the new process has ended. Record: restarts/op.json"
    );
}

#[test]
fn one_that_has_ended_before_it_was_heard_of_says_why() {
    let mut page = page();
    page.tell(ask(0, None));
    page.tell(Input::Accepted(1, accepted("op")));
    operated(&mut page, Operated::Known(ended(OperationStatus::Exited)));
    operated(&mut page, Operated::Ended(ended(OperationStatus::Exited)));
    assert!(last_notice(&page).text().contains("because"));
}
