//! Standard output and standard error, written by threads of their own.
//!
//! A reader that does not read fills the pipe and blocks whoever writes. So nobody but these threads
//! writes: what finds no room is dropped, and what is dropped is counted.
//!
//! A backend's lines matter more than its speed can hurt: they have room for a burst that a slow
//! terminal needs seconds for, and are dropped only behind that. What we say ourselves has room of its
//! own, so that it comes through whatever the backend writes.
//!
//! Where both lead to the same place, such as a terminal, one thread writes both, in the order in
//! which they were said.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_bytes;

/// Bytes of backends that may wait for the reader.
const PASSED: usize = 4 * 1024 * 1024;

/// Bytes that may wait beyond those, for what we say.
const OWN: usize = 256 * 1024;

/// For what the user asked for.
pub(super) static OUT: LazyLock<Output> =
    LazyLock::new(|| Output::start("stdout", anstream::stdout));

/// For the rest.
pub(super) static ERR: LazyLock<Output> = LazyLock::new(|| {
    if is_one_place() {
        Output(Arc::clone(&OUT.0))
    } else {
        Output::start("stderr", anstream::stderr)
    }
});

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
    /// Of those waiting, what backends have written.
    passed: usize,
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
        let room = (OWN + state.passed).saturating_sub(state.waiting.len());
        self.push(&mut state, text, room);
    }

    /// The same for a line that a backend has written.
    pub(super) fn pass(&self, line: &[u8]) {
        let mut state = self.0.state();
        let room = PASSED.saturating_sub(state.passed);
        if self.push(&mut state, line, room) {
            state.passed += line.len();
        }
    }

    fn push(&self, state: &mut State, text: &[u8], room: usize) -> bool {
        let fits = text.len() <= room;
        if fits {
            state.waiting.extend_from_slice(text);
            self.0.changed.notify_all();
        } else {
            state.dropped += 1;
        }
        fits
    }

    /// Waits until all is written, at most so long.
    pub(super) fn flush(&self, bound: Duration) {
        let busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        let state = self.0.state();
        drop(self.0.changed.wait_timeout_while(state, bound, busy));
    }
}

/// A file that has all that is written, without colors.
static COPY: OnceLock<Mutex<File>> = OnceLock::new();

/// From now on this file has all that is written, too.
pub(super) fn copy_to(file: File) {
    // There is one for the whole run.
    let _ = COPY.set(Mutex::new(file));
}

/// Before it is written, so that a reader who does not read keeps nothing from the file.
fn copy(text: &[u8]) {
    let Some(file) = COPY.get() else { return };
    let mut bare = strip_bytes(text).into_vec();
    bare.retain(|byte| *byte != b'\r');
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    // A full disk stops nothing.
    let _ = file.write_all(&bare);
}

/// Whether standard output and standard error lead to the same terminal, file or pipe.
#[cfg(unix)]
fn is_one_place() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;

    fn place(stream: &impl AsFd) -> io::Result<(u64, u64)> {
        let file = File::from(stream.as_fd().try_clone_to_owned()?);
        let metadata = file.metadata()?;
        Ok((metadata.dev(), metadata.ino()))
    }
    let places = (place(&io::stdout()), place(&io::stderr()));
    matches!(places, (Ok(out), Ok(err)) if out == err)
}

/// Whether standard output and standard error lead to the same console.
#[cfg(not(unix))]
fn is_one_place() -> bool {
    use std::io::IsTerminal;

    io::stdout().is_terminal() && io::stderr().is_terminal()
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
            copy(&text);
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
        state.passed = 0;
        let mut text = std::mem::take(&mut state.waiting);
        let dropped = std::mem::take(&mut state.dropped);
        if dropped > 0 {
            let (plural, verb) = if dropped == 1 {
                ("", "was")
            } else {
                ("s", "were")
            };
            let note =
                format!("({dropped} line{plural} {verb} dropped, because nobody read in time)\n");
            text.extend_from_slice(note.as_bytes());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::{PipeReader, Read, pipe};

    /// All that comes until this does.
    fn read_until(reader: &mut PipeReader, end: &str) -> Vec<u8> {
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read[read.len().saturating_sub(8192)..]).contains(end) {
            let mut part = [0; 4096];
            let count = reader.read(&mut part).unwrap();
            assert!(count > 0, "no `{end}`");
            read.extend_from_slice(&part[..count]);
        }
        read
    }

    fn line() -> Vec<u8> {
        [[b'x'; 1023].as_slice(), b"\n"].concat()
    }

    #[test]
    fn nobody_waits_for_a_reader() {
        let (mut reader, writer) = pipe().unwrap();
        let output = Output::start("test", || writer);
        for _ in 0..2000 {
            output.say(&line());
        }
        assert!(output.0.state().dropped > 0);
        assert!(read_until(&mut reader, "were dropped").starts_with(&line()));
    }

    #[test]
    fn a_backend_that_writes_too_much_leaves_room_for_us() {
        let (mut reader, writer) = pipe().unwrap();
        let output = Output::start("test", || writer);
        // More than the pipe takes: from now on the thread hangs in it.
        output.pass(&vec![b'x'; 256 * 1024]);
        while !output.0.state().writing {
            thread::yield_now();
        }
        while output.0.state().dropped == 0 {
            output.pass(&line());
        }
        let passed = output.0.state().passed;
        assert!(passed > PASSED - 2048, "{passed}");
        output.say(b"crashed\n");
        read_until(&mut reader, "crashed\n(1 line was dropped");
    }
}
