//! How a restart is asked for.

use super::*;

#[test]
fn a_double_click_is_one_operation_and_both_are_told() {
    let mut page = page();
    assert_eq!(requests(&page.tell(ask(0, None))).len(), 1);
    assert_eq!(requests(&page.tell(ask(1, None))).len(), 0);
    page.tell(Input::Accepted(1, accepted("op")));
    assert_eq!(requests(&page.tell(ask(2, None))).len(), 0);
    let effects = operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects), [(vec![0, 1, 2], Ok("{}".to_owned()))]);
    assert_eq!(requests(&page.tell(ask(3, None))).len(), 1, "another one");
}

#[test]
fn another_service_is_another_request_unless_the_server_makes_one_of_both() {
    let mut page = page();
    page.tell(ask(0, None));
    assert_eq!(requests(&page.tell(ask(1, Some("app")))).len(), 1);
    page.tell(Input::Accepted(1, accepted("op")));
    let effects = page.tell(Input::Accepted(2, accepted("op")));
    assert!(!effects.iter().any(|it| matches!(it, Effect::Follow { .. })));
    let effects = operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects), [(vec![0, 1], Ok("{}".to_owned()))]);
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
            call: Some(0),
            service: service.map(str::to_owned),
            confirm,
        };
        let effects = page.tell(Input::Restart(ask));
        effects.into_iter().find_map(|effect| match effect {
            Effect::Confirm(text, _) => Some(text),
            _ => None,
        })
    };
    for (confirm, text) in [
        (Confirm::Default, Some("Restart the server?")),
        (Confirm::Text("Sure?".to_owned()), Some("Sure?")),
        (Confirm::Off, None),
    ] {
        assert_eq!(asked(&confirming, None, confirm).as_deref(), text);
    }
    let of_service = asked(&confirming, Some("api"), Confirm::Default);
    assert_eq!(of_service.as_deref(), Some("Restart api?"));
    assert_eq!(asked(&settings(), None, Confirm::Default), None);
    let text = Confirm::Text("Sure?".to_owned());
    assert_eq!(asked(&settings(), None, text).as_deref(), Some("Sure?"));
}

#[test]
fn who_says_no_is_not_asked_for_and_the_call_is_told() {
    let mut page = page();
    let no = Ask {
        call: Some(3),
        ..Ask::default()
    };
    for (blocked, words, kinds) in [
        (false, "cancelled", vec![]),
        (true, "data-confirm=\"false\"", vec!["refused"]),
    ] {
        let ask = no.clone();
        let effects = page.tell(Input::Unconfirmed { ask, blocked });
        assert!(requests(&effects).is_empty());
        assert_eq!(shown(&effects), kinds);
        let told = settled(&effects);
        assert!(
            told[0].1.as_ref().is_err_and(|why| why.contains(words)),
            "{told:?}"
        );
    }
}

#[test]
fn nothing_is_asked_for_without_a_connection() {
    let mut page = page();
    page.fail();
    let effects = page.tell(ask(0, None));
    assert!(requests(&effects).is_empty());
    assert!(settled(&effects)[0].1.is_err());
}
