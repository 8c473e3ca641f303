//! Both ways over the border.

use proptest::collection::vec;
use proptest::prelude::*;

use super::samples::{ask, effects, name, notices};
use super::*;
use crate::machine::*;
use crate::name::Name;

const NONE: f64 = f64::NAN;

fn written(effect: &Effect) -> Vec<f64> {
    let mut numbers = Vec::new();
    effect.write(&mut numbers);
    numbers
}

/// As text, because `NaN` is not equal to itself.
fn same(numbers: &[f64], expected: &[f64]) -> bool {
    format!("{numbers:?}") == format!("{expected:?}")
}

#[test]
fn effects_are_written_as_their_numbers() {
    let expected: [&[f64]; 28] = [
        &[1.0],
        &[],
        &[10.0, 2_000.0],
        &[1.0],
        &[],
        &[],
        &[2.0, 1.0, 0.0, NONE, NONE, 1.0, 4711.0, NONE, 0.0, 5.0, 6.0],
        &[],
        &[11.0, 0.0],
        &[],
        &[5.0],
        &[1.0, 1.0, 2.0],
        &[12.0, 1.0, 1.0, 1.0, 4711.0, NONE],
        &[2.0, 1.0],
        &[0.0],
        &[2.0],
        &[0.0, 7.0, 8.0, 2.0, 9.0, 0.0],
        &[3.0, 7.0, 0.0, 5_000.0],
        &[3.0],
        &[NONE, -1.0, 0.0, 4.0],
        &[0.0, 0.0, 4.0, 8.0, -3.0],
        &[],
        &[1.0],
        &[],
        &[3.0],
        &[9.0, 1.0, 0.0],
        &[],
        &[],
    ];
    let effects = effects();
    assert_eq!(effects.len(), expected.len());
    for (at, (effect, word)) in effects.iter().enumerate() {
        assert_eq!(usize::try_from(effect.kind()).ok(), Some(at), "{word}");
        let numbers = written(effect);
        assert!(same(&numbers, expected[at]), "{word}: {numbers:?}");
    }
}

#[test]
fn notices_are_written_as_their_numbers() {
    let receipt = [0.0, NONE, 1.0, 2.0, 1.0];
    let expected: [&[f64]; 18] = [
        &[],
        &[],
        &[NONE],
        &[],
        &[1.0],
        &receipt,
        &[0.0],
        &receipt,
        &receipt,
        &[],
        &[2.0],
        &[0.0],
        &[],
        &[],
        &[3.0, 1.0, 900.0, 30.0],
        &[3.0, 6.0, 900.0, 30.0],
        &[3.0, 4.0, 900.0, 30.0],
        &[-6.0],
    ];
    for (at, notice) in notices().into_iter().enumerate() {
        let numbers = written(&Effect::Show(notice));
        assert_eq!(Some(numbers[0]), u32::try_from(at).ok().map(f64::from));
        assert!(same(&numbers[1..], expected[at]), "{notice:?}: {numbers:?}");
    }
}

#[test]
fn who_was_asked_is_read_again() {
    let numbers = written(&Effect::Confirm(Some(name(9)), ask()));
    assert_eq!(input(22, &numbers[1..]), Some(Input::Restart(ask())));
    let blocked = [&[1.0], &numbers[1..]].concat();
    let ask = ask();
    let unconfirmed = Input::Unconfirmed { ask, blocked: true };
    assert_eq!(input(23, &blocked), Some(unconfirmed));
}

#[test]
#[expect(clippy::too_many_lines, reason = "there are many inputs")]
fn inputs_are_read_from_their_numbers() {
    let operation = Operation {
        op_id: name(7),
        passed: 2,
        ended: Some(OperationStatus::Exited),
        id_after: None,
        took: Some(812),
        pid_before: Some(1),
        pid_after: None,
    };
    let greeting = Greeting {
        id: Name::new(1),
        id_age: Some(5),
        revision: Name::new(2),
        phase: Some(Phase::Ready),
        pid: Some(4711),
        heartbeat: Some(10_000),
        may_restart: true,
        refused: None,
    };
    let doing = Doing {
        service: name(3),
        phase: Phase::Checking,
        pid: None,
        op_id: Name::new(7),
    };
    let changed = Changed {
        kind: ChangeKind::Page,
        revision: None,
        paths: vec![name(5), name(6)],
    };
    let problem = Problem {
        service: name(3),
        what: name(4),
    };
    let health = Health {
        id: Name::new(1),
        id_age: Some(5),
        revision: None,
        pid: Some(4711),
    };
    let why = Why::Said(name(4));
    let of_operation = [3.0, 7.0, 2.0, 6.0, 0.0, 812.0, 1.0, NONE];
    let heard = |event| Input::Heard(1, event);
    let cases: [(u32, &[f64], Input); 34] = [
        (0, &[], Input::Start),
        (1, &[1.0], Input::Opened(1)),
        (2, &[1.0], Input::Failed(1)),
        (
            3,
            &[1.0, 1.0, 5.0, 2.0, 2.0, 4711.0, 10_000.0, 1.0, 0.0],
            heard(Event::Hello(greeting)),
        ),
        (4, &[1.0, 9.0], heard(Event::Id(name(9)))),
        (5, &[1.0, 3.0, 3.0, NONE, 7.0], heard(Event::Phase(doing))),
        (6, &[1.0, 1.0, 0.0, 5.0, 6.0], heard(Event::Change(changed))),
        (7, &[1.0, 3.0, 4.0], heard(Event::Problem(problem))),
        (8, &[1.0], heard(Event::Ping)),
        (9, &[1.0], heard(Event::Shutdown)),
        (10, &[1.0], heard(Event::Done)),
        (11, &[10.0], Input::Due(Timer::Poll)),
        (
            12,
            &[1.0, 0.0],
            Input::Enable {
                on: true,
                here: false,
            },
        ),
        (13, &[1.0], Input::Visibility { hidden: true }),
        (14, &[], Input::Online),
        (15, &[], Input::PageHide),
        (
            16,
            &[NONE, 2.0, 1.0],
            Input::PageShow {
                memory: vec![2.0, 1.0],
                enabled: None,
            },
        ),
        (17, &[0.0], Input::Knocked { answered: false }),
        (
            18,
            &[2.0, 0.0, 1.0, 2.0],
            Input::Answered {
                turn: 2,
                prevented: false,
                waits: true,
                careful: true,
            },
        ),
        (
            19,
            &[2.0, 4.0],
            Input::Settled {
                turn: 2,
                error: Name::new(4),
            },
        ),
        (20, &[], Input::Swapped),
        (21, &[2.0], Input::Chosen(Choice::Close)),
        (22, &[7.0, 8.0, 2.0, 9.0, 0.0], Input::Restart(ask())),
        (
            23,
            &[0.0, 7.0, 8.0, 2.0, 9.0, 0.0],
            Input::Unconfirmed {
                ask: ask(),
                blocked: false,
            },
        ),
        (24, &[3.0, 7.0], Input::Accepted(3, name(7))),
        (
            25,
            &[3.0, 404.0, 4.0],
            Input::Refused(
                3,
                Refusal {
                    status: Some(404),
                    why,
                },
            ),
        ),
        (
            26,
            &of_operation,
            Input::Operated(3, Operated::Known(operation)),
        ),
        (27, &[3.0, 4.0], Input::Operated(3, Operated::Untold(why))),
        (28, &[3.0], Input::Operated(3, Operated::Lost)),
        (
            29,
            &[1.0, 1.0, 5.0, 0.0, 4711.0],
            Input::Health(Some(health)),
        ),
        (30, &[1.0], Input::Lock(Lock::Lost)),
        (
            31,
            &[9.0, 1.0, 0.0],
            Input::Led(Leader {
                term: 9,
                open: true,
                hidden: false,
            }),
        ),
        (32, &[], Input::Unloading),
        (33, &[1.0], Input::Barred { policy: true }),
    ];
    for (kind, numbers, expected) in cases {
        assert_eq!(input(kind, numbers), Some(expected), "{kind}");
    }
    assert_eq!(input(29, &[0.0]), Some(Input::Health(None)));
}

#[test]
fn nonsense_is_nothing() {
    let nonsense: [(u32, &[f64]); 9] = [
        (4, &[1.0, 0.0]),
        (5, &[1.0, 3.0, 10.0]),
        (6, &[1.0, NONE]),
        (11, &[14.0]),
        (21, &[3.0]),
        (22, &[0.0]),
        (30, &[]),
        (31, &[NONE]),
        (34, &[]),
    ];
    for (kind, numbers) in nonsense {
        assert_eq!(input(kind, numbers), None, "{kind} {numbers:?}");
    }
    // There is no stream 0.
    assert_eq!(input(1, &[]), Some(Input::Opened(0)));
}

#[test]
fn settings_are_by_default_what_they_are_not_said_to_be() {
    let none = settings(&[]);
    assert_eq!(
        none,
        Settings {
            enabled: true,
            confirm: true,
            patience: 30_000,
            ..Settings::default()
        }
    );
    let mut numbers = vec![2.0, 250.0, 0.0, 4.0, 20.0, 1.0, 1.0, 7.0, 0.0, 500.0];
    numbers.extend([NONE; Timing::NAMES.len()]);
    numbers[10] = 50.0;
    numbers.extend([2.0, 1.0]);
    let mut all = Settings {
        mode: Mode::Prompt,
        delay: 250,
        enabled: false,
        stamp: Name::new(4),
        born: 20,
        knock: true,
        hidden: true,
        seed: 7,
        confirm: false,
        patience: 500,
        memory: vec![2.0, 1.0],
        ..Settings::default()
    };
    all.timing.each()[0] = 50;
    assert_eq!(settings(&numbers), all);
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![
        4 => (0..12_u32).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        2 => any::<f64>(),
    ];
    vec(number, 0..30)
}

proptest! {
    #[test]
    fn any_numbers_are_taken(given in numbers(), inputs in vec((0..35_u32, numbers()), 0..40)) {
        let mut state = State::new(settings(&given));
        let mut now = Time { mono: 50, wall: 1_000_000_050 };
        for (kind, numbers) in inputs {
            now.mono += 700;
            now.wall += 700;
            if let Some(input) = input(kind, &numbers) {
                for effect in state.step(now, input) {
                    written(&effect);
                }
            }
        }
    }
}
