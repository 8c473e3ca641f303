//! Standard output and standard error, written by threads of their own.
//!
//! A reader that does not read fills the pipe and blocks whoever writes. So nobody but these threads
//! writes: what finds no room is dropped, and what is dropped is counted.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that may wait for the reader.
const ROOM: usize = 256 * 1024;

/// For what the user asked for.
pub(super) static OUT: LazyLock<Output> =
    LazyLock::new(|| Output::start("stdout", anstream::stdout));

/// For the rest.
pub(super) static ERR: LazyLock<Output> =
    LazyLock::new(|| Output::start("stderr", anstream::stderr));

/// A way out that never blocks.
pub(super) struct Output(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    writing: bool,
    dropped: usize,
}

impl Output {
    fn start<W: Write>(name: &str, open: impl FnOnce() -> W + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let thread = Arc::clone(&shared);
        let started = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || thread.write_to(open()));
        // Without a thread nothing is said, and nobody waits for it.
        drop(started);
        Self(shared)
    }

    /// Says it after all that was said before, or drops it where there is no room.
    pub(super) fn say(&self, text: &[u8]) {
        let mut state = self.0.state();
        if state.waiting.len() + text.len() > ROOM {
            state.dropped += 1;
        } else {
            state.waiting.extend_from_slice(text);
            self.0.changed.notify_all();
        }
    }

    /// Waits until all is written, at most so long.
    pub(super) fn flush(&self, bound: Duration) {
        let busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        let state = self.0.state();
        drop(self.0.changed.wait_timeout_while(state, bound, busy));
    }
}

/// For the log, which writes a line at a time.
pub(super) struct Lines(pub(super) &'static Output);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.say(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    /// Nothing panics while it is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A reader that is gone stops nothing: what cannot be written is dropped.
    fn write_to(&self, mut target: impl Write) {
        loop {
            let text = self.next();
            let _ = target.write_all(&text).and_then(|()| target.flush());
            self.state().writing = false;
            self.changed.notify_all();
        }
    }

    fn next(&self) -> Vec<u8> {
        let idle = |state: &mut State| state.waiting.is_empty();
        let state = self.changed.wait_while(self.state(), idle);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        let mut text = std::mem::take(&mut state.waiting);
        let dropped = std::mem::take(&mut state.dropped);
        if dropped > 0 {
            let note = format!("({dropped} lines were dropped, because nobody read them)\n");
            text.extend_from_slice(note.as_bytes());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::{Read, pipe};

    #[test]
    fn nobody_waits_for_a_reader() {
        let (mut reader, writer) = pipe().unwrap();
        let output = Output::start("test", || writer);
        let line = [[b'x'; 1023].as_slice(), b"\n"].concat();
        for _ in 0..2000 {
            output.say(&line);
        }
        assert!(output.0.state().dropped > 0);
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read).contains("were dropped") {
            let mut part = [0; 4096];
            let count = reader.read(&mut part).unwrap();
            read.extend_from_slice(&part[..count]);
        }
        assert!(read.starts_with(&line));
    }
}
