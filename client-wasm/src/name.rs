//! Texts without their letters.

use std::num::NonZeroU32;

/// A text that the browser side keeps, by its number: equal texts have equal names.
///
/// The machine compares and hands on texts, such as ids, services and paths, and never reads one. So
/// none is copied into WebAssembly, and no code for strings is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(NonZeroU32);

impl Name {
    /// The name of this number; 0 is none.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

/// Adds those that the list does not have.
pub(crate) fn add(list: &mut Vec<Name>, names: &[Name]) {
    for name in names {
        if !list.contains(name) {
            list.push(*name);
        }
    }
}

/// Takes it out of a list without an order that has it once at most.
pub(crate) fn drop(list: &mut Vec<Name>, name: Name) {
    if let Some(at) = list.iter().position(|it| *it == name) {
        list.swap_remove(at);
    }
}
