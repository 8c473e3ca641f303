//! Where the request has no answer.

use super::*;

/// Asked, and the answer is lost.
fn doubting(page: &mut Page) -> Vec<Effect> {
    let effects = page.tell(ask(0, None));
    assert_eq!(requests(&effects).len(), 1);
    let refusal = Refusal {
        status: None,
        why: said("no answer"),
    };
    page.tell(Input::Refused(1, refusal))
}

#[test]
fn its_record_tells_whether_it_has_arrived() {
    let mut page = page();
    let effects = doubting(&mut page);
    assert_eq!(looks(&effects), 1);
    assert!(settled(&effects).is_empty() && shown(&effects).is_empty());
    operated(&mut page, Operated::Known(begun()));
    assert_eq!(settled(&page.due(Timer::Patience)), [], "it is one");
    let effects = operated(
        &mut page,
        Operated::Known(ended(OperationStatus::Restarted)),
    );
    assert_eq!(settled(&effects), [(vec![0], None)]);
}

#[test]
fn where_that_fails_too_there_is_none_and_a_later_click_begins_anew() {
    for what in [Some(Operated::Lost), None] {
        let mut page = page();
        doubting(&mut page);
        assert_eq!(requests(&page.tell(ask(1, None))).len(), 0, "joins");
        let effects = match what {
            Some(what) => operated(&mut page, what),
            None => page.due(Timer::Patience),
        };
        assert_eq!(shown(&effects), ["refused"]);
        assert_eq!(settled(&effects), [(vec![0, 1], Some(said("no answer")))]);
        assert_eq!(requests(&page.tell(ask(2, None))).len(), 1);
    }
}

#[test]
fn a_lost_connection_leaves_it_open() {
    let mut page = page();
    doubting(&mut page);
    page.fail();
    page.pass(6_000);
    page.tell(Input::Online);
    let effects = page.opened();
    assert!(settled(&effects).is_empty());
    assert_eq!(looks(&effects), 1);
}
