//! From a save to a new id.

use std::thread;
use std::time::{Duration, Instant};

use super::{Args, Run, answering, run};
use crate::story::Story;

#[test]
fn the_id_moves_once_when_the_new_process_is_ready() {
    let mut run = run("", &[]);
    let before = run.pid();
    let from = run.story.told.len();

    run.save("two\n");
    let second = run.story.id();
    assert_ne!(run.id, second);
    assert_eq!(run.answer(), "two");
    let after = run.pid();
    assert_ne!(before, after);
    let phases = run.story.phases_since(from);
    let expected = [
        "stopping",
        "waiting_for_port",
        "starting",
        "waiting_until_ready",
        "ready",
    ];
    assert_eq!(phases, expected);
    run.shim.line("app.txt changed: restarting");
    run.shim.line(&format!("pid {before} → {after}"));
    assert_eq!(run.starts(), 2);
}

#[test]
fn health_shows_what_the_service_does() {
    let run = run("", &[]);
    let health = run.shim.health();
    assert_eq!(health["status"], "ready");
    assert_eq!(health["id"], run.id.as_str());
    let services = health["services"].as_array().unwrap();
    assert_eq!(services.len(), 1);
    assert_eq!(services[0]["name"], "app");
    assert_eq!(services[0]["phase"], "ready");
    assert_eq!(services[0]["pid"], health["pid"]);
    assert_eq!(run.shim.started("main"), [run.pid()]);
}

#[test]
fn a_late_joiner_hears_the_present_id() {
    let run = run("", &[]);
    let mut late = Story::open(&run.shim);
    let hello = late.named("hello").json();
    assert_eq!(hello["id"], run.id.as_str());
    assert_eq!(hello["phase"], "ready");
    assert_eq!(late.id(), run.id);
}

#[test]
fn fifty_saves_in_a_second_are_two_restarts_at_most() {
    // A machine that stops for a while in between makes two series of them.
    let mut run = (0..10)
        .map(|_| run("", &[]))
        .find_map(|mut run| (save_fifty_times(&mut run) < PAUSE).then_some(run))
        .expect("a machine that can save every 20 ms");
    while run.answer_at_id() != "save 49" {}
    let starts = run.starts();
    assert!((2..=3).contains(&starts), "{starts} starts");
    // Nothing was left over that this one would show.
    run.save("end\n");
    run.story.id();
    assert_eq!(run.answer(), "end");
    assert_eq!(run.starts(), starts + 1);
}

/// As long as this between two saves they are one series.
const PAUSE: Duration = Duration::from_millis(60);

/// The greatest time between two saves.
fn save_fifty_times(run: &mut Run) -> Duration {
    let mut greatest = Duration::ZERO;
    let mut last = Instant::now();
    for number in 0..50 {
        run.save(&format!("save {number}\n"));
        greatest = greatest.max(last.elapsed());
        last = Instant::now();
        // This is the pace of the saves; nothing is waited for.
        thread::sleep(Duration::from_millis(20));
    }
    greatest
}

impl Run {
    /// What it answers after the next id.
    pub(super) fn answer_at_id(&mut self) -> String {
        self.story.id();
        self.answer()
    }
}

#[test]
fn a_save_while_the_old_one_ends_is_read_by_the_next() {
    let mut run = run("slow=300", &[]);
    run.save("two\n");
    run.story.phase("stopping");
    run.save("three\n");
    run.story.id();
    assert_eq!(run.answer(), "three");
    assert_eq!(run.starts(), 2, "one restart has read both");
}

#[test]
fn saves_while_the_new_one_starts_are_one_follow_up() {
    // The second start is never ready, and takes its time to end, so that all saves find it.
    let mut run = Run::start(answering("plan=plan.txt").file("plan.txt", ""));
    run.shim.write("plan.txt", "waits=never slow=300");
    run.story.phase("waiting_until_ready");
    crate::processes::eventually("the second start", || run.starts() == 2);
    let from = run.story.told.len();
    run.save("two\n");
    run.save("three\n");
    run.shim.write("plan.txt", "");
    run.story.id();
    assert_eq!(run.answer(), "three");
    assert_eq!(run.starts(), 3, "one follow-up");
    let ids = run.story.told[from..].iter();
    assert_eq!(ids.filter(|event| event.name.is_empty()).count(), 1);
}

#[test]
fn a_save_of_equal_bytes_does_nothing() {
    let mut run = Run::start(answering("").file("other.txt", "same\n"));
    run.save("two\n");
    run.story.id();
    run.shim.write("other.txt", "same\n");
    run.save("three\n");
    let starting = run.story.phase("starting");
    assert_eq!(starting["reason"], "app.txt changed");
    run.story.id();
    assert_eq!(run.starts(), 3);
}

#[test]
fn what_is_ignored_does_nothing() {
    let builder = answering("").file(".gitignore", "*.log\n/out/\n");
    let mut run = Run::start(builder.args(&["--ignore", "data/"]));
    for name in [
        "app.log",
        "out/new/file.txt",
        "data/file.txt",
        "node_modules/some/index.js",
        "__pycache__/app.pyc",
        "target/debug/app",
        ".git/index",
        ".venv/lib/site.py",
        "chrome-debug-profile/Default/Cookies",
        ".app.txt.swp",
        "app.txt~",
        "4913",
    ] {
        run.shim.write(name, "ignored\n");
    }
    run.save("two\n");
    let starting = run.story.phase("starting");
    assert_eq!(starting["reason"], "app.txt changed");
    run.story.id();
    assert_eq!(run.starts(), 2);
}

#[test]
fn a_new_folder_counts_with_the_files_in_it() {
    let mut run = run("", &[]);
    run.shim.write("new/folder/file.txt", "one\n");
    run.story.id();
    run.shim.write("new/folder/file.txt", "two\n");
    let starting = run.story.phase("starting");
    assert_eq!(starting["reason"], "file.txt changed");
    run.story.id();
    assert_eq!(run.starts(), 3);
}

#[test]
fn only_the_extensions_that_are_asked_for_count() {
    let mut run = Run::start(answering("").args(&["--ext", "txt,toml"]));
    run.shim.write("app.md", "ignored\n");
    run.save("two\n");
    let starting = run.story.phase("starting");
    assert_eq!(starting["reason"], "app.txt changed");
    run.story.id();
    run.shim.write("app.toml", "new\n");
    run.story.id();
    assert_eq!(run.starts(), 3);
}

#[test]
fn only_the_folders_that_are_asked_for_are_watched() {
    let builder = answering("")
        .file("src/app.rs", "")
        .file("other/app.rs", "");
    let mut run = Run::start(builder.args(&["--watch", "src"]));
    run.shim.write("other/app.rs", "ignored\n");
    run.save("ignored\n");
    run.shim.write("src/app.rs", "new\n");
    let starting = run.story.phase("starting");
    assert_eq!(starting["reason"], "app.rs changed");
    run.story.id();
    assert_eq!(run.starts(), 2);
}

#[test]
fn nothing_is_watched_when_that_is_asked_for() {
    let run = Run::start(answering("").args(&["--no-watch", "--heartbeat", "1s"]));
    run.save("two\n");
    let mut late = Story::open(&run.shim);
    late.named("ping");
    assert_eq!(run.answer(), "one");
    assert_eq!(run.starts(), 1);
}
