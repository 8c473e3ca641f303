//! A process of its own, told by a pipe.

use std::collections::BTreeSet;
use std::io::{self, BufRead, PipeWriter, Write};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use process_wrap::tokio::{CommandWrap, ProcessSession};
use sysinfo::{ProcessRefreshKind, UpdateKind};

use super::super::command::command;
use super::super::{Table, end, given_id, of_group};
use crate::supervisor::CommandLine;

/// How long groups that are left have for their end before they are killed.
const GRACE: Duration = Duration::from_millis(500);

/// How long the system may take to start a program, and how often the guardian looks for it.
const START: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(10);

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

    /// A program is about to be started with this id in its environment: killed before we can say which group it
    /// leads, we leave it to be found by the id. The next [`guard`](Self::guard) takes this back, as does no id.
    pub(crate) fn expect(&self, id: &str) {
        self.state().tell(&format!("?{id}\n"));
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
    let Left {
        mut groups,
        expected,
    } = Left::read(told);
    groups.extend(expected.and_then(|id| find(&id)));
    if !groups.is_empty() {
        end::end(&groups.into_iter().collect::<Vec<_>>(), GRACE);
    }
}

/// What is left to end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    groups: BTreeSet<u32>,
    /// The id of a program that was being started.
    expected: Option<String>,
}

impl Left {
    /// `+1` adds a group, `-1` takes it away, `?1.5` expects one; anything else is skipped.
    fn read(told: impl BufRead) -> Self {
        let mut left = Self::default();
        for line in told.lines().map_while(Result::ok) {
            let (sign, rest) = line.split_at_checked(1).unwrap_or_default();
            match (sign, rest.parse::<u32>()) {
                // Process 1, and 0 for our own group, are never meant.
                ("+", Ok(group @ 2..)) => {
                    left.groups.insert(group);
                    left.expected = None;
                }
                ("-", Ok(group)) => {
                    left.groups.remove(&group);
                }
                ("?", _) => left.expected = Some(rest.to_owned()).filter(|id| !id.is_empty()),
                _ => {}
            }
        }
        left
    }
}

/// The group whose leader has this id in its environment, which it has from its start as another program on.
fn find(id: &str) -> Option<u32> {
    let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    let start = Instant::now();
    loop {
        let table = Table::all(what);
        let found = table.living().find(|process| {
            let group = process.pid().as_u32();
            given_id(process) == Some(id) && of_group(group).contains(&group)
        });
        match found {
            Some(leader) => return Some(leader.pid().as_u32()),
            None if start.elapsed() >= START => return None,
            None => thread::sleep(POLL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_was_not_taken_away() {
        let cases: [(&str, &[u32], Option<&str>); 8] = [
            ("", &[], None),
            ("+10\n", &[10], None),
            ("+10\n+11\n-10\n", &[11], None),
            ("+10\n-10\n+10\n", &[10], None),
            ("+0\n+1\n+-5\n+x\n12\n\n\u{e9}\n", &[], None),
            ("+10\n?1.5\n", &[10], Some("1.5")),
            ("?1.5\n+10\n", &[10], None),
            ("?1.5\n?\n", &[], None),
        ];
        for (told, groups, expected) in cases {
            let expected = Left {
                groups: groups.iter().copied().collect(),
                expected: expected.map(str::to_owned),
            };
            assert_eq!(Left::read(told.as_bytes()), expected, "{told:?}");
        }
    }
}
