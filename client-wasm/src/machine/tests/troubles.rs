//! The overlay.

use super::*;

/// What the overlay was told last: titles, and whether the server of before goes on.
fn overlay(page: &Page) -> (Vec<String>, bool) {
    let told = page.effects.iter().rev().find_map(|effect| match effect {
        Effect::Explain { problems, kept } => Some((problems, *kept)),
        _ => None,
    });
    told.map_or((Vec::new(), false), |(problems, kept)| {
        (problems.iter().map(|it| text(it.what)).collect(), kept)
    })
}

fn titles(page: &Page) -> Vec<String> {
    overlay(page).0
}

fn page() -> Page {
    let mut page = Page::new(settings());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page
}

fn trouble(title: &str) -> Event {
    Event::Problem(problem("app", title))
}

#[test]
fn a_failed_check_is_explained_until_it_passes() {
    let mut page = page();
    page.hear(phase(Phase::Checking));
    page.hear(phase(Phase::Failed));
    page.hear(trouble("check failed"));
    assert_eq!(overlay(&page), (vec!["check failed".to_owned()], true));
    assert_eq!(page.status(), Status::Connected);
    page.hear(Event::Ping);
    page.hear(phase(Phase::Checking));
    assert_eq!(titles(&page), ["check failed"], "until it passes");
    page.hear(phase(Phase::Ready));
    assert_eq!(titles(&page), [""; 0], "it was put back");
}

#[test]
fn a_crash_is_explained_and_nothing_goes_on() {
    let mut page = page();
    page.hear(trouble("exited with code 1"));
    page.hear(phase(Phase::Crashed));
    assert_eq!(
        overlay(&page),
        (vec!["exited with code 1".to_owned()], false)
    );
    assert_eq!(page.status(), Status::Waiting);
    page.hear(phase(Phase::Ready));
    assert_eq!(titles(&page), [""; 0]);
}

#[test]
fn a_dismissed_problem_stays_away_until_a_different_one_comes() {
    let mut page = page();
    page.hear(trouble("one"));
    page.tell(Input::Chosen(Choice::Close));
    assert_eq!(titles(&page), [""; 0]);
    page.hear(trouble("one"));
    page.fail();
    page.opened();
    page.hear(not_ready(Phase::Failed));
    page.hear(trouble("one"));
    assert_eq!(titles(&page), [""; 0]);
    page.hear(trouble("two"));
    assert_eq!(titles(&page), ["two"]);
    page.hear(trouble("one"));
    assert_eq!(titles(&page), ["one"]);
}

#[test]
fn a_solved_problem_that_comes_back_is_a_new_one() {
    let mut page = page();
    page.hear(trouble("one"));
    page.tell(Input::Chosen(Choice::Close));
    page.hear(phase(Phase::Ready));
    page.hear(trouble("one"));
    assert_eq!(titles(&page), ["one"]);
}

#[test]
fn the_newest_comes_first_and_each_service_has_one() {
    let mut page = page();
    page.hear(trouble("one"));
    page.hear(Event::Problem(problem("api", "two")));
    assert_eq!(titles(&page), ["two", "one"]);
    page.hear(trouble("three"));
    assert_eq!(titles(&page), ["three", "two"]);
    page.hear(phase_of("api", Phase::Ready));
    assert_eq!(titles(&page), ["three"]);
}

#[test]
fn what_a_new_stream_does_not_repeat_is_over() {
    for (greeting, next, left) in [
        (hello("a", 62_000), None, 0),
        (not_ready(Phase::Failed), None, 1),
        (not_ready(Phase::Failed), Some(Event::Ping), 0),
        (not_ready(Phase::Failed), Some(phase(Phase::Checking)), 0),
        (not_ready(Phase::Failed), Some(trouble("one")), 1),
    ] {
        let mut page = page();
        page.hear(trouble("one"));
        page.fail();
        assert_eq!(titles(&page), ["one"], "a loss says nothing");
        page.opened();
        page.hear(greeting);
        if let Some(next) = next.clone() {
            page.hear(next);
            page.hear(Event::Ping);
        }
        assert_eq!(titles(&page).len(), left, "{next:?}");
    }
}

#[test]
fn a_repeated_problem_is_not_shown_anew() {
    let mut page = page();
    page.hear(phase(Phase::Failed));
    page.hear(trouble("one"));
    page.fail();
    page.opened();
    let from = page.effects.len();
    page.hear(Event::Hello(Greeting {
        id: Some(name("a")),
        phase: Some(Phase::Failed),
        ..Greeting::default()
    }));
    page.hear(id("a"));
    page.hear(trouble("one"));
    page.hear(Event::Ping);
    let again = page.effects[from..]
        .iter()
        .filter(|effect| matches!(effect, Effect::Explain { problems, .. } if problems.len() != 1))
        .count();
    assert_eq!((again, titles(&page)), (0, vec!["one".to_owned()]));
}

#[test]
fn off_and_away_it_is_gone_and_comes_back_with_the_stream() {
    let off = Input::Enable {
        on: false,
        here: true,
    };
    let on = Input::Enable {
        on: true,
        here: true,
    };
    for (rest, again) in [(off, on), (Input::PageHide, shown_again(Vec::new()))] {
        let mut page = page();
        page.hear(trouble("one"));
        page.tell(rest);
        assert_eq!(titles(&page), [""; 0]);
        page.tell(again);
        page.greeted("a", 63_000);
        page.hear(trouble("one"));
        assert_eq!(titles(&page), ["one"]);
    }
}
