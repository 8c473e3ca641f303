//! Linux: `/proc`.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::supervisor::attach::forwarder::is_forwarder;
use crate::supervisor::attach::owner::{Owner, Proc};

/// The unit of times in `/proc/PID/stat`: `USER_HZ` is 100 on all that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// The children of a process are told at once.
pub(super) const IS_CHEAP: bool = true;

/// Whether it still runs.
pub(in super::super) fn is_alive(proc: Proc) -> bool {
    stat(proc.pid).is_some_and(|stat| stat.start == proc.start && !stat.is_dead)
}

/// What is known of a process; `None` where it has ended.
pub(super) fn owner(pid: u32) -> Option<Owner> {
    let stat = stat(pid)?;
    Some(Owner {
        proc: Proc {
            start: stat.start,
            pid,
        },
        parent: Some(stat.parent),
        started: started(stat.start),
        name: stat.name,
    })
}

/// To 10 ms.
pub(super) fn age(pid: u32) -> Option<Duration> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let uptime = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    let uptime = Duration::try_from_secs_f64(uptime).ok()?;
    Some(uptime.saturating_sub(since_boot(stat(pid)?.start)?))
}

/// The boot in whole seconds and the process's start in ticks of 10 ms since. Both are the same
/// whenever they are asked for, until somebody sets the clock; the sum is up to a second early.
fn started(ticks: u64) -> Option<SystemTime> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let boot = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    let boot = Duration::from_secs(boot.trim().parse().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(boot + since_boot(ticks)?)
}

fn since_boot(ticks: u64) -> Option<Duration> {
    TICK.checked_mul(u32::try_from(ticks).ok()?)
}

struct Stat {
    name: String,
    is_dead: bool,
    parent: u32,
    start: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let bytes = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(&String::from_utf8_lossy(&bytes))
}

/// `pid (name) state parent …`; the start is field 22. A name may hold spaces and parentheses.
fn parse(stat: &str) -> Option<Stat> {
    let (head, rest) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    Some(Stat {
        name: name.to_owned(),
        is_dead: matches!(state, "Z" | "X"),
        parent: fields.next()?.parse().ok()?,
        start: fields.nth(17)?.parse().ok()?,
    })
}

/// All children that its threads have started; `None` where it has ended or the kernel does not tell.
pub(super) fn children(pid: u32) -> Option<String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let of = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).ok();
    Some(threads.flatten().filter_map(of).collect())
}

/// The name of a forwarder that is told this port on its command line, whoever runs it.
pub(super) fn forwarder(port: u16) -> Option<String> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.find_map(|pid| {
        let name = stat(pid)?.name;
        (is_forwarder(&name) && is_told(pid, port)).then_some(name)
    })
}

/// `docker-proxy … -host-port 8000 …`, `ssh -L 8000:…`
fn is_told(pid: u32, port: u16) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = String::from_utf8_lossy(&words);
    let mut numbers = words.split(|it: char| !it.is_ascii_digit());
    numbers.any(|number| number.parse() == Ok(port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_process_is_read_from_its_line() {
        let line =
            "42 (a) b) S 7 42 42 0 -1 4194560 2755 51048 2 44 0 3 38 22 20 0 1 0 1205733 51 10";
        let stat = parse(line).expect("a process");
        assert_eq!(
            (stat.name.as_str(), stat.parent, stat.start),
            ("a) b", 7, 1_205_733)
        );
        assert!(!stat.is_dead);
        assert!(parse("42 (a) Z 7").is_none());
    }

    #[test]
    fn our_own_start_is_now_and_always_the_same() {
        let once = owner(std::process::id()).expect("ourselves");
        let again = owner(std::process::id()).expect("ourselves");
        assert_eq!(once, again);
        let age = SystemTime::now().duration_since(once.started.expect("a start"));
        let age = age.expect("in the past");
        let exact = super::age(std::process::id()).expect("an age");
        let early = age.saturating_sub(exact);
        assert!(exact < Duration::from_hours(1), "{exact:?}");
        assert!(early < Duration::from_secs(2), "{age:?}, {exact:?}");
    }
}
