//! Whoever ends what is left when the running program has ended, in whatever way.
//!
//! A guard ends what it started, but no guard is dropped in a program that is killed, nor is one in
//! a `static`. So a small program, `keeper`, holds one end of a pipe: the system closes the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::place;

/// This program's keeper, never waited for: it outlives the program.
static KEEPER: OnceLock<Mutex<Child>> = OnceLock::new();

/// Has a process, its group and its descendants ended with this program.
pub(crate) fn hold(process: u32) {
    tell(&format!("+ {process}"));
}

/// Lets go of a process that has ended.
pub(crate) fn release(process: u32) {
    tell(&format!("- {process}"));
}

/// Has a folder removed when this program has ended.
pub(crate) fn hold_folder(folder: &Path) {
    tell(&folder.display().to_string());
}

fn tell(line: &str) {
    let keeper = KEEPER.get_or_init(|| Mutex::new(start()));
    let mut keeper = keeper.lock().expect("an unpoisoned lock");
    let pipe = keeper.stdin.as_mut().expect("a piped input");
    writeln!(pipe, "{line}").expect("a keeper that lives");
}

/// It is in a group of its own, which Ctrl-C does not reach, and holds no output of ours.
fn start() -> Child {
    let mut command = Command::new(place::keeper());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = command.process_group(0).spawn();
    started.unwrap_or_else(|error| panic!("can't start {command:?}: {error}"))
}

/// What the program `keeper` does.
pub fn keep() {
    let mut processes = BTreeSet::new();
    let mut folders = BTreeSet::new();
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        match line.split_once(' ') {
            Some(("+", process)) => drop(process.parse().map(|it| processes.insert(it))),
            Some(("-", process)) => drop(process.parse().map(|it| processes.remove(&it))),
            _ => drop(folders.insert(PathBuf::from(line))),
        }
    }
    let descendants = descendants(&processes);
    for process in processes.iter().filter_map(|it| Pid::from_raw(*it)) {
        let _ = kill_process_group(process, Signal::KILL);
    }
    for process in descendants.iter().filter_map(|it| Pid::from_raw(*it)) {
        let _ = kill_process(process, Signal::KILL);
    }
    for folder in folders {
        remove(&folder);
    }
}

/// Some processes lay down another file while they die.
fn remove(folder: &Path) {
    for _ in 0..10 {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {}
            _ => return,
        }
    }
}

/// The descendants of `processes`, some of which are in groups of their own.
fn descendants(processes: &BTreeSet<i32>) -> BTreeSet<i32> {
    let parents = parents();
    let is_below = |process: &i32| {
        let mut above = parents.get(process);
        while let Some(parent) = above {
            if processes.contains(parent) {
                return true;
            }
            above = parents.get(parent);
        }
        false
    };
    parents.keys().copied().filter(is_below).collect()
}

/// The parent of each process that runs; none where the system has no `/proc`.
fn parents() -> BTreeMap<i32, i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |entry: fs::DirEntry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let status = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may contain anything.
        let parent = status.rsplit_once(") ")?.1.split(' ').nth(1)?.parse();
        Some((process, parent.ok()?))
    };
    entries.filter_map(parent).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rustix::process::test_kill_process;

    use super::*;
    use crate::{GLANCE, PATIENCE};

    fn is_gone(process: u32) -> bool {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw);
        test_kill_process(process.expect("a process id")).is_err()
    }

    #[test]
    fn what_is_left_ends_with_the_pipe() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut keeper = start();
        // The second is in a group of its own, as browsers are.
        let script = "set -m; sleep 1000 & echo $!; wait";
        let mut shell = Command::new("bash");
        shell.args(["-c", script]).stdout(Stdio::piped());
        let mut shell = shell.process_group(0).spawn().expect("a shell");
        let mut line = String::new();
        let output = shell.stdout.take().expect("a piped output");
        io::BufReader::new(output)
            .read_line(&mut line)
            .expect("a line");
        let below: u32 = line.trim().parse().expect("a process id");
        let pipe = keeper.stdin.as_mut().expect("a piped input");
        writeln!(pipe, "+ {}\n{}", shell.id(), folder.path().display()).expect("a keeper");
        keeper.wait().expect("an end");
        shell.wait().expect("an end");
        let deadline = Instant::now() + PATIENCE;
        while !is_gone(below) || folder.path().exists() {
            assert!(Instant::now() < deadline, "{below} still runs");
            std::thread::sleep(GLANCE);
        }
    }
}
