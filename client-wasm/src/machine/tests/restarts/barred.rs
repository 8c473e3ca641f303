//! Where none can be asked for.

use super::*;

fn bars(effects: &[Effect]) -> Vec<&Bar> {
    let bars = effects.iter().filter_map(|effect| match effect {
        Effect::Bar(bar) => Some(bar),
        _ => None,
    });
    bars.collect()
}

#[test]
fn where_no_restart_is_offered_the_elements_hide_and_say_why() {
    let refusing = |refused: Option<&str>| {
        Event::Hello(Greeting {
            id: Some(name("a")),
            refused: refused.map(name),
            ..Greeting::default()
        })
    };
    let mut page = Page::new(settings());
    page.opened();
    let effects = page.hear(refusing(Some("no backend is run here")));
    assert_eq!(
        bars(&effects)[0].of(None),
        Some(said("no backend is run here"))
    );
    let effects = page.tell(ask(0, None));
    assert!(requests(&effects).is_empty());
    assert_eq!(
        settled(&effects),
        [(vec![0], Some(said("no backend is run here")))]
    );
    assert_eq!(
        last_notice(&page),
        Notice::Refused(said("no backend is run here"))
    );
    page.fail();
    page.tell(Input::Online);
    page.opened();
    let effects = page.hear(hello("a", 60_000));
    assert_eq!(bars(&effects)[0].of(None), None, "a later hello allows it");
}

#[test]
fn an_own_endpoint_offers_none() {
    let mut page = Page::new(settings());
    assert!(bars(&page.opened()).is_empty());
    let effects = page.hear(id("a"));
    assert_eq!(bars(&effects)[0].of(None), Some(Why::OwnEndpoint));
}

#[test]
fn off_offers_none_and_on_does_again() {
    let mut page = page();
    page.tell(ask(0, None));
    let effects = page.tell(Input::Enable {
        on: false,
        here: true,
    });
    assert_eq!(bars(&effects)[0].of(None), Some(Why::Off));
    assert!(settled(&effects)[0].1.is_some());
    let effects = page.tell(Input::Enable {
        on: true,
        here: true,
    });
    assert_eq!(bars(&effects)[0].of(None), None);
}

#[test]
fn a_refusal_hides_what_it_is_about() {
    for (service, status, hidden, others) in [
        (None, Some(403), true, true),
        (None, Some(404), true, false),
        (Some("worker"), Some(404), true, false),
        (Some("worker"), Some(403), true, true),
        (None, Some(429), false, false),
    ] {
        let mut page = page();
        page.tell(ask(0, service));
        let why = said("no");
        let effects = page.tell(Input::Refused(1, Refusal { status, why }));
        let bar = bars(&effects)
            .last()
            .map(|bar| (*bar).clone())
            .unwrap_or_default();
        assert_eq!(
            bar.of(service.map(name)).is_some(),
            hidden,
            "{service:?} {status:?}"
        );
        assert_eq!(
            bar.of(Some(name("api"))).is_some(),
            others,
            "{service:?} {status:?}"
        );
        assert_eq!(shown(&effects), ["refused"]);
        assert_eq!(settled(&effects), [(vec![0], Some(said("no")))]);
    }
}
