//! Each thing that is told, as it is read.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::supervisor::Exit;

const HERE: &str = "/app";

/// With the weight in front.
fn line(news: &News) -> String {
    let Told {
        weight,
        head,
        rest,
        below,
    } = told(news, false, Path::new(HERE)).unwrap();
    format!("{weight:?} {head}{rest}\n{below}")
}

fn check(table: impl IntoIterator<Item = (News, &'static str)>) {
    for (news, expected) in table {
        assert_eq!(line(&news), format!("{expected}\n"));
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn files(names: &[&str]) -> Vec<PathBuf> {
    names
        .iter()
        .map(|name| PathBuf::from(HERE).join(name))
        .collect()
}

fn crashed(code: i32, again: Option<u64>, times: u32) -> News {
    let exit = Exit {
        code: Some(code),
        signal: None,
    };
    News::Crashed {
        exit,
        again: again.map(millis),
        times,
    }
}

fn ready(before: Option<u32>) -> News {
    News::Ready {
        pid: Some(4732),
        before,
        took: millis(412),
        url: None,
    }
}

fn held(pid: Option<u32>, name: Option<&str>) -> News {
    News::PortHeld {
        holder: Holder {
            port: 8000,
            pid,
            name: name.map(str::to_owned),
            former: false,
        },
        ours: false,
    }
}

#[test]
fn the_first_start_is_said_by_the_greeting() {
    assert_eq!(
        told(&News::Starting { cause: None }, false, Path::new(HERE)),
        None
    );
}

#[test]
fn restarts() {
    let starting = |cause| News::Starting { cause: Some(cause) };
    check([
        (
            starting(Cause::Files(files(&["app.py"]))),
            "News app.py changed: restarting",
        ),
        (
            starting(Cause::Files(files(&["a/app.py", "b", "c", "d"]))),
            "News a/app.py and 3 more changed: restarting",
        ),
        (starting(Cause::Key), "News restarting, by key r"),
        (
            starting(Cause::Page),
            "News restarting, asked for by a page",
        ),
        (
            starting(Cause::Api),
            "News restarting, asked for by a command",
        ),
        (
            starting(Cause::Dependency),
            "News restarting with a service that it depends on",
        ),
        (starting(Cause::Crash), "News restarting after the crash"),
        (ready(None), "News ready in 0.41 s, pid 4732"),
        (ready(Some(4711)), "News ready in 0.41 s, pid 4711 → 4732"),
        (ready(Some(4732)), "News ready in 0.41 s, pid 4732"),
        (
            News::Moved {
                pid: Some(2),
                before: Some(1),
            },
            "News was restarted, pid 1 → 2",
        ),
        (
            News::Moved {
                pid: None,
                before: None,
            },
            "News was restarted",
        ),
    ]);
}

#[test]
fn checks() {
    let cause = Cause::Files(files(&["app.py"]));
    check([
        (
            News::Checking {
                cause: cause.clone(),
            },
            "News app.py changed: checking",
        ),
        (
            News::CheckFailed {
                reason: "exited with code 1".to_owned(),
                output: "  File \"app.py\", line 3\nSyntaxError\n".to_owned(),
                took: millis(300),
            },
            "Error check failed (0.30 s), the old version goes on: exited with code 1\n      File \"app.py\", line 3\n    SyntaxError",
        ),
        (
            News::PutBack,
            "News put back as it was: the version that runs is the right one",
        ),
    ]);
    let starting = News::Starting { cause: Some(cause) };
    let told = told(&starting, true, Path::new(HERE)).unwrap();
    assert_eq!(told.rest, "check passed: restarting");
}

#[test]
fn troubles() {
    let signal = Exit {
        code: None,
        signal: Some(9),
    };
    check([
        (
            crashed(1, Some(500), 1),
            "Error crashed: exited with code 1; it is started again in 0.50 s",
        ),
        (
            crashed(1, None, 5),
            "Error crashed: exited with code 1, 5 times in a row; waiting for a change",
        ),
        (
            crashed(0, None, 1),
            "Error ended: exited with code 0; waiting for a change",
        ),
        (
            News::Crashed {
                exit: signal,
                again: None,
                times: 1,
            },
            "Error crashed: was ended by signal 9; waiting for a change",
        ),
        (
            News::CannotStart {
                reason: "there is no program `uvicorm`".to_owned(),
            },
            "Error cannot start: there is no program `uvicorm`",
        ),
        (
            News::NeverReady {
                reason: "nothing listens yet".to_owned(),
                took: millis(30_000),
            },
            "Error not ready after 30 s: nothing listens yet\n    pages are not reloaded; if it needs longer, add `--ready-timeout 60s`",
        ),
        (
            News::Killing {
                after: millis(3000),
            },
            "Warning it did not end within 3 s and is killed; `--stop-timeout` gives more time",
        ),
        (
            News::Reclaimed { pid: 7 },
            "News ended pid 7, which an earlier run had left behind",
        ),
        (
            News::Loop {
                path: "/app/data/log.txt".into(),
            },
            "Warning each restart changes data/log.txt, which would restart it again: paused; add `--ignore data/log.txt`",
        ),
    ]);
}

#[test]
fn ports() {
    let cure = if cfg!(windows) {
        "taskkill /PID 42"
    } else {
        "kill 42"
    };
    for (news, expected) in [
        (
            held(Some(42), Some("node")),
            format!("by `node` (pid 42)\n    stop it: {cure}\n"),
        ),
        (
            held(Some(42), Some("server-reload")),
            format!("by another server-reload (pid 42)\n    stop it: {cure}\n"),
        ),
        (
            held(Some(42), None),
            format!("by pid 42\n    stop it: {cure}\n"),
        ),
        (
            held(None, None),
            "by a process that the system does not name\n".to_owned(),
        ),
    ] {
        assert_eq!(line(&news), format!("Error port 8000 is held {expected}"));
    }
    let holder = Holder {
        port: 10_021,
        ..Holder::default()
    };
    check([(
        News::PortHeld { holder, ours: true },
        "Error your backend wants our port 10021: give it another, or add `--port 10022`",
    )]);
    check([(
        News::PortLingers { port: 8000 },
        "Error port 8000 is not free yet: connections of before linger, for a minute at most, and your backend does not set SO_REUSEADDR",
    )]);
}

#[test]
fn somebody_elses_backend() {
    let two = |drop: Option<&str>| News::TwoWatchers {
        drop: drop.map(str::to_owned),
    };
    check([
        (
            two(Some("--reload")),
            "Warning it restarts itself as well, so two watchers are at work: leave out `--reload`, or add `--no-watch`",
        ),
        (
            two(Some("`--debug`")),
            "Warning it restarts itself as well, so two watchers are at work: leave out `--debug`, or add `--no-watch`",
        ),
        (
            two(None),
            "Warning it restarts itself as well, so two watchers are at work: switch its own off, or add `--no-watch`",
        ),
        (
            News::Forwarded {
                name: Some("docker-proxy".to_owned()),
                port: 8000,
            },
            "Warning port 8000 is forwarded by `docker-proxy`, so that a connection says nothing of the backend behind it: add `--ready http://localhost:8000/`",
        ),
        (
            News::Forwarded {
                name: None,
                port: 8000,
            },
            "Warning port 8000 is forwarded, so that a connection says nothing of the backend behind it: add `--ready http://localhost:8000/`",
        ),
        (
            News::Away {
                address: "localhost:8000".to_owned(),
            },
            "News nobody listens on localhost:8000: waiting",
        ),
    ]);
}

#[test]
fn files_and_watching() {
    let changed = |names, style| News::Changed {
        paths: files(names),
        style,
    };
    check([
        (
            changed(&["css/app.css"], true),
            "News css/app.css changed: swapped in the page",
        ),
        (
            changed(&["a.html", "b.html"], false),
            "News a.html and 1 more changed: the page is told",
        ),
        (
            News::Paused(true),
            "News paused: changes wait until p is pressed again",
        ),
        (News::Paused(false), "News watching again"),
        (
            News::Watching {
                how: "polled every 500 ms: this file system sends no events".to_owned(),
            },
            "News files are polled every 500 ms: this file system sends no events",
        ),
    ]);
}
