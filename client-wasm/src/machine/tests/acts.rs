//! What is done about it.

use super::*;

#[test]
fn an_own_server_must_answer_before_a_page_of_another_origin_leaves() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    let effects = page.greeted("b", 10);
    assert_eq!(reloads(&effects), 0);
    assert!(effects.contains(&Effect::Knock));
    assert_eq!(page.status(), Status::Restarted);
    page.tell(Input::Knocked { answered: false });
    assert!(page.due(Timer::Knock).contains(&Effect::Knock));
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}

#[test]
fn a_loss_during_the_knock_judges_anew() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.greeted("b", 10);
    let effects = page.fail();
    assert!(effects.contains(&Effect::StopKnock));
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 0);
    page.due(Timer::Retry);
    page.greeted("c", 10);
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}

#[test]
fn a_page_that_does_it_itself_is_not_loaded_again() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    let effects = page.tell_only(Input::Heard(page.stream(), id("b")));
    let Some(Effect::Announce(change)) =
        effects.iter().find(|it| matches!(it, Effect::Announce(_)))
    else {
        panic!("no announcement in {effects:?}");
    };
    let turn = change.turn;
    let effects = page.answer(turn, true, true);
    assert_eq!(shown(&effects), ["updating"]);
    assert_eq!(page.status(), Status::Updating);
    let effects = page.settle(turn, Ok(()));
    assert_eq!(shown(&effects), ["updated"]);
    assert_eq!(page.status(), Status::Connected);
    assert_eq!(reloads(&page.effects), 0);
    assert_eq!(reloads(&page.tell(Input::Heard(page.stream(), id("b")))), 0);
}

#[test]
fn a_failed_update_offers_a_reload() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.answer(1, false, true);
    let effects = page.settle(1, Err("no data"));
    assert_eq!(shown(&effects), ["failed"]);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn event_mode_never_loads_the_page() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    let effects = page.hear(id("b"));
    assert_eq!(shown(&effects), ["told"]);
    assert_eq!(reloads(&page.effects), 0);
}

#[test]
fn a_second_restart_during_an_update_is_announced_too() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.answer(1, true, true);
    let effects = page.tell_only(Input::Heard(page.stream(), id("c")));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Announce(change) if change.turn == 2)),
        "{effects:?}"
    );
    page.answer(2, true, true);
    page.settle(1, Ok(()));
    assert_eq!(page.status(), Status::Updating);
}

#[test]
fn a_promise_without_prevention_holds_up_the_reload_for_a_while() {
    for settle in [true, false] {
        let mut page = Page::new(settings());
        page.greeted("a", 60_000);
        page.tell_only(Input::Heard(page.stream(), id("b")));
        let effects = page.answer(1, false, true);
        assert_eq!(reloads(&effects), 0);
        let effects = if settle {
            page.settle(1, Err("whatever"))
        } else {
            page.due(Timer::Delay)
        };
        assert_eq!(reloads(&effects), 1);
    }
}

#[test]
fn prompt_mode_asks() {
    let mut page = Page::new(in_mode(Mode::Prompt));
    page.greeted("a", 60_000);
    assert_eq!(shown(&page.hear(id("b"))), ["prompt"]);
    assert_eq!(page.status(), Status::Prompt);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

#[test]
fn a_dismissed_prompt_stays_away_until_the_next_restart() {
    let mut page = Page::new(in_mode(Mode::Prompt));
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.tell(Input::Chosen(Choice::Dismiss));
    assert_eq!(page.status(), Status::Connected);
    assert_eq!(shown(&page.hear(id("b"))), [""; 0]);
    assert_eq!(shown(&page.hear(id("c"))), ["prompt"]);
}

#[test]
fn a_delay_and_a_hidden_page_act_later() {
    let mut page = Page::new(Settings {
        delay: 250,
        ..settings()
    });
    page.greeted("a", 60_000);
    assert_eq!(reloads(&page.hear(id("b"))), 0);
    let before = page.now.mono;
    assert_eq!(reloads(&page.due(Timer::Delay)), 1);
    assert_eq!(page.now.mono - before, 250);

    let mut page = Page::new(Settings {
        hidden: true,
        ..settings()
    });
    page.greeted("a", 60_000);
    page.hear(id("b"));
    let before = page.now.mono;
    page.due(Timer::Delay);
    assert!((150..=660).contains(&(page.now.mono - before)));
}

#[test]
fn a_reload_that_its_person_stopped_becomes_a_prompt() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    assert_eq!(reloads(&page.hear(id("b"))), 1);
    page.due(Timer::Leave);
    let effects = page.greeted("b", 6_000);
    assert_eq!(reloads(&effects), 0);
    assert_eq!(shown(&effects), ["prompt"]);
    assert_eq!(reloads(&page.tell(Input::Chosen(Choice::Reload))), 1);
}

/// The announcements among effects.
fn announced(effects: &[Effect]) -> Vec<&Change> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Announce(change) => Some(change),
            _ => None,
        })
        .collect()
}

#[test]
fn the_old_server_is_the_document_s_own_whatever_was_heard_since() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    page.greeted("b", 10);
    page.fail();
    page.due(Timer::Retry);
    page.greeted("b", 60);
    let effects = page.tell(Input::Knocked { answered: true });
    let changes = announced(&effects);
    let ids = changes.first().map(|change| {
        let old = change.old.map(|old| text(old.id));
        (old, text(change.new.id))
    });
    assert_eq!(ids, Some((Some("a".to_owned()), "b".to_owned())));
}

#[test]
fn a_stamp_is_an_old_server_too() {
    let mut page = Page::new(stamped("a"));
    let effects = page.greeted("b", 10);
    let old = announced(&effects).first().and_then(|change| change.old);
    assert_eq!(old.map(|old| old.id), Some(name("a")));
}

#[test]
fn the_state_is_told_before_the_page_is_asked_to_act() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    let effects = page.tell_only(Input::Heard(page.stream(), id("b")));
    let at = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted);
    let state = at(|effect| {
        matches!(
            effect,
            Effect::Status {
                now: Status::Restarted,
                ..
            }
        )
    });
    let announcement = at(|effect| matches!(effect, Effect::Announce(_)));
    assert!(state.is_some() && state < announcement, "{effects:?}");
}

#[test]
fn a_knock_that_takes_long_is_told() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.fail();
    assert_eq!(shown(&page.due(Timer::Notice)), ["lost"]);
    assert_eq!(shown(&page.greeted("b", 10)), ["reloading"]);
}

#[test]
fn a_reload_by_hand_is_not_prevented_and_knocks_first() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.tell_only(Input::Knocked { answered: true });
    page.answer(1, true, true);
    page.settle(1, Err("no"));
    let effects = page.tell(Input::Chosen(Choice::Reload));
    assert!(effects.contains(&Effect::Knock), "{effects:?}");
    let effects = page.tell_only(Input::Knocked { answered: true });
    assert_eq!((announced(&effects).len(), reloads(&effects)), (0, 1));
}

#[test]
fn a_slow_reload_still_has_its_receipt() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.due(Timer::Leave);
    assert_eq!(shown(&page.reloaded(settings()).effects), ["reloaded"]);
}

#[test]
fn a_receipt_is_for_the_reload_and_not_for_a_later_visit() {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.pass(3_600_000);
    assert_eq!(shown(&page.reloaded(settings()).effects), [""; 0]);
}

#[test]
fn an_update_does_not_hide_a_lost_connection() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.answer(1, true, true);
    page.pass(2_000);
    page.fail();
    assert_eq!(page.status(), Status::Reconnecting);
    assert_eq!(shown(&page.due(Timer::Notice)), ["lost"]);
    let settled = page.settle(1, Ok(()));
    assert_eq!(shown(&settled), [""; 0]);
    assert_eq!(shown(&page.greeted("b", 9_000)), ["back"]);
}

/// A page whose person has something to lose is about to be loaded again.
fn careful(settings: Settings) -> Page {
    let mut page = Page::new(settings);
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page
}

fn answer(turn: u32, waits: bool) -> Input {
    Input::Answered {
        turn,
        prevented: false,
        waits,
        careful: true,
    }
}

#[test]
fn who_has_something_to_lose_is_asked_once() {
    for waits in [false, true] {
        let mut page = careful(settings());
        assert_eq!(shown(&page.tell(answer(1, waits))), ["prompt"]);
        assert_eq!(page.status(), Status::Prompt);
        // What the page has waited for is no answer of its person.
        page.settle(1, Ok(()));
        assert_eq!(reloads(&page.effects), 0);
        let effects = page.tell(Input::Chosen(Choice::Reload));
        assert_eq!(reloads(&effects), 1);
        let told = |it: &Effect| matches!(it, Effect::Announce(_));
        assert!(!effects.iter().any(told), "the page was told before");
    }
}

#[test]
fn who_has_something_to_lose_may_keep_it_until_the_next_restart() {
    let mut page = careful(settings());
    page.tell(answer(1, false));
    assert!(
        page.tell(Input::Chosen(Choice::Dismiss))
            .contains(&Effect::Hide)
    );
    assert_eq!(page.status(), Status::Connected);
    page.hear(id("b"));
    assert_eq!(reloads(&page.effects), 0);
    page.tell_only(Input::Heard(page.stream(), id("c")));
    assert_eq!(shown(&page.tell(answer(2, false))), ["prompt"]);
}

#[test]
fn who_was_asked_before_is_not_asked_again() {
    let mut page = careful(in_mode(Mode::Prompt));
    page.tell_only(Input::Chosen(Choice::Reload));
    assert_eq!(reloads(&page.tell(answer(1, false))), 1);
}

#[test]
fn a_page_that_is_only_told_loses_nothing() {
    let mut page = careful(in_mode(Mode::Event));
    assert_eq!(shown(&page.tell(answer(1, false))), ["told"]);
}
