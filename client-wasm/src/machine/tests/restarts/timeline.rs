//! What is shown while one is under way.

use super::*;

#[test]
fn the_whole_plan_is_shown_before_the_first_phase_ends() {
    let mut page = page();
    let effects = page.tell(ask(0, None));
    let asked = requests(&effects);
    assert_eq!(asked[0].token, "token");
    assert!(asked[0].op_id.starts_with("page-1000005050-"), "{asked:?}");
    assert_eq!(asked[0].within, 5_000);
    assert_eq!(shown(&effects), ["restarting"], "at once");
    page.tell(Input::Accepted(1, accepted("op")));
    let next = ["Stop", "Start", "Wait until ready", "Ready"].map(|it| (it.to_owned(), "next"));
    assert_eq!(marks(&page), next);
    page.tell(Input::Operated(1, Operated::Known(begun().into())));
    operated(
        &mut page,
        Operated::Passed(1, passed(Phase::Stopping, 1_000, None)),
    );
    operated(
        &mut page,
        Operated::Passed(2, passed(Phase::Starting, 1_120, None)),
    );
    let now = marks(&page);
    assert_eq!(
        now.iter().map(|(_, mark)| *mark).collect::<Vec<_>>(),
        ["done", "now", "next", "next"]
    );
    let notice = last_notice(&page);
    assert_eq!(notice.steps()[0].time().as_deref(), Some("120 ms"));
}

#[test]
fn a_phase_that_is_not_in_the_plan_is_shown_where_it_comes() {
    let mut page = page();
    restarting(&mut page);
    for (number, phase) in [Phase::Stopping, Phase::WaitingForPort, Phase::Starting]
        .into_iter()
        .enumerate()
    {
        let number = u64::try_from(number).expect("a small number") + 1;
        operated(
            &mut page,
            Operated::Passed(number, passed(phase, number * 100, None)),
        );
    }
    let labels: Vec<_> = marks(&page).into_iter().map(|(label, _)| label).collect();
    assert_eq!(
        labels,
        [
            "Stop",
            "Wait for the port",
            "Start",
            "Wait until ready",
            "Ready"
        ]
    );
}

#[test]
fn several_services_have_a_line_each() {
    let mut page = page();
    restarting(&mut page);
    let both = Operation {
        services: vec!["app".to_owned(), "worker".to_owned()],
        ..begun()
    };
    operated(&mut page, Operated::Known(both.into()));
    operated(
        &mut page,
        Operated::Passed(1, passed(Phase::Stopping, 1_000, None)),
    );
    operated(
        &mut page,
        Operated::Passed(2, passed(Phase::Ready, 1_120, None)),
    );
    assert_eq!(
        marks(&page),
        [
            ("app: Ready".to_owned(), "done"),
            ("worker".to_owned(), "next")
        ]
    );
}

#[test]
fn without_an_end_it_says_what_is_known_and_goes_on() {
    let mut page = page();
    restarting(&mut page);
    page.pass(2_000);
    operated(
        &mut page,
        Operated::Passed(1, passed(Phase::WaitingUntilReady, 1, None)),
    );
    let effects = page.due(Timer::Patience);
    assert_eq!(shown(&effects), ["restarting"]);
    assert_eq!(
        last_notice(&page).text(),
        "Restarting… No end after 30 s: it has been at “Wait until ready” for 28 s. Record: http://it/op"
    );
    let effects = operated(
        &mut page,
        Operated::Ended(ended(OperationStatus::Restarted)),
    );
    assert_eq!(shown(&effects), ["restarted"]);
}

#[test]
fn a_second_one_does_not_put_off_the_word_of_the_first() {
    let mut page = page();
    restarting(&mut page);
    page.pass(20_000);
    page.tell(ask(1, Some("worker")));
    let left = page
        .armed
        .iter()
        .filter(|(timer, _)| *timer == Timer::Patience);
    let left: Vec<_> = left.collect();
    assert!(
        left.len() == 1 && left[0].1 <= page.now.mono + 10_000,
        "{left:?}"
    );
}

#[test]
fn what_is_dismissed_comes_back_only_to_say_that_it_failed() {
    for (status, kinds) in [
        (OperationStatus::Restarted, Vec::new()),
        (OperationStatus::Exited, vec!["unrestarted"]),
    ] {
        let mut page = page();
        restarting(&mut page);
        page.tell(Input::Chosen(Choice::Dismiss));
        let effects = operated(
            &mut page,
            Operated::Passed(1, passed(Phase::Stopping, 1, None)),
        );
        assert_eq!(shown(&effects), [""; 0]);
        let effects = operated(&mut page, Operated::Ended(ended(status)));
        assert_eq!(shown(&effects), kinds);
    }
}

#[test]
fn the_timeline_stays_while_the_server_is_away() {
    let mut page = page();
    restarting(&mut page);
    page.hear(phase(Phase::Stopping));
    page.due(Timer::Notice);
    assert_eq!(last_notice(&page).kind(), "restarting");
}
