//! Unix: the terminal hands on each key at once and shows none, while we are in the foreground.
//!
//! The line editing of the terminal (`ICANON`) and its echo (`ECHO`) are switched off, and nothing else:
//! Ctrl-C and Ctrl-Z go on to work. Ctrl-Z is the shell's: it sets the terminal as it needs it, and when
//! it lets us go on, we set it anew. Whoever is in the background neither reads nor changes anything,
//! because the system stops those who try.

use std::io::stdin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, read as read_bytes};
use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// The terminal, whose state outlives every process that forgets to give it back.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    original: None,
    ours: false,
});

/// Told when the terminal becomes ours.
static OURS: Condvar = Condvar::new();

/// Between two looks whether we are in the foreground again.
const AWAY: Duration = Duration::from_secs(1);

struct Terminal {
    /// As it was before us.
    original: Option<Termios>,
    /// Whether keys come to us.
    ours: bool,
}

/// Nothing panics while it is held.
fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    /// Makes it ours, again where others had it in between; but only in the foreground.
    fn take(&mut self) {
        self.ours = false;
        if !is_foreground() {
            return;
        }
        let Ok(found) = tcgetattr(stdin()) else {
            return;
        };
        let mut wanted = found.clone();
        let edits = LocalModes::ICANON | LocalModes::ECHO;
        wanted.local_modes.remove(edits);
        wanted.special_codes[SpecialCodeIndex::VMIN] = 1;
        wanted.special_codes[SpecialCodeIndex::VTIME] = 0;
        if tcsetattr(stdin(), OptionalActions::Now, &wanted).is_ok() {
            self.ours = true;
            // A shell may bring back what we had set ourselves before we were stopped.
            if self.original.is_none() || found.local_modes.contains(LocalModes::ICANON) {
                self.original = Some(found);
            }
            OURS.notify_all();
        }
    }

    fn give_back(&mut self) {
        let original = self.original.take();
        let ours = std::mem::take(&mut self.ours) && is_foreground();
        if let Some(original) = original.filter(|_| ours) {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &original);
        }
    }
}

fn is_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}

/// Whether keys come to us now.
pub(super) fn start(runtime: &Runtime) -> bool {
    let goes_on = {
        let _context = runtime.enter();
        signal(SignalKind::from_raw(libc::SIGCONT))
    };
    if let Ok(mut goes_on) = goes_on {
        runtime.spawn(async move {
            while goes_on.recv().await.is_some() {
                terminal().take();
            }
        });
    }
    let mut terminal = terminal();
    terminal.take();
    terminal.ours
}

/// Gives the terminal back as it was.
pub(in crate::cli) fn restore() {
    terminal().give_back();
}

/// Waits until the terminal is ours.
///
/// A shell that brings a running process to the front sends no signal; so it is looked at now and then.
fn await_turn() {
    let away = |terminal: &mut Terminal| !terminal.ours;
    let mut terminal = terminal();
    while !terminal.ours {
        let waited = OURS.wait_timeout_while(terminal, AWAY, away);
        terminal = waited.unwrap_or_else(PoisonError::into_inner).0;
        if !terminal.ours {
            terminal.take();
        }
    }
}

/// Reads until the end of the input.
pub(super) fn read(act: impl Fn(char)) {
    let stdin = stdin();
    loop {
        await_turn();
        // Not every system can wait for a terminal so; then the read itself waits.
        let waited = poll(&mut [PollFd::new(&stdin, PollFlags::IN)], None);
        if !is_foreground() {
            terminal().ours = false;
            continue;
        }
        let mut typed = [0];
        match waited.and_then(|_| read_bytes(&stdin, &mut typed)) {
            Ok(1..) => act(char::from(typed[0])),
            Err(Errno::INTR) => {}
            // The terminal is gone.
            Ok(0) | Err(_) => return,
        }
    }
}
