//! The way over the border between the machine and the browser side: numbers in, numbers out.
//!
//! A list of numbers is made of `f64`s. `NaN` is no number, 0 is no [`crate::name::Name`]; yes and no are 1 and 0;
//! what is one of several is its place among them. Lists come last, without their length.

mod reader;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod samples;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod writer;

use crate::machine::{Choice, Input, Leader, Lock, Mode, Refusal, Settings, Timer};
use reader::Reader;

/// Reads an input of this kind; what makes no sense is none.
#[must_use]
pub fn input(kind: u32, numbers: &[f64]) -> Option<Input> {
    let mut it = Reader::new(numbers);
    Some(match kind {
        0 => Input::Start,
        1 => Input::Opened(it.counted()),
        2 => Input::Failed(it.counted()),
        3..=10 => Input::Heard(it.counted(), it.event(kind)?),
        11 => Input::Due(it.one_of(&Timer::ALL)?),
        12 => Input::Enable {
            on: it.flag(),
            here: it.flag(),
        },
        13 => Input::Visibility { hidden: it.flag() },
        14 => Input::Online,
        15 => Input::PageHide,
        16 => Input::PageShow {
            enabled: it.whole().map(|on| on > 0),
            memory: it.rest(),
        },
        17 => Input::Knocked {
            answered: it.flag(),
        },
        18 => Input::Answered {
            turn: it.counted(),
            prevented: it.flag(),
            waits: it.flag(),
            careful: it.flag(),
        },
        19 => Input::Settled {
            turn: it.counted(),
            error: it.name(),
        },
        20 => Input::Swapped,
        21 => Input::Chosen(it.one_of(Choice::ALL)?),
        22 => Input::Restart(it.ask()?),
        23 => Input::Unconfirmed {
            blocked: it.flag(),
            ask: it.ask()?,
        },
        24 => Input::Accepted(it.counted(), it.name()?),
        25 => Input::Refused(
            it.counted(),
            Refusal {
                status: it.whole(),
                why: it.why(),
            },
        ),
        26..=28 => Input::Operated(it.counted(), it.operated(kind)?),
        29 => Input::Health(it.health()),
        30 => Input::Lock(it.one_of(Lock::ALL)?),
        31 => Input::Led(Leader {
            term: it.time()?,
            open: it.flag(),
            hidden: it.flag(),
        }),
        32 => Input::Unloading,
        33 => Input::Barred { policy: it.flag() },
        _ => return None,
    })
}

/// How long a restart may take without a word by default, in milliseconds.
const PATIENCE: u64 = 30_000;

/// Reads what the machine has to know before it starts; what makes no sense is as by default.
#[must_use]
pub fn settings(numbers: &[f64]) -> Settings {
    let mut it = Reader::new(numbers);
    let mut settings = Settings {
        mode: it.one_of(Mode::ALL).unwrap_or_default(),
        delay: it.time().unwrap_or_default(),
        enabled: it.flag_or_on(),
        stamp: it.name(),
        born: it.time().unwrap_or_default(),
        knock: it.flag(),
        hidden: it.flag(),
        seed: it.counted(),
        confirm: it.flag_or_on(),
        patience: it.time().unwrap_or(PATIENCE),
        ..Settings::default()
    };
    for time in settings.timing.each() {
        if let Some(given) = it.time() {
            *time = given;
        }
    }
    settings.memory = it.rest();
    settings
}
