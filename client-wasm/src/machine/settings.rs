//! What the machine has to know of the document before it starts.

use super::timing::Timing;
use crate::name::Name;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Settings {
    /// What to do about a restart.
    pub mode: Mode,
    /// Milliseconds between detection and reload.
    pub delay: u64,
    /// Whether the toggle is on.
    pub enabled: bool,
    /// The id of the server that made the document, where it says so.
    pub stamp: Option<Name>,
    /// When the document's response began, in milliseconds of [`super::Time::mono`].
    pub born: u64,
    /// Whether the page's own server must answer before a reload, because the stream is another's.
    pub knock: bool,
    /// Whether the document is hidden.
    pub hidden: bool,
    /// Any number, to spread what many pages do at once.
    pub seed: u32,
    /// Whether the person is asked before a restart.
    pub confirm: bool,
    /// Milliseconds after which a restart that has not ended is worth a word.
    pub patience: u64,
    /// How long the rest takes.
    pub timing: Timing,
    /// What the last document of the tab has left, as [`super::Effect::Remember`] had it.
    pub memory: Vec<f64>,
}

/// What to do about a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Load the page again, unless the page says that it does it itself.
    #[default]
    Reload,
    /// Only tell the page.
    Event,
    /// Ask the person.
    Prompt,
}

impl Mode {
    /// All of them, in the order of their declaration.
    pub const ALL: &[Self] = &[Self::Reload, Self::Event, Self::Prompt];
}
