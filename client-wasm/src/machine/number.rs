//! Numbers from the browser side, which may be any.

use crate::name::Name;

/// The largest that is read, so that sums of some never overflow: what a browser can count to.
const LARGEST: u64 = 9_007_199_254_740_991;

/// Milliseconds, or any large number; `NaN` is none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole milliseconds are meant, and none before the beginning"
)]
pub(crate) const fn time(number: f64) -> Option<u64> {
    if number.is_nan() {
        return None;
    }
    let number = number as u64;
    Some(if number < LARGEST { number } else { LARGEST })
}

/// A small whole number; `NaN` is none.
pub(crate) const fn whole(number: f64) -> Option<u32> {
    if number.is_nan() {
        return None;
    }
    Some(counted(number))
}

/// What is counted from 1 on; `NaN` is 0, which is none of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates"
)]
pub(crate) const fn counted(number: f64) -> u32 {
    number as u32
}

/// A name; 0 is none.
pub(crate) const fn name(number: f64) -> Option<Name> {
    Name::new(counted(number))
}

/// One of these, by its place among them.
pub(crate) fn one_of<T: Copy>(all: &[T], number: f64) -> Option<T> {
    all.get(whole(number)? as usize).copied()
}

/// A number for the browser side.
#[expect(clippy::cast_precision_loss, reason = "none is so large")]
pub(crate) const fn from_time(time: u64) -> f64 {
    time as f64
}

/// A name for the browser side.
pub(crate) fn from_name(name: Option<Name>) -> f64 {
    name.map_or(0.0, |name| f64::from(name.get()))
}
