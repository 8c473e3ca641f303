//! What is typed while the program runs: r, p and q.

#[cfg(unix)]
#[path = "keys/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "keys/windows.rs"]
mod system;

use std::io::{IsTerminal, stdin};

use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;

use super::voice::print;
use crate::supervisor::Request;

/// Gives the terminal back as it was; for where the program ends without a [`Keys`] to drop.
pub(super) use system::restore;

/// As long as it lives, what is typed comes to us at once and is not shown.
#[must_use = "the terminal is given back when it is dropped"]
pub(super) struct Keys {
    /// Whether they come to us from the start.
    pub(super) now: bool,
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

/// Where a key leads to.
#[derive(Clone, Debug)]
pub(super) struct Hands {
    pub(super) requests: UnboundedSender<Request>,
    pub(super) quit: UnboundedSender<&'static str>,
    /// What can be pressed.
    pub(super) hint: String,
}

impl Keys {
    /// `None` where nobody types.
    ///
    /// Who is in the background, and is brought to the front later, hears keys from then on.
    pub(super) fn start(runtime: &Runtime) -> Option<Self> {
        let now = stdin().is_terminal().then(|| system::start(runtime))?;
        Some(Self { now })
    }
}

/// Reads from now on, on a thread that ends with the program.
pub(super) fn read(hands: Hands) {
    let thread = std::thread::Builder::new().name("keys".to_owned());
    let started = thread.spawn(move || system::read(|typed| hands.act(Key::of(typed))));
    // Without a thread there are no keys; Ctrl-C goes on to work.
    drop(started);
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Restart,
    Pause,
    Quit,
    Help,
    /// People part what they have read from what comes by it.
    Line,
    None,
}

impl Key {
    fn of(typed: char) -> Self {
        match typed.to_ascii_lowercase() {
            'r' => Self::Restart,
            'p' => Self::Pause,
            'q' => Self::Quit,
            'h' | '?' => Self::Help,
            '\n' | '\r' => Self::Line,
            _ => Self::None,
        }
    }
}

impl Hands {
    /// Whoever is gone needs no telling: the program ends.
    fn act(&self, key: Key) {
        match key {
            Key::Restart => drop(self.requests.send(Request::Restart)),
            Key::Pause => drop(self.requests.send(Request::Pause)),
            Key::Quit => drop(self.quit.send("key q")),
            Key::Help => print(&format!("{}\n", self.hint)),
            Key::Line => print("\n"),
            Key::None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for (typed, key) in [
            ('r', Key::Restart),
            ('R', Key::Restart),
            ('p', Key::Pause),
            ('q', Key::Quit),
            ('h', Key::Help),
            ('?', Key::Help),
            ('\n', Key::Line),
            ('x', Key::None),
            ('\u{1b}', Key::None),
        ] {
            assert_eq!(Key::of(typed), key, "{typed:?}");
        }
    }
}
