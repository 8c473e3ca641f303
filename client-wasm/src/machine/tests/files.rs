//! Changed page files and style sheets.

use super::*;

fn change(kind: ChangeKind, path: &str, revision: Option<&str>) -> Event {
    Event::Change(Changed {
        kind,
        paths: vec![name(path)],
        revision: revision.map(name),
    })
}

fn page_file(revision: Option<&str>) -> Event {
    change(ChangeKind::Page, "/index.html", revision)
}

fn style(revision: Option<&str>) -> Event {
    change(ChangeKind::Style, "/app.css", revision)
}

fn open(settings: Settings) -> Page {
    let mut page = Page::new(settings);
    page.opened();
    page.hear(revised("a", "r1"));
    page
}

fn swaps(effects: &[Effect]) -> usize {
    let swap = Effect::SwapStyles(vec![name("/app.css")]);
    effects.iter().filter(|effect| **effect == swap).count()
}

#[test]
fn a_changed_page_is_loaded_again() {
    let mut page = open(settings());
    let effects = page.hear(page_file(Some("r2")));
    assert_eq!(reloads(&effects), 1);
    let told = effects.iter().find_map(|effect| match effect {
        Effect::Announce(change) => Some((change.cause, change.paths.clone())),
        _ => None,
    });
    assert_eq!(told, Some((Cause::Change, vec![name("/index.html")])));
    let mut next = page.reloaded(settings());
    assert_eq!(shown(&next.effects), ["reloaded"]);
    next.opened();
    assert_eq!(reloads(&next.hear(revised("a", "r2"))), 0);
    assert_eq!(reloads(&next.hear(page_file(Some("r2")))), 0, "it has it");
}

#[test]
fn files_that_are_saved_together_are_all_told() {
    let mut page = open(settings());
    assert_eq!(swaps(&page.hear(style(Some("r2")))), 1);
    assert_eq!(swaps(&page.hear(style(Some("r2")))), 1);
    assert_eq!(reloads(&page.hear(page_file(Some("r2")))), 1);

    let mut page = Page::new(in_mode(Mode::Event));
    page.opened();
    page.hear(revised("a", "r1"));
    for _ in 0..2 {
        assert_eq!(shown(&page.hear(page_file(Some("r2")))), ["told"]);
    }
}

#[test]
fn a_page_that_does_it_itself_goes_with_the_new_files() {
    for revision in [None, Some("r2")] {
        let mut page = Page::new(in_mode(Mode::Event));
        page.opened();
        page.hear(revised("a", "r1"));
        assert_eq!(shown(&page.hear(page_file(revision))), ["told"]);
        page.pass(2_000);
        page.fail();
        page.opened();
        let effects = page.hear(revised("a", revision.unwrap_or("r1")));
        assert_eq!(shown(&effects), [""; 0], "{revision:?}");
    }
}

#[test]
fn fast_saving_of_pages_is_no_loop() {
    for known in [false, true] {
        let mut page = Page::new(in_mode(Mode::Event));
        page.opened();
        page.hear(id("a"));
        for number in 0..40 {
            page.pass(400);
            let revision = known.then(|| number.to_string());
            let effects = page.hear(page_file(revision.as_deref()));
            assert_eq!(shown(&effects), ["told"], "{number}");
        }
    }
}

#[test]
fn while_the_server_is_not_ready_the_coming_id_decides() {
    for (next, revision) in [
        ("a", None),
        ("a", Some("r2")),
        ("b", None),
        ("b", Some("r2")),
    ] {
        let mut page = open(settings());
        page.hear(phase(Phase::Stopping));
        assert_eq!(reloads(&page.hear(page_file(revision))), 0);
        assert_eq!(reloads(&page.hear(id(next))), 1, "{next} {revision:?}");
    }
}

#[test]
fn a_change_that_was_not_acted_upon_is_not_forgotten() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.pass(2_000);
    page.hear(page_file(None));
    page.fail();
    let effects = page.greeted("a", 62_000);
    assert!(effects.contains(&Effect::Knock), "{effects:?}");
    assert_eq!(reloads(&page.tell(Input::Knocked { answered: true })), 1);
}

#[test]
fn a_repeated_id_does_not_cancel_a_change() {
    let mut page = Page::new(in_mode(Mode::Prompt));
    page.greeted("a", 60_000);
    page.hear(page_file(None));
    page.hear(id("a"));
    assert_eq!(page.status(), Status::Prompt);
    page.tell(Input::Chosen(Choice::Dismiss));
    page.hear(id("a"));
    assert_eq!(page.status(), Status::Connected);
}

#[test]
fn a_change_during_a_restart_is_part_of_it() {
    let mut page = Page::new(knocking());
    page.greeted("a", 60_000);
    page.hear(id("b"));
    page.hear(page_file(None));
    let effects = page.tell_only(Input::Knocked { answered: true });
    let causes: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Announce(change) => Some((change.cause, change.paths.len())),
            _ => None,
        })
        .collect();
    assert_eq!(causes, [(Cause::Restart, 1)]);
}

#[test]
fn styles_are_swapped_and_the_page_stays() {
    let mut page = open(settings());
    let effects = page.hear(style(Some("r2")));
    assert_eq!((swaps(&effects), reloads(&effects)), (1, 0));
    assert_eq!(page.status(), Status::Connected);
    assert_eq!(shown(&page.tell(Input::Swapped)), ["styles"]);
    page.pass(2_000);
    page.fail();
    page.opened();
    assert_eq!(reloads(&page.hear(revised("a", "r2"))), 0, "it has them");
    assert_eq!(swaps(&page.hear(style(Some("r2")))), 0);
    assert_eq!(swaps(&page.hear(style(None))), 1);
}

#[test]
fn styles_that_changed_while_nobody_listened_are_a_change() {
    let mut page = open(settings());
    page.hear(style(Some("r2")));
    page.pass(2_000);
    page.fail();
    page.opened();
    assert_eq!(reloads(&page.hear(revised("a", "r3"))), 1);
}

#[test]
fn a_style_swap_does_not_hide_that_the_page_is_out_of_date() {
    let mut page = Page::new(in_mode(Mode::Prompt));
    page.opened();
    page.hear(revised("a", "r1"));
    page.hear(page_file(Some("r2")));
    assert_eq!(swaps(&page.hear(style(Some("r3")))), 1);
    assert_eq!(shown(&page.tell(Input::Swapped)), [""; 0]);
    assert_eq!(page.status(), Status::Prompt);
    page.pass(2_000);
    page.fail();
    page.opened();
    page.hear(revised("a", "r3"));
    assert_eq!(page.status(), Status::Prompt);
}

#[test]
fn a_hidden_page_swaps_at_once() {
    let mut page = open(Settings {
        hidden: true,
        ..settings()
    });
    assert_eq!(swaps(&page.hear(style(None))), 1);
}

#[test]
fn what_a_stopped_server_could_not_serve_is_swapped_when_it_is_ready() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.hear(phase(Phase::Crashed));
    assert_eq!(swaps(&page.hear(style(None))), 1);
    assert_eq!(shown(&page.tell(Input::Swapped)), [""; 0]);
    assert_eq!(swaps(&page.hear(id("b"))), 1);
    assert_eq!(swaps(&page.hear(id("b"))), 0);
}

#[test]
fn a_swap_does_not_cover_what_is_more_important() {
    let mut page = Page::new(in_mode(Mode::Event));
    page.greeted("a", 60_000);
    page.tell_only(Input::Heard(page.stream(), id("b")));
    page.answer(1, true, true);
    page.settle(1, Err("no data"));
    page.hear(style(None));
    assert_eq!(shown(&page.tell(Input::Swapped)), [""; 0]);
}
