//! Several services, and those that somebody else runs.

use super::*;

/// Brings up every service of ours that waits for its port, with this run.
pub(super) fn up(story: &mut Story, no: ServiceNo, run: Run) -> String {
    story.tell(Input::Port(no, PortState::Free));
    story.tell(Input::Spawned {
        service: no,
        run,
        pid: 1,
    });
    story.tell(Input::Ready { service: no, run })
}

fn two() -> Story {
    let mut story = Story::new([PLAIN, PLAIN]);
    let both = "waiting_for_port, port?, 1:waiting_for_port, 1:port?";
    assert_eq!(story.tell(Input::Start), both);
    assert_eq!(up(&mut story, 0, 1), "ready", "the other is not there yet");
    assert_eq!(up(&mut story, 1, 2), "1:ready, 1:id");
    story.pass(60_000);
    story
}

pub(super) fn goes(story: &mut Story, service: ServiceNo, run: Run) -> String {
    let exit = Exit::default();
    let output = String::new();
    story.tell(Input::Gone {
        service,
        run,
        exit,
        output,
    })
}

#[test]
fn the_id_moves_once_all_are_ready_again() {
    for first in [0, 1] {
        let mut story = two();
        let both = "no id, stopping, stop, kill in 3000, \
                    no id, 1:stopping, 1:stop, 1:kill in 3000";
        assert_eq!(story.save("a.py"), both);
        let last = 1 - first;
        goes(&mut story, first, 1 + first as u64);
        let name = |no, what: &str| {
            if no == 0 {
                what.to_owned()
            } else {
                format!("1:{what}")
            }
        };
        assert_eq!(up(&mut story, first, 3), name(first, "ready"));
        goes(&mut story, last, 1 + last as u64);
        let (ready, id) = (name(last, "ready"), name(last, "id"));
        let then = format!("{ready}, {id}, op 1 Restarted");
        assert_eq!(
            up(&mut story, last, 4),
            then,
            "what is changed at once is one operation"
        );
        assert_eq!(story.moves(), 2, "{:?}", story.effects);
    }
}

#[test]
fn one_of_two_is_restarted() {
    let mut story = two();
    let restart = Input::Restart {
        services: vec![1],
        cause: Cause::Page,
    };
    assert_eq!(
        story.tell(restart),
        "no id, 1:stopping, 1:stop, 1:kill in 3000"
    );
    assert_eq!(goes(&mut story, 1, 2), "1:waiting_for_port, 1:port?");
    assert_eq!(up(&mut story, 1, 3), "1:ready, 1:id, op 1 Restarted");
}

#[test]
fn one_that_crashes_holds_the_id_of_the_other_back() {
    let mut story = two();
    assert!(goes(&mut story, 0, 1).starts_with("no id, backing_off"));
    let restart = Input::Restart {
        services: vec![1],
        cause: Cause::Key,
    };
    story.tell(restart);
    goes(&mut story, 1, 2);
    assert_eq!(up(&mut story, 1, 3), "1:ready, op 1 Restarted");
    story.due(Timer::Pause(0));
    let then = up(&mut story, 0, 4);
    assert_eq!(then.matches("id").count(), 1, "{then}");
    assert_eq!(story.moves(), 2);
}

/// The worker of the first is another one while the second is not ready.
#[test]
fn a_hand_over_of_one_waits_for_the_other() {
    let mut story = two();
    goes(&mut story, 1, 2);
    let handed = Input::HandedOver {
        service: 0,
        run: 1,
        pid: Some(9),
    };
    assert_eq!(story.tell(handed), "");
    story.due(Timer::Pause(1));
    assert!(up(&mut story, 1, 3).ends_with("1:id, op 1 Restarted"));
    assert_eq!(story.moves(), 2);
}

#[test]
fn quit_waits_for_all() {
    let mut story = two();
    story.tell(Input::Quit { hard: false });
    assert_eq!(goes(&mut story, 1, 2), "");
    assert_eq!(goes(&mut story, 0, 1), "done");
}

fn is_up(story: &mut Story, pid: u32) -> String {
    let pid = Some(pid);
    story.tell(Input::Up { service: 0, pid })
}

#[test]
fn one_of_somebody_else_is_followed() {
    let mut story = Story::new([ATTACHED]);
    assert_eq!(story.tell(Input::Start), "waiting_until_ready");
    assert_eq!(story.tell(Input::Away(0)), "");
    assert_eq!(is_up(&mut story, 5), "ready, id");
    assert_eq!(is_up(&mut story, 6), "ready, id", "restarted in no time");
    assert_eq!(story.tell(Input::Away(0)), "no id, waiting_until_ready");
    assert_eq!(is_up(&mut story, 7), "ready, id");
    let news = story.news();
    let ready = matches!(
        news[0],
        News::Ready {
            pid: Some(5),
            before: None,
            ..
        }
    );
    assert!(ready, "{news:?}");
    let moved = |pid| News::Moved {
        pid: Some(pid),
        before: Some(pid - 1),
    };
    assert_eq!(news[1..], [moved(6), moved(7)]);
}

/// Its own id was never told, and pages have that of the one of before.
#[test]
fn one_that_goes_before_its_id_is_told_is_withdrawn() {
    let mut story = Story::new([ATTACHED]);
    story.tell(Input::Start);
    is_up(&mut story, 5);
    assert_eq!(story.whole("a.css"), "read a.css");
    assert_eq!(is_up(&mut story, 6), "");
    assert_eq!(story.tell(Input::Away(0)), "no id, waiting_until_ready");
    assert_eq!(story.read(&[]), "");
    assert_eq!(is_up(&mut story, 7), "ready, id");
}

#[test]
fn nobody_elses_is_restarted() {
    let mut story = Story::new([ATTACHED]);
    story.tell(Input::Start);
    is_up(&mut story, 5);
    assert_eq!(story.ask(), "");
    assert_eq!(story.save("a.py"), "");
    assert_eq!(story.save("a.css"), "style /a.css");
    assert_eq!(story.read(&["a.py", "a.html"]), "page /a.html");
    assert_eq!(
        story.tell(Input::Up {
            service: 1,
            pid: None
        }),
        "",
        "no such service"
    );
}

#[test]
fn ours_beside_somebody_elses() {
    let mut story = Story::new([ATTACHED, PLAIN]);
    story.tell(Input::Start);
    is_up(&mut story, 5);
    assert_eq!(up(&mut story, 1, 2), "1:ready, 1:id");
    story.pass(60_000);
    assert_eq!(
        story.save("a.py"),
        "no id, 1:stopping, 1:stop, 1:kill in 3000"
    );
    let wrong = Input::Up {
        service: 1,
        pid: None,
    };
    assert_eq!(story.tell(wrong), "", "it is ours");
}
