//! How a restart is asked for.

use super::*;

#[test]
fn a_double_click_is_one_operation_and_both_are_told() {
    let mut page = page();
    assert_eq!(requests(&page.tell(ask(0, None))).len(), 1);
    assert_eq!(requests(&page.tell(ask(1, None))).len(), 0);
    page.tell(Input::Accepted(1, name("op")));
    assert_eq!(requests(&page.tell(ask(2, None))).len(), 0);
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects), [(vec![0, 1, 2], None)]);
    assert_eq!(requests(&page.tell(ask(3, None))).len(), 1, "another one");
}

#[test]
fn another_service_is_another_request_unless_the_server_makes_one_of_both() {
    let mut page = page();
    page.tell(ask(0, None));
    assert_eq!(requests(&page.tell(ask(1, Some("app")))).len(), 1);
    page.tell(Input::Accepted(1, name("op")));
    let effects = page.tell(Input::Accepted(2, name("op")));
    assert_eq!(looks(&effects), 0, "its record is being asked for");
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects), [(vec![0, 1], None)]);
}

#[test]
fn the_person_is_asked_unless_that_is_turned_off() {
    let confirming = Settings {
        confirm: true,
        ..settings()
    };
    let asked = |settings: &Settings, service: Option<&str>, confirm| {
        let mut page = page_with(settings.clone());
        let ask = Ask {
            op_id: name("mine"),
            call: Some(0),
            service: service.map(name),
            confirm,
        };
        let effects = page.tell(Input::Restart(ask));
        effects.into_iter().find_map(|effect| match effect {
            Effect::Confirm(text, _) => Some(text),
            _ => None,
        })
    };
    let sure = Confirm::Text(name("Sure?"));
    for (confirm, text) in [
        (Confirm::Default, Some(None)),
        (sure, Some(Some(name("Sure?")))),
        (Confirm::Off, None),
    ] {
        assert_eq!(asked(&confirming, None, confirm), text);
    }
    assert_eq!(asked(&settings(), None, Confirm::Default), None);
    let of_element = asked(&settings(), Some("api"), sure);
    assert_eq!(of_element, Some(Some(name("Sure?"))));
}

#[test]
fn who_says_no_is_not_asked_for_and_the_call_is_told() {
    let mut page = page();
    let ask = Ask {
        op_id: name("mine"),
        call: Some(3),
        service: None,
        confirm: Confirm::Default,
    };
    for (blocked, why, kinds) in [
        (false, Why::Cancelled, vec![]),
        (true, Why::Blocked, vec!["refused"]),
    ] {
        let effects = page.tell(Input::Unconfirmed { ask, blocked });
        assert!(requests(&effects).is_empty());
        assert_eq!(shown(&effects), kinds);
        assert_eq!(settled(&effects), [(vec![3], Some(why))]);
    }
}

#[test]
fn nothing_is_asked_for_without_a_connection() {
    let mut page = page();
    page.fail();
    let effects = page.tell(ask(0, None));
    assert!(requests(&effects).is_empty());
    assert!(settled(&effects)[0].1.is_some());
}
