//! The only code that touches the browser: the machine behind two functions of numbers.
//!
//! [`told`] is the way in, for everything that happens; `act` the way out, for everything that the
//! machine wants done. `file` carries both in `reload.js`, `package` in the npm package. The page, its
//! timers, clocks and stream are the business of the JavaScript in `js`, which never tells anything while
//! it is being told: so hardly any glue is around the module.

#[cfg(not(feature = "package"))]
mod file;
#[cfg(feature = "package")]
mod package;
#[cfg(all(test, feature = "package"))]
mod tests;

use std::cell::{OnceCell, RefCell};

use crate::machine::{State, Time, number};
use crate::wire;
#[cfg(not(feature = "package"))]
use file::act;
#[cfg(not(test))]
use lol_alloc::{FreeListAllocator, LockedAllocator};
#[cfg(feature = "package")]
use package::act;

/// A tenth of the size of the usual one, and as good for the little that the machine keeps. Both of its
/// operations take as long as its list of free blocks.
#[cfg(not(test))]
#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> =
    LockedAllocator::new(FreeListAllocator::new());

thread_local! {
    static MACHINE: OnceCell<RefCell<State>> = const { OnceCell::new() };
}

/// Makes the machine; `settings` are numbers as [`wire::settings`] reads them. A second call does
/// nothing.
fn begin(settings: &[f64]) {
    let state = State::new(wire::settings(settings));
    MACHINE.with(|machine| drop(machine.set(RefCell::new(state))));
}

/// Tells the machine what has happened, as [`wire::input`] reads it, and has done what it wants. `mono`
/// and `wall` are the clocks of [`Time`], in milliseconds.
fn told(kind: u32, numbers: &[f64], mono: f64, wall: f64) {
    let Some(input) = wire::input(kind, numbers) else {
        return;
    };
    let now = Time {
        mono: number::time(mono).unwrap_or_default(),
        wall: number::time(wall).unwrap_or_default(),
    };
    let effects = MACHINE.with(|machine| machine.get().map(|it| it.borrow_mut().step(now, input)));
    let mut numbers = Vec::new();
    for effect in effects.unwrap_or_default() {
        numbers.clear();
        effect.write(&mut numbers);
        act(effect.kind(), &numbers);
    }
}
