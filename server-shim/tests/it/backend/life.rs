//! How it begins and ends.

use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

/// Says that it runs, and looks whether it is alone.
pub(super) fn begin(role: &str) {
    let Some(started) = super::aside("started") else {
        return;
    };
    // It may outlive those that it is of.
    if role == "daemon" {
        append(started, &format!("{role} {}", std::process::id()));
        return;
    }
    let lock = super::aside("lock").unwrap();
    let lock = File::options().append(true).create(true).open(lock);
    let lock = lock.unwrap();
    // Those of one generation run together, and share it.
    if role == "main" && lock.try_lock().is_err() {
        let pid = std::process::id();
        append(super::aside("overlap").unwrap(), &pid.to_string());
    }
    lock.lock_shared().unwrap();
    // Held until the process ends.
    std::mem::forget(lock);
    append(started, &format!("{role} {}", std::process::id()));
}

/// Lets a process with these words run that is not of our group. It is there when this returns.
#[cfg(unix)]
pub(super) fn leave(words: &str) {
    use std::process::Stdio;

    let mut middle = super::by_hand(&format!("daemon role=daemon {words}"));
    // Whoever reads what we write does not wait for it.
    middle.stdin(Stdio::null()).stdout(Stdio::null());
    assert!(middle.stderr(Stdio::null()).status().unwrap().success());
}

#[cfg(not(unix))]
pub(super) fn leave(_: &str) {}

/// Ends, and lives on in a session of its own.
#[cfg(unix)]
pub(super) fn daemonise(words: &str) -> ! {
    use std::os::unix::process::CommandExt;

    rustix::process::setsid().ok();
    let before = count("daemon");
    let daemon = super::by_hand(words).process_group(0).spawn();
    while super::aside("").is_some() && count("daemon") == before {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::process::exit(i32::from(daemon.is_err()))
}

#[cfg(not(unix))]
pub(super) fn daemonise(_: &str) -> ! {
    std::process::exit(1)
}

/// How many of this role have said that they run.
pub(super) fn count(role: &str) -> usize {
    let started = super::aside("started").and_then(|file| fs::read_to_string(file).ok());
    let started = started.unwrap_or_default();
    let its = started.lines().filter(|line| line.starts_with(role));
    its.count()
}

/// In one write.
pub(super) fn append(file: PathBuf, line: &str) {
    let file = File::options().append(true).create(true).open(file);
    file.unwrap()
        .write_all(format!("{line}\n").as_bytes())
        .unwrap();
}

pub(super) fn echo() {
    for line in std::io::stdin().lock().lines() {
        println!("heard {}", line.unwrap());
    }
    println!("heard the end");
}

#[cfg(unix)]
pub(super) fn hear_term(deaf: bool, pause: Duration) {
    use tokio::signal::unix::{SignalKind, signal};

    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let mut term = signal(SignalKind::terminate()).unwrap();
            tell.send(()).unwrap();
            loop {
                term.recv().await;
                if !deaf {
                    std::thread::sleep(pause);
                    std::process::exit(0);
                }
            }
        });
    });
    told.recv().unwrap();
}

#[cfg(not(unix))]
pub(super) fn hear_term(_: bool, _: Duration) {}
