//! Who is in a process group, and when a process has ended.
//!
//! A process that has ended and was not yet reaped by its parent (a zombie) is not counted: where
//! process 1 reaps lazily, as in a container without an init, it would stay for seconds.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub(crate) use linux::{ended, of_group, tree};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{ended, of_group, tree};

#[cfg(unix)]
use rustix::process::Pid;

/// `None` for what cannot be a process id.
#[cfg(unix)]
pub(super) fn pid_of(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Whether the system knows this group; zombies are in it, too.
#[cfg(unix)]
fn is_known(group: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::test_kill_process_group;

    pid_of(group).is_some_and(|group| test_kill_process_group(group) != Err(Errno::SRCH))
}
