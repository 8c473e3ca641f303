//! When files are settled.

use super::*;

fn lock(story: &mut Story, held: bool) -> String {
    story.tell(Input::File(FileEvent::Lock { held }))
}

fn watching() -> Story {
    let mut story = Story::new([]);
    story.tell(Input::Start);
    story
}

#[test]
fn a_file_that_is_whole_is_read_at_once() {
    let mut story = watching();
    assert_eq!(story.touched("a.py"), "settle in 10");
    story.pass(1);
    assert_eq!(story.whole("a.py"), "read a.py");
    story.read(&[]);
    story.pass(300);
    assert_eq!(story.whole("b.py"), "read b.py");
}

/// It pauses for longer than quiet takes, but closes its file at last.
#[test]
fn a_slow_writer_is_read_as_soon_as_it_closes() {
    let mut story = watching();
    story.touched("a.py");
    assert_eq!(story.due(Timer::Settle), "read a.py");
    story.read(&["a.py"]);
    story.pass(5);
    assert_eq!(story.whole("a.py"), "read a.py");
}

/// A temporary file beside it is written, closed and gone; then the file is there.
#[test]
fn a_file_that_is_moved_into_place_is_read_at_once() {
    for answered_first in [true, false] {
        let mut story = watching();
        story.touched("tmp");
        story.pass(3);
        assert_eq!(story.whole("tmp"), "read tmp");
        if answered_first {
            assert_eq!(story.read(&[]), "");
            assert_eq!(story.whole("a.py"), "read a.py");
        } else {
            assert_eq!(story.whole("a.py"), "");
            assert_eq!(story.read(&[]), "read a.py");
        }
    }
}

/// Both events of a rename, before and after the first was read.
#[test]
fn a_rename_is_read_at_once() {
    for answered in [true, false] {
        let mut story = watching();
        assert_eq!(story.whole("a.py"), "read a.py");
        if answered {
            story.read(&["a.py"]);
        }
        story.pass(1);
        let then = story.whole("a.py");
        if answered {
            assert_eq!(then, "read a.py");
        } else {
            assert_eq!(then, "");
            assert_eq!(story.read(&["a.py"]), "read a.py, page /a.py");
        }
        assert_eq!(story.read(&[]), "");
    }
}

#[test]
fn an_open_file_is_given_10_ms_of_quiet() {
    let mut story = watching();
    for _ in 0..5 {
        assert_eq!(story.touched("a.py"), "settle in 10");
        story.pass(9);
    }
    assert_eq!(story.due(Timer::Settle), "read a.py");
}

/// A timer may run out a little early, or be replaced in the last moment.
#[test]
fn a_timer_that_is_too_early_waits_for_the_rest() {
    let mut story = watching();
    story.touched("a.py");
    story.pass(4);
    assert_eq!(story.tell(Input::Due(Timer::Settle)), "settle in 6");
    assert_eq!(story.due(Timer::Settle), "read a.py");
}

/// A formatter, a code generator, a branch switch without git.
#[test]
fn several_files_are_read_together() {
    let mut story = watching();
    assert_eq!(story.whole("a.py"), "read a.py");
    story.pass(30);
    assert_eq!(story.whole("b.py"), "");
    assert_eq!(story.read(&["a.py"]), "settle in 120, page /a.py");
    story.pass(30);
    assert_eq!(story.whole("c.py"), "settle in 120");
    assert_eq!(story.due(Timer::Settle), "read b.py c.py");
}

#[test]
fn the_stretch_is_half_a_second_at_most() {
    let mut story = watching();
    for gap in [120, 120, 120, 400, 400] {
        story.whole("a.py");
        story.whole("b.py");
        if story.machine.reading {
            story.read(&[]);
        }
        story.pass(gap);
    }
    assert_eq!(story.whole("a.py"), "settle in 500");
}

/// As `git checkout` of another branch.
#[test]
fn git_is_waited_for() {
    let mut story = watching();
    assert_eq!(lock(&mut story, true), "");
    for no in 0..500 {
        let path = format!("{no}.py");
        assert_eq!(story.whole(&path), "settle in 500", "{path}");
        story.now += Duration::from_micros(190);
    }
    assert_eq!(lock(&mut story, false), "settle in 10");
    let all = story.due(Timer::Settle);
    assert_eq!(all.matches(".py").count(), 500);
}

#[test]
fn one_file_is_read_as_soon_as_git_has_finished() {
    let mut story = watching();
    lock(&mut story, true);
    assert_eq!(story.whole("a.py"), "settle in 500");
    assert_eq!(lock(&mut story, false), "read a.py");
}

#[test]
fn a_stale_lock_costs_half_a_second() {
    let mut story = watching();
    lock(&mut story, true);
    story.pass(60_000);
    assert_eq!(story.whole("a.py"), "settle in 500");
    assert_eq!(story.due(Timer::Settle), "read a.py");
}

#[test]
fn an_endless_writer_is_read_every_5_s() {
    let mut story = watching();
    let began = story.now;
    while story.now < began + ms(4_995) {
        assert_eq!(story.touched("a.log"), "settle in 10");
        story.pass(5);
    }
    assert_eq!(story.touched("a.log"), "settle in 5");
    assert_eq!(story.due(Timer::Settle), "read a.log");
    assert_eq!(story.now, began + ms(5_000));
}

/// A save every 20 ms for a second: how a service then fares whose stop takes 2 ms, and its start 30.
#[test]
fn fifty_saves_in_a_second_are_two_restarts_at_most() {
    fifty_saves(FileEvent::Whole);
}

/// Where the system does not say when a file is closed.
#[test]
fn fifty_saves_that_nobody_closes_are_two_restarts_at_most() {
    fifty_saves(FileEvent::Touched);
}

fn fifty_saves(event: fn(PathBuf) -> FileEvent) {
    let mut story = Story::ready(PLAIN);
    let began = story.now;
    let mut content = 0;
    let mut started_with = 0;
    let mut starts = 0;
    let mut due: Vec<(Duration, Input)> = Vec::new();
    for no in 1..=50 {
        let event = event("a.py".into());
        due.push((began + ms(20 * no), Input::File(event)));
    }
    while let Some(at) = due
        .iter()
        .map(|(at, _)| *at)
        .chain(story.timers.values().copied())
        .min()
    {
        story.now = at;
        let timer = story
            .timers
            .iter()
            .find(|(_, due)| **due == at)
            .map(|(timer, _)| *timer);
        let input = if let Some(timer) = timer {
            story.timers.remove(&timer);
            Input::Due(timer)
        } else {
            let place = due.iter().position(|(it, _)| *it == at).unwrap();
            due.remove(place).1
        };
        content += u64::from(matches!(input, Input::File(_)));
        let before = story.effects.len();
        story.tell(input);
        for effect in &story.effects[before..] {
            let (after, answer) = match *effect {
                Effect::Read(_) => {
                    let changes = story.index.insert("a.py".into(), content) != Some(content);
                    let change = Change {
                        path: "a.py".into(),
                        class: Class::Code,
                        services: vec![0],
                        url: String::new(),
                        before: None,
                        after: Some(content),
                    };
                    (
                        0,
                        Input::Read(changes.then_some(change).into_iter().collect()),
                    )
                }
                Effect::Stop(service) => {
                    let (run, exit, output) = (1 + starts, Exit::default(), String::new());
                    (
                        2,
                        Input::Gone {
                            service,
                            run,
                            exit,
                            output,
                        },
                    )
                }
                Effect::AwaitPort(no) => (0, Input::Port(no, PortState::Free)),
                Effect::Spawn(service, run) => {
                    (starts, started_with) = (starts + 1, content);
                    (
                        0,
                        Input::Spawned {
                            service,
                            run,
                            pid: 9,
                        },
                    )
                }
                Effect::Probe(service, run) => (30, Input::Ready { service, run }),
                _ => continue,
            };
            due.push((story.now + ms(after), answer));
        }
    }
    assert!((1..=2).contains(&starts), "{starts} restarts");
    assert_eq!(started_with, 50, "the last content runs");
    assert_eq!(story.moves(), 2, "pages load anew once");
}
