//! What the services behind the stream do.

use super::*;

/// A page with a server that is about to be restarted.
fn page() -> Page {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(5_000);
    page
}

fn announced(effects: &[Effect]) -> Option<&Change> {
    effects.iter().find_map(|effect| match effect {
        Effect::Announce(change) => Some(change),
        _ => None,
    })
}

fn doing(phase: Phase, pid: Option<u32>) -> Event {
    Event::Phase(Doing {
        service: name("app"),
        phase,
        pid,
        op_id: Some(name("op-7")),
    })
}

#[test]
fn a_restart_goes_through_its_phases_and_reloads_once_at_its_id() {
    let mut page = page();
    for (phase, status) in [
        (Phase::Checking, Status::Connected),
        (Phase::Stopping, Status::Waiting),
        (Phase::WaitingForPort, Status::Waiting),
        (Phase::Starting, Status::Waiting),
        (Phase::WaitingUntilReady, Status::Waiting),
        (Phase::Ready, Status::Waiting),
    ] {
        page.pass(50);
        let effects = page.hear(super::phase(phase));
        assert_eq!((page.status(), reloads(&effects)), (status, 0), "{phase:?}");
    }
    assert_eq!(reloads(&page.hear(id("b"))), 1);
    assert_eq!(page.status(), Status::Reloading);
    assert_eq!(shown(&page.effects), ["reloading"], "too short for a word");
}

#[test]
fn the_id_may_come_before_the_phase() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.hear(phase(Phase::Stopping));
    page.hear(id("b"));
    assert_eq!(page.status(), Status::Connected);
    page.hear(phase(Phase::Ready));
    assert_eq!(page.status(), Status::Connected);
}

#[test]
fn the_event_tells_of_the_operation_and_the_toast_of_the_processes() {
    let mut page = page();
    page.hear(doing(Phase::Checking, Some(97)));
    page.pass(3_000);
    page.hear(doing(Phase::Stopping, Some(97)));
    page.pass(300);
    page.hear(doing(Phase::Starting, Some(4722)));
    let started = page.now.wall;
    page.hear(doing(Phase::WaitingUntilReady, Some(4722)));
    page.pass(400);
    page.hear(doing(Phase::Ready, Some(4722)));
    let effects = page.hear(id("b"));
    let change = announced(&effects).expect("announced");
    assert_eq!(change.op_id, Some(name("op-7")));
    let old = change.old.as_ref().and_then(|old| old.pid);
    assert_eq!((old, change.new.pid), (Some(97), Some(4722)));
    assert_eq!(change.new.started_at, Some(started));
    let told = format!("{:?}", page.reloaded(settings()).effects);
    assert!(told.contains("pids: Some((97, 4722))"), "{told}");
    assert!(told.contains("took: Some(760)"), "{told}");
}

#[test]
fn a_restart_that_takes_long_is_told_and_followed() {
    let mut page = page();
    page.hear(phase(Phase::Stopping));
    let before = page.now.mono;
    let effects = page.due(Timer::Notice);
    assert_eq!(page.now.mono - before, 400);
    assert_eq!(
        effects,
        [Effect::Show(Notice::Waiting(Some(Phase::Stopping)))]
    );
    let effects = page.hear(phase(Phase::WaitingForPort));
    assert!(
        effects.contains(&Effect::Show(Notice::Waiting(Some(Phase::WaitingForPort)))),
        "{effects:?}"
    );
    page.tell(Input::Chosen(Choice::Dismiss));
    assert_eq!(shown(&page.hear(phase(Phase::Starting))), [""; 0]);
}

#[test]
fn with_an_id_the_old_server_answers_whatever_the_phase() {
    for phase in [Phase::Failed, Phase::Checking] {
        let mut page = Page::new(settings());
        page.opened();
        page.hear(Event::Hello(Greeting {
            id: Some(name("a")),
            phase: Some(phase),
            ..Greeting::default()
        }));
        assert_eq!(page.status(), Status::Connected, "{phase:?}");
        page.hear(super::phase(phase));
        assert_eq!(page.status(), Status::Connected, "{phase:?}");
        assert_eq!(reloads(&page.hear(id("b"))), 1);
    }
}

#[test]
fn without_an_id_nothing_is_ready_whatever_the_phase() {
    for phase in Phase::ALL {
        let mut page = page();
        page.fail();
        page.opened();
        let effects = page.hear(not_ready(*phase));
        assert_eq!(
            (page.status(), shown(&effects)),
            (Status::Waiting, vec!["waiting"])
        );
        page.hear(super::phase(Phase::Failed));
        page.hear(super::phase(Phase::Ready));
        page.hear(Event::Ping);
        assert_eq!(page.status(), Status::Waiting, "{phase:?}");
        assert_eq!(reloads(&page.hear(id("b"))), 1);
    }
}

#[test]
fn what_is_under_way_stops_when_the_server_goes_down_again() {
    for settings in [
        knocking(),
        Settings {
            delay: 300,
            ..settings()
        },
        in_mode(Mode::Prompt),
    ] {
        let mut page = Page::new(settings);
        page.greeted("a", 60_000);
        page.hear(id("b"));
        page.hear(phase(Phase::Stopping));
        assert_eq!(page.status(), Status::Waiting);
        let stale = page.tell(Input::Knocked { answered: true });
        assert_eq!((stale.len(), reloads(&page.effects)), (0, 0));
        page.hear(phase(Phase::Ready));
        page.hear(id("c"));
        assert_ne!(page.status(), Status::Connected, "judged anew");
    }
}

#[test]
fn a_page_s_own_update_goes_on_while_the_server_restarts() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.answer(1, true, true);
    page.hear(phase(Phase::Stopping));
    assert_eq!(page.status(), Status::Waiting);
    page.settle(1, Ok(()));
    let effects = page.tell_only(Input::Heard(page.stream(), id("c")));
    assert_eq!(announced(&effects).map(|change| change.turn), Some(2));
}

#[test]
fn a_service_that_pages_do_not_depend_on_does_not_keep_them_waiting() {
    let mut page = page();
    page.hear(phase_of("worker", Phase::Stopping));
    assert_eq!(shown(&page.due(Timer::Notice)), ["waiting"]);
    page.hear(phase_of("worker", Phase::Ready));
    assert_eq!(page.status(), Status::Waiting, "an id may be on its way");
    let effects = page.hear(Event::Ping);
    assert_eq!(page.status(), Status::Connected);
    assert!(effects.contains(&Effect::Hide), "{effects:?}");
    assert_eq!(reloads(&page.effects), 0);
}

#[test]
fn while_one_of_two_services_is_down_a_ping_changes_nothing() {
    let mut page = page();
    page.hear(phase_of("app", Phase::Stopping));
    page.hear(phase_of("api", Phase::Stopping));
    page.hear(phase_of("app", Phase::Ready));
    page.hear(Event::Ping);
    assert_eq!(page.status(), Status::Waiting);
}

#[test]
fn a_stream_lost_during_a_restart_is_a_loss() {
    let mut page = page();
    page.hear(phase(Phase::Stopping));
    let effects = page.fail();
    assert_eq!(page.status(), Status::Reconnecting);
    assert!(effects.contains(&Effect::Open(2)), "at once: {effects:?}");
    assert_eq!(reloads(&page.greeted("b", 10)), 1);
}

#[test]
fn what_another_service_has_interrupted_goes_on_when_it_is_ready() {
    for (settings, begun) in [
        (in_mode(Mode::Prompt), Status::Prompt),
        (
            Settings {
                delay: 300,
                ..settings()
            },
            Status::Restarted,
        ),
    ] {
        let mut page = Page::new(settings);
        page.greeted("a", 60_000);
        page.hear(id("b"));
        assert_eq!(page.status(), begun);
        page.hear(phase_of("worker", Phase::Starting));
        assert_eq!(page.status(), Status::Waiting);
        page.hear(phase_of("worker", Phase::Ready));
        page.hear(Event::Ping);
        assert_eq!(page.status(), begun, "no id comes");
    }
}
