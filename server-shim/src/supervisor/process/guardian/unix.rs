//! A process of its own, told by a pipe.

use std::collections::BTreeSet;
use std::io::{self, BufRead, PipeWriter, Write};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use process_wrap::tokio::{CommandWrap, ProcessSession};

use super::super::command::command;
use super::super::end;
use crate::supervisor::CommandLine;

/// How long groups that are left have for their end before they are killed.
const GRACE: Duration = Duration::from_millis(500);

/// The process that ends our groups when we are killed; a handle, cheap to clone. It ends with the last handle.
#[derive(Clone, Debug)]
pub(crate) struct Guardian(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    command: CommandLine,
    pipe: PipeWriter,
    groups: BTreeSet<u32>,
}

impl Guardian {
    /// Starts it by this command, which must run [`super::main`]. Inside a tokio runtime only.
    ///
    /// # Errors
    ///
    /// If the system starts no process.
    pub(crate) fn start(command: &CommandLine) -> io::Result<Self> {
        let state = State {
            command: command.clone(),
            pipe: start(command)?,
            groups: BTreeSet::new(),
        };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// Has this group ended with us, until what is returned is dropped.
    pub(crate) fn guard(&self, group: u32) -> Guarded {
        let mut state = self.state();
        state.groups.insert(group);
        state.tell(&format!("+{group}\n"));
        Guarded {
            guardian: self.clone(),
            group,
        }
    }

    /// As if we were killed.
    #[cfg(test)]
    pub(in super::super) fn close(&self) {
        if let Ok((_, closed)) = io::pipe() {
            self.state().pipe = closed;
        }
    }

    /// Whether the process behind it is gone.
    #[cfg(test)]
    pub(in super::super) fn is_closed(&self) -> bool {
        self.state().pipe.write_all(b"\n").is_err()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Where the guardian is gone, a new one is told all.
    fn tell(&mut self, line: &str) {
        if self.pipe.write_all(line.as_bytes()).is_ok() {
            return;
        }
        // Without one, the records of this run still tell the next what to end.
        if let Ok(pipe) = start(&self.command) {
            self.pipe = pipe;
            for group in &self.groups {
                let _ = writeln!(self.pipe, "+{group}");
            }
        }
    }
}

fn start(line: &CommandLine) -> io::Result<PipeWriter> {
    let (reader, writer) = io::pipe()?;
    let mut command = command(line, None).ok_or(io::ErrorKind::InvalidInput)?;
    command
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Dropped at once: tokio reaps it whenever it ends.
    CommandWrap::from(command).wrap(ProcessSession).spawn()?;
    Ok(writer)
}

/// A group that is ended with us.
#[derive(Debug)]
pub(crate) struct Guarded {
    guardian: Guardian,
    group: u32,
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let mut state = self.guardian.state();
        state.groups.remove(&self.group);
        state.tell(&format!("-{}\n", self.group));
    }
}

/// Ends the groups that are left when `told` ends.
pub(super) fn watch_over(told: impl BufRead) {
    // So that the folder that we were started in can be removed meanwhile.
    let _ = std::env::set_current_dir("/");
    let left = left(told);
    if !left.is_empty() {
        end::end(&left, GRACE);
    }
}

/// `+1` adds a group, `-1` takes it away; anything else is skipped.
fn left(told: impl BufRead) -> Vec<u32> {
    let mut groups = BTreeSet::new();
    for line in told.lines().map_while(Result::ok) {
        let (sign, group) = line.split_at_checked(1).unwrap_or_default();
        match (sign, group.parse::<u32>()) {
            // Process 1, and 0 for our own group, are never meant.
            ("+", Ok(group @ 2..)) => groups.insert(group),
            ("-", Ok(group)) => groups.remove(&group),
            _ => false,
        };
    }
    groups.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_was_not_taken_away() {
        let cases: [(&str, &[u32]); 5] = [
            ("", &[]),
            ("+10\n", &[10]),
            ("+10\n+11\n-10\n", &[11]),
            ("+10\n-10\n+10\n", &[10]),
            ("+0\n+1\n+-5\n+x\n12\n\n\u{e9}\n", &[]),
        ];
        for (told, expected) in cases {
            assert_eq!(left(told.as_bytes()), expected, "{told:?}");
        }
    }
}
