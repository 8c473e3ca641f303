//! What is left of a restart when nobody is there to ask.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use server_reload_protocol::payload::Operation;

use super::{RESTART, Run, builder, events, named};
use crate::processes::{await_gone, eventually};
use crate::shim::Shim;
use crate::story::{Event, Story};

const RECORDS: &str = ".server-reload/restarts";

fn records(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join(RECORDS)) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect()
}

/// A record, whole.
fn read(path: &Path) -> Value {
    let json = fs::read(path).unwrap();
    let operation: Operation = serde_json::from_slice(&json)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&json)));
    serde_json::to_value(operation).unwrap()
}

#[test]
fn a_restart_that_has_ended_has_its_record() {
    let run = Run::start();
    assert!(!run.shim.path(".server-reload").exists());
    let receipt = run.done(&run.begin(&named("mine")));
    let name = receipt["record"].as_str().unwrap();
    let expected = run.shim.path(&format!("{RECORDS}/mine.json"));
    assert_eq!(Path::new(name), expected, "from wherever it is read");
    // Before `done` is told.
    assert_eq!(read(&run.shim.path(name)), receipt);
    let ignored = fs::read_to_string(run.shim.path(".server-reload/.gitignore"));
    assert_eq!(ignored.unwrap(), "*\n");
}

#[test]
fn records_are_no_changes() {
    for elsewhere in [&[][..], &["--records", "some/receipts"]] {
        no_change_but_the_users(elsewhere);
    }
}

fn no_change_but_the_users(args: &[&str]) {
    let builder = Shim::builder()
        .file("app.txt", "one\n")
        .backend("source=app.txt port=0")
        .args(&["--name", "app"])
        .args(args);
    let run = Run::of(builder);
    for id in ["a", "b"] {
        run.done(&run.begin(&named(id)));
    }
    run.shim.write("app.txt", "two\n");
    eventually("the third restart", || {
        let list = run.list();
        list.len() == 3 && list[0]["status"] == "restarted"
    });
    assert_eq!(run.list()[0]["cause"], "files");
    assert_eq!(run.starts(), 4);
}

#[test]
fn what_a_kill_cuts_off_is_whole_and_read_back() {
    let run = Run::start();
    run.done(&run.begin(&named("whole")));
    run.begin_gated(&named("cut"));
    let record = run.shim.path(&format!("{RECORDS}/cut.json"));
    eventually("the record of the phase", || {
        record.exists() && read(&record)["phase"] == "waiting_until_ready"
    });
    let folders = run.shim.kill();
    let before = read(&folders.0.path().join(RECORDS).join("cut.json"));
    assert_eq!(before["status"], "running");

    let run = Run::of(builder().in_place_of(folders).file("plan.txt", "port=0"));
    let ids: Vec<_> = run.list().iter().map(|it| it["op_id"].clone()).collect();
    assert_eq!(ids, ["cut", "whole"]);
    let cut = run.operation("cut");
    assert_eq!(cut["status"], "cancelled", "{cut}");
    let reason = cut["reason"].as_str().unwrap();
    assert!(reason.contains("was ended before"), "{reason}");
    assert_eq!(cut["phases"], before["phases"]);
    assert_eq!(run.operation("whole")["status"], "restarted");
    assert_eq!(read(&run.shim.path(&format!("{RECORDS}/cut.json"))), cut);
    assert_eq!(run.post(&named("cut")).status, 409);
}

#[test]
fn whenever_it_is_killed_no_record_is_half() {
    let mut folders = None;
    for phases in 1..=4 {
        let builder = builder();
        let builder = match folders.take() {
            Some(folders) => builder.in_place_of(folders),
            None => builder,
        };
        let run = Run::of(builder.file("plan.txt", "port=0"));
        let mut story = Story::of(&run.shim, &events(&run.begin("{}")));
        for _ in 0..phases {
            let or_done = |event: &Event| ["phase", "done"].contains(&event.name.as_str());
            story.until("the next phase", or_done);
        }
        // It is written beside what is told.
        eventually("a record", || !records(run.shim.folder.path()).is_empty());
        let left = run.shim.kill();
        for path in records(left.0.path()) {
            read(&path);
        }
        // Ended by the guardian, also one that was just being started.
        let started = fs::read_to_string(left.1.path().join("started")).unwrap();
        for line in started.lines() {
            let pid = line.rsplit(' ').next().unwrap();
            await_gone(pid.parse().unwrap());
        }
        folders = Some(left);
    }
    let left = folders.unwrap();
    let run = Run::of(builder().in_place_of(left).file("plan.txt", "port=0"));
    assert_eq!(run.list().len(), records(run.shim.folder.path()).len());
    assert!(run.list().iter().all(|it| it["status"] != "running"));
}

#[test]
fn the_newest_hundred_are_kept() {
    let run = Run::start();
    run.done(&run.begin(&named("model")));
    let mut model: Operation = serde_json::from_value(run.operation("model")).unwrap();
    let folders = run.shim.kill();
    let folder = folders.0.path().join(RECORDS);
    for at in 0..110_u32 {
        model.op_id = format!("old-{at}");
        model.started_at = f64::from(at);
        let json = serde_json::to_vec(&model).unwrap();
        fs::write(folder.join(format!("old-{at}.json")), json).unwrap();
    }
    let run = Run::of(builder().in_place_of(folders));
    let list = run.list();
    assert_eq!(list.len(), 100);
    assert_eq!(list[0]["op_id"], "model");
    assert_eq!(list[99]["op_id"], "old-11");
    run.done(&run.begin(&named("new")));
    eventually("a hundred records", || {
        records(run.shim.folder.path()).len() == 100
    });
    assert_eq!(run.shim.get(&format!("{RESTART}/old-11")).status, 404);
    assert!(run.shim.path(&format!("{RECORDS}/new.json")).exists());
}

#[test]
fn they_are_kept_elsewhere_or_nowhere() {
    let run = Run::of(builder().args(&["--records", "none"]));
    let receipt = run.done(&run.begin("{}"));
    assert_eq!(receipt["record"], Value::Null);
    assert!(!run.shim.path(".server-reload").exists());

    let run = Run::of(builder().env("SERVER_RELOAD_RECORDS", "receipts"));
    let receipt = run.done(&run.begin(&named("a")));
    let expected = run.shim.path("receipts/a.json");
    assert_eq!(receipt["record"].as_str().map(Path::new), Some(&*expected));
    assert_eq!(read(&run.shim.path("receipts/a.json")), receipt);
}

#[test]
fn where_none_can_be_written_it_is_restarted_all_the_same() {
    let run = Run::of(builder().args(&["--records", "plan.txt"]));
    let receipt = run.done(&run.begin("{}"));
    assert_eq!(receipt["status"], "restarted");
    assert_eq!(receipt["record"], Value::Null);
    run.shim.line("a record of a restart could not be written");
}

#[test]
fn two_in_one_folder_leave_each_others_alone() {
    let one = Run::start();
    let id = one.begin_gated("{}");
    let record = one.shim.path(&format!("{RECORDS}/{id}.json"));
    eventually("the record", || record.exists());
    let folder = one.shim.path(RECORDS);
    let other = Run::of(builder().args(&["--records", folder.to_str().unwrap()]));
    assert_eq!(other.list(), Vec::<Value>::new());
    assert_eq!(read(&record)["status"], "running");
    one.open_gate();
    let receipt = one.done(&id);
    assert_eq!(receipt["status"], "restarted", "{receipt}");
    assert_eq!(read(&record), receipt);
}

#[test]
fn records_in_a_folder_that_has_files_of_its_own_are_no_changes() {
    let builder = Shim::builder()
        .file("app.txt", "one\n")
        .file("data/notes.txt", "mine\n")
        .backend("source=app.txt port=0")
        .args(&["--name", "app", "--records", "data"]);
    let run = Run::of(builder);
    run.done(&run.begin(&named("a")));
    assert!(!run.shim.path("data/.gitignore").exists());
    run.shim.write("app.txt", "two\n");
    eventually("the second restart", || {
        let list = run.list();
        list.len() == 2 && list[0]["status"] == "restarted"
    });
    assert_eq!(run.list()[0]["cause"], "files");
    assert_eq!(run.starts(), 3);
}

#[test]
fn a_restart_that_the_end_cuts_off_is_cancelled_in_its_record() {
    let mut run = Run::start();
    run.begin_gated(&named("cut"));
    run.shim.signal(rustix::process::Signal::TERM);
    run.shim.wait();
    let record = read(&run.shim.path(&format!("{RECORDS}/cut.json")));
    assert_eq!(record["status"], "cancelled", "{record}");
}
