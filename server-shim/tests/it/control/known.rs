//! How a shim is known to other terminals: by a file that is there as long as it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use super::{ready, runs, said, terminal};
use crate::http::Connection;
use crate::processes::eventually;
use crate::shim::Shim;

/// The files of those that run.
fn files(state: &Path) -> Vec<PathBuf> {
    let folder = state.join("server-reload/running");
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn files_of(shim: &Shim) -> Vec<PathBuf> {
    files(&shim.aside("state"))
}

#[test]
fn nobody_else_can_read_the_token_and_no_page_is_told_it() {
    let shim = ready(runs(""));
    let [file] = &files_of(&shim)[..] else {
        panic!("{:?}", files_of(&shim));
    };
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let known: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let token = known["token"].as_str().unwrap();
    assert_eq!(token.len(), 32, "{known}");
    let mut stream = Connection::events(&shim);
    stream.until("event: hello");
    let hello = stream.until("\n\n");
    assert!(hello.contains("\"token\":"), "{hello}");
    assert!(!hello.contains(token), "{hello}");
    assert!(!shim.get("/_reload/health").text().contains(token));
}

#[test]
fn the_file_goes_with_the_shim_even_by_a_second_signal() {
    let mut shim = ready(runs(""));
    shim.signal(Signal::TERM);
    shim.wait();
    assert_eq!(files_of(&shim), [""; 0].map(PathBuf::from));

    let mut shim = ready(runs("deaf").args(&["--stop-timeout", "1h"]));
    let mut stream = Connection::events(&shim);
    stream.until("event: hello");
    shim.signal(Signal::INT);
    stream.until("event: done");
    shim.signal(Signal::INT);
    shim.wait();
    assert_eq!(files_of(&shim), [""; 0].map(PathBuf::from));
}

#[test]
fn one_that_was_killed_is_not_known_any_more() {
    let shim = ready(runs(""));
    assert_eq!(files_of(&shim).len(), 1);
    let (folder, aside) = shim.kill();
    let state = aside.path().join("state");
    assert_eq!(files(&state).len(), 1, "nobody could remove it");
    let status = said(terminal(folder.path(), &state).arg("status"));
    assert_eq!(status.code, Some(4), "{status:?}");
    assert_eq!(files(&state).len(), 0, "the next one who looks does");
}

#[test]
fn a_process_that_only_has_the_same_number_is_not_taken_for_it() {
    let shim = ready(runs(""));
    let [file] = &files_of(&shim)[..] else {
        panic!("{:?}", files_of(&shim));
    };
    let text = fs::read_to_string(file).unwrap();
    let mut known: serde_json::Value = serde_json::from_str(&text).unwrap();
    let started = known["started_at"].as_u64().unwrap();
    known["started_at"] = (started - 100).into();
    fs::write(file, known.to_string()).unwrap();
    let status = shim.at_another_terminal(&["stop"]);
    assert_eq!(status.code, Some(4), "{status:?}");
}

#[test]
fn it_is_found_from_a_folder_below_and_by_its_port_from_anywhere() {
    let shim = ready(runs("").file("src/deep/a.txt", ""));
    let state = shim.aside("state");
    let below = said(terminal(&shim.path("src/deep"), &state).arg("status"));
    assert_eq!(below.code, Some(0), "{below:?}");

    let elsewhere = tempfile::tempdir().unwrap();
    let missed = said(terminal(elsewhere.path(), &state).arg("status"));
    assert_eq!(missed.code, Some(4), "{missed:?}");
    let hint = format!("\n  --port {:<5}  ", shim.port);
    assert!(missed.err.contains(&hint), "{missed:?}");
    let port = shim.port.to_string();
    let found = said(terminal(elsewhere.path(), &state).args(["status", "--port", &port]));
    assert_eq!(found.code, Some(0), "{found:?}");
    let mut by_variable = terminal(elsewhere.path(), &state);
    by_variable.arg("status").env("SERVER_RELOAD_PORT", &port);
    assert_eq!(said(&mut by_variable).code, Some(0));
}

#[test]
fn two_in_one_folder_are_told_apart_by_their_ports() {
    let one = ready(runs(""));
    let mut command = terminal(one.folder.path(), &one.aside("state"));
    command.args(["--detach", "--port", "0", "-q"]);
    let other = said(&mut command);
    let other = super::detach::Detached::new(&one, &other);
    for command in ["status", "restart", "stop"] {
        let said = one.at_another_terminal(&[command]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(
            said.err.starts_with("error: 2 server-reloads run in `"),
            "{said:?}"
        );
        for port in [one.port, other.port] {
            assert!(
                said.err.contains(&format!("\n  --port {port:<5}  ")),
                "{said:?}"
            );
        }
    }
    let port = other.port.to_string();
    let stopped = one.at_another_terminal(&["stop", "--port", &port]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    eventually("one", || files_of(&one).len() == 1);
    assert_eq!(one.at_another_terminal(&["status"]).code, Some(0));
}
