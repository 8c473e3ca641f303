//! A process that ends by itself.

use super::{pid, planned};
use crate::processes::await_gone;
use crate::shim::Shim;
use crate::story::Story;

#[test]
fn one_that_listens_and_then_dies_is_tried_again_and_given_up() {
    let shim = planned("port=0 says=boom dies=20 role=main").start();
    let mut story = Story::open(&shim);
    for _ in 0..4 {
        let problem = story.problem();
        assert_eq!(problem["title"], "exited with code 7");
        let output = problem["output"].as_str().unwrap();
        assert!(output.contains("boom"), "{output}");
    }
    story.phase("crashed");
    shim.line("crashed: exited with code 7; it is started again in 0.25 s");
    for (times, pause) in [(2, "0.50 s"), (3, "1 s"), (4, "2 s")] {
        shim.line(&format!(
            "exited with code 7, {times} times in a row; it is started again in {pause}"
        ));
    }
    shim.line("exited with code 7, 5 times in a row; waiting for a change");
    assert_eq!(shim.started("main").len(), 5);
    assert_eq!(shim.health()["id"], serde_json::Value::Null);
    let health = shim.health();
    assert_eq!(health["services"][0]["phase"], "crashed");
    assert_eq!(health["services"][0]["pid"], serde_json::Value::Null);

    let mut late = Story::open(&shim);
    let hello = late.named("hello").json();
    assert_eq!(hello["phase"], "crashed");
    assert_eq!(hello["id"], serde_json::Value::Null);
    assert_eq!(late.problem()["title"], "exited with code 7");

    shim.write("plan.txt", "port=0");
    let id = late.id();
    assert_eq!(shim.health()["id"], id.as_str());
    assert_eq!(shim.started("main").len(), 6);
}

#[test]
fn a_crash_takes_the_id_back_and_a_restart_gives_a_new_one() {
    let shim = planned("port=0").start();
    let mut story = Story::open(&shim);
    let first = story.id();
    let before = pid(&shim);
    kill(before);
    story.phase("backing_off");
    assert_eq!(shim.health()["id"], serde_json::Value::Null);
    assert_eq!(
        story.problem()["title"],
        "was ended by signal 9",
        "so that the page can show it"
    );
    let second = story.id();
    assert_ne!(first, second);
    assert_ne!(before, pid(&shim));
    assert_eq!(shim.health()["status"], "ready");
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_save_during_the_pause_starts_it_at_once() {
    let shim = planned("dies=0").start();
    let mut story = Story::open(&shim);
    shim.line("3 times in a row; it is started again in 1 s");
    shim.write("plan.txt", "port=0");
    story.id();
    assert_eq!(shim.started("main").len(), 4);
}

#[test]
fn what_a_crashed_one_leaves_behind_is_ended() {
    let shim = planned("port=0 orphan child").start();
    let mut story = Story::open(&shim);
    story.id();
    kill(pid(&shim));
    story.phase("backing_off");
    for role in ["orphan", "child"] {
        await_gone(shim.started(role)[0]);
    }
    story.id();
}

#[test]
fn a_command_that_is_not_there_says_so() {
    let shim = Shim::builder().runs(["no-such-command"]).start();
    let mut story = Story::open(&shim);
    let problem = story.problem();
    let title = problem["title"].as_str().unwrap();
    assert!(title.contains("`no-such-command` was not found"), "{title}");
    shim.line("`no-such-command` was not found");
    assert_eq!(shim.health()["status"], "crashed");
}
