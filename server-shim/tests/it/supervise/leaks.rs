//! A hundred restarts leave nothing behind.

use std::fs;
use std::time::Duration;

use super::run;
use crate::processes::{is_alive, within};
use crate::story::Story;

/// What the system keeps for a process.
#[derive(Clone, Copy, Debug)]
struct Holdings {
    threads: usize,
    descriptors: usize,
    watches: usize,
    children: usize,
}

impl Holdings {
    fn of(pid: u32) -> Self {
        let list = |name: &str| fs::read_dir(format!("/proc/{pid}/{name}")).unwrap();
        let infos = list("fdinfo").filter_map(|it| fs::read_to_string(it.ok()?.path()).ok());
        let watches = infos.map(|info| info.matches("inotify wd:").count());
        let children = list("task").filter_map(|task| {
            let children = fs::read_to_string(task.ok()?.path().join("children")).ok()?;
            Some(children.split_whitespace().count())
        });
        Self {
            threads: list("task").count(),
            descriptors: list("fd").count(),
            watches: watches.sum(),
            children: children.sum(),
        }
    }

    /// A few more threads and connections come and go; a leak would be a hundred. Threads for what blocks
    /// take turns, so that as many stay as were once needed together.
    fn is_about(self, before: Self) -> bool {
        self.threads <= before.threads + 20
            && self.descriptors <= before.descriptors + 4
            && self.watches <= before.watches
            && self.children <= before.children
    }
}

/// The processor time that a process uses from one ping to the third after it, in ticks (10 ms).
fn idle_ticks(pid: u32, story: &mut Story) -> u64 {
    story.named("ping");
    let before = ticks(pid);
    for _ in 0..3 {
        story.named("ping");
    }
    ticks(pid) - before
}

fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split(' ').collect();
    // utime and stime, the 14th and 15th; the third comes first here.
    let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
    ticks(12) + ticks(13)
}

#[test]
fn a_hundred_restarts_leak_nothing() {
    let mut run = run("", &["--heartbeat", "1s"]);
    let shim = run.shim.pid();
    for number in 0..5 {
        run.restart(number);
    }
    let idle = idle_ticks(shim, &mut run.story);
    let before = Holdings::of(shim);
    for number in 5..105 {
        run.restart(number);
    }
    assert_eq!(run.answer(), "104");
    assert_eq!(run.starts(), 106);
    // Threads that wait for work end after 10 s.
    let mut now = before;
    let fallen = within(Duration::from_secs(30), || {
        now = Holdings::of(shim);
        now.is_about(before)
    });
    println!("{before:?} before, {now:?} after");
    assert!(fallen, "{before:?} before, {now:?} after");
    let alive = run.shim.started("main").into_iter();
    let alive: Vec<_> = alive.filter(|pid| is_alive(*pid)).collect();
    assert_eq!(alive, [run.pid()]);
    let after = idle_ticks(shim, &mut run.story);
    println!("{idle} ticks in 3 s before, {after} after");
    assert!(after <= idle + 15, "{idle} ticks before, {after} after");
}
