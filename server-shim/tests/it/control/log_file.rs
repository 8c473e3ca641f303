//! `--log-file` beside a terminal.

use std::fs;

use super::{ready, runs};
use crate::processes::eventually;

#[test]
fn what_is_shown_is_in_the_file_without_its_colors() {
    let builder = runs("errs=\u{1b}[31mred\u{1b}[0m").file("all.txt", "of before\n");
    let shim = ready(
        builder
            .args(&["--log-file", "all.txt"])
            .env("CLICOLOR_FORCE", "1"),
    );
    shim.line("ready in ");
    let written = || fs::read_to_string(shim.path("all.txt")).unwrap();
    eventually("the last line", || written().contains("ready in "));
    let written = written();
    assert!(
        written.starts_with("of before\nserver-reload "),
        "{written}"
    );
    assert!(written.contains("\napp | red\n"), "{written}");
    assert!(!written.contains('\u{1b}'), "{written}");
    assert!(shim.output().contains("\u{1b}[31mred"), "{}", shim.output());
    let status = shim.at_another_terminal(&["status", "--json"]);
    let file = shim.path("all.txt").canonicalize().unwrap();
    assert_eq!(status.json()["log_file"], file.to_str().unwrap());
}

#[test]
fn a_file_that_cannot_be_written_is_said() {
    let mut shim = runs("").args(&["--log-file", "no/such/file"]).spawn();
    shim.line("error: cannot write to `no/such/file`");
    assert_eq!(shim.wait().code(), Some(2));
}
