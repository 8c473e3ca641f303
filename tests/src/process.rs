//! A program that a test runs.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::{PATIENCE, keeper};

/// A running program in a process group of its own, which ends with this guard, or with the program
/// that has the guard.
///
/// Each line of its output is kept, and printed with the program's name, which the test harness
/// shows when the test fails.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: Arc<Output>,
}

#[derive(Debug, Default)]
struct Output {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

impl Process {
    /// Starts `command`.
    #[must_use]
    pub fn start(name: &str, command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = command.process_group(0).spawn();
        let mut child = started.unwrap_or_else(|error| panic!("can't start {command:?}: {error}"));
        keeper::hold(child.id());
        let output = Arc::new(Output::default());
        keep(name, child.stdout.take(), &output);
        keep(name, child.stderr.take(), &output);
        Self {
            name: name.to_owned(),
            child,
            output,
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended by itself.
    #[must_use]
    pub fn runs(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a state of our child")
            .is_none()
    }

    /// Waits for the first line from which `pick` makes something.
    #[must_use]
    pub fn wait_for_line<T>(&self, wanted: &str, pick: impl Fn(&str) -> Option<T>) -> T {
        let picked = self.wait_for_lines(|lines| lines.iter().find_map(|line| pick(line)));
        picked.unwrap_or_else(|| panic!("`{}` printed no line with {wanted}", self.name))
    }

    /// The last lines of its output.
    #[must_use]
    pub fn last_lines(&self, most: usize) -> Vec<String> {
        let lines = self.output.lines.lock().expect("an unpoisoned lock");
        lines[lines.len().saturating_sub(most)..].to_vec()
    }

    /// How many lines so far contain `text`.
    #[must_use]
    pub fn count_lines(&self, text: &str) -> usize {
        let lines = self.output.lines.lock().expect("an unpoisoned lock");
        count(&lines, text)
    }

    /// Waits until `wanted` lines contain `text`.
    pub fn wait_for_count(&self, text: &str, wanted: usize) {
        let reached = self.wait_for_lines(|lines| (count(lines, text) >= wanted).then_some(()));
        assert!(
            reached.is_some(),
            "`{}` did not print `{text}` {wanted} times",
            self.name
        );
    }

    fn wait_for_lines<T>(&self, pick: impl Fn(&[String]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.output.lines.lock().expect("an unpoisoned lock");
        loop {
            if let Some(picked) = pick(&lines) {
                return Some(picked);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            lines = self
                .output
                .grown
                .wait_timeout(lines, left)
                .expect("an unpoisoned lock")
                .0;
        }
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub fn end(&mut self) -> ExitStatus {
        let _ = kill_process(self.pid(), Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a state of our child") {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "`{}` does not end on SIGTERM",
                self.name
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
        keeper::release(self.child.id());
    }
}

fn count(lines: &[String], text: &str) -> usize {
    lines.iter().filter(|line| line.contains(text)).count()
}

/// Reads `source` to its end on a thread, which ends with the program.
fn keep(name: &str, source: Option<impl Read + Send + 'static>, output: &Arc<Output>) {
    let source = BufReader::new(source.expect("a piped output"));
    let (name, output) = (name.to_owned(), Arc::clone(output));
    thread::spawn(move || {
        for line in source.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            println!("[{name}] {line}");
            output.lines.lock().expect("an unpoisoned lock").push(line);
            output.grown.notify_all();
        }
    });
}
