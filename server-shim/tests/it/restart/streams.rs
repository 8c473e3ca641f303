//! An operation followed while it happens.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{RESTART, Run, builder, events, named};
use crate::shim::DEADLINE;
use crate::story::{Event, Story};

/// What is told from the snapshot to the end.
fn told(mut story: Story) -> Vec<Event> {
    story.named("done");
    story.told
}

fn ids(told: &[Event]) -> Vec<usize> {
    told.iter().filter_map(|event| event.id).collect()
}

#[test]
fn it_is_told_phase_by_phase_and_ends_with_the_receipt() {
    let run = Run::start();
    let id = run.begin_gated("{}");
    let mut story = Story::of(&run.shim, &events(&id));
    let first = story.next();
    assert_eq!(first.name, "operation");
    assert_eq!(first.json()["status"], "running");
    let is_last = |event: &Event| event.json()["name"] == "waiting_until_ready";
    let last = story.until("the last phase so far", is_last);
    assert_eq!(
        (last.name.as_str(), &last.json()["ms"]),
        ("phase", &Value::Null)
    );
    run.open_gate();
    let told = told(story);
    let names: Vec<_> = told.iter().map(|event| event.name.as_str()).collect();
    let phases = names.len() - 2;
    assert!(
        names[1..=phases].iter().all(|name| *name == "phase"),
        "{names:?}"
    );
    assert_eq!(ids(&told), (1..=phases).collect::<Vec<_>>());
    let receipt = told.last().unwrap().json();
    assert_eq!(receipt["phases"].as_array().unwrap().len(), phases);
    assert_eq!(receipt, run.operation(&id));
}

#[test]
fn the_receipt_is_told_to_who_comes_late_and_the_stream_ends() {
    let run = Run::start();
    let id = run.begin("{}");
    let receipt = run.done(&id);
    let text = Story::asked(&run.shim, &events(&id), "").rest();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        body.starts_with("retry: 1000\n\nevent: operation\n"),
        "{body}"
    );
    let (_, done) = body.rsplit_once("event: done\ndata: ").unwrap();
    let told: Value = serde_json::from_str(done).unwrap();
    assert_eq!(told, receipt);
}

#[test]
fn it_may_be_followed_before_it_is_asked_for() {
    let run = Run::of(builder().args(&["--verbose"]));
    let mut story = Story::asked(&run.shim, &events("mine"), "");
    run.shim.line("waits for operation `mine`");
    run.begin(&named("mine"));
    story.begun();
    assert_eq!(told(story)[0].json()["op_id"], "mine");
    let line = run.shim.line("operation `mine` has come after");
    assert!(line.contains("attempt"), "{line}");
}

#[test]
fn who_follows_an_id_that_joins_another_follows_that() {
    let run = Run::of(builder().args(&["--verbose"]));
    let running = run.begin_gated("{}");
    let mut story = Story::asked(&run.shim, &events("mine"), "");
    run.shim.line("waits for operation `mine`");
    assert_eq!(run.begin(&named("mine")), running);
    run.open_gate();
    story.begun();
    assert_eq!(told(story).last().unwrap().json()["op_id"], running);
}

#[test]
fn what_never_comes_is_waited_for_within_bounds() {
    let wait = [
        "--stream-max-wait",
        "400ms",
        "--stream-retry-delay",
        "100ms",
    ];
    let run = Run::of(builder().args(&["--verbose"]).args(&wait));
    let began = Instant::now();
    let answer = run.shim.get(&events("never"));
    let took = began.elapsed();
    assert_eq!(answer.status, 404);
    let bounds = Duration::from_millis(400)..DEADLINE;
    assert!(bounds.contains(&took), "{took:?}");
    let text = answer.text();
    // How often it could look meanwhile is the machine's to say.
    let waited = text.split("it has not come after ").nth(1).unwrap();
    let (attempts, waited) = waited.split_once(" attempts in ").unwrap();
    let attempts: u32 = attempts.parse().unwrap();
    assert!((2..=5).contains(&attempts), "{text}");
    let seconds = waited.split_once(" s").unwrap().0;
    let seconds = Duration::from_secs_f64(seconds.parse().unwrap());
    assert!(bounds.contains(&seconds), "{text}");
    assert!(text.contains("--stream-max-wait"), "{text}");
    let logged = format!(
        "operation `never` has not come after {attempts} attempts in {}",
        waited.split_once(" s").unwrap().0
    );
    run.shim.line(&logged);

    let answer = run.shim.get(&format!("{RESTART}/never"));
    assert_eq!(answer.status, 404);
    let text = answer.text();
    assert!(
        text.contains("?wait=1") && !text.contains("attempt"),
        "{text}"
    );
    let answer = run.shim.get(&format!("{RESTART}/never?wait=1"));
    assert!(answer.text().contains("attempts in"), "{}", answer.text());
}

#[test]
fn the_environment_says_how_long() {
    let builder = builder().env("SERVER_RELOAD_STREAM_MAX_WAIT", "0s");
    let run = Run::of(builder);
    let text = run.shim.get(&events("never")).text();
    assert!(text.contains("after 1 attempt in 0.000 s"), "{text}");
}

#[test]
fn a_broken_stream_goes_on_where_it_was() {
    let run = Run::start();
    let id = run.begin_gated("{}");
    let mut story = Story::of(&run.shim, &events(&id));
    story.until("the second phase", |event| event.id == Some(2));
    let had = ids(&story.told);
    drop(story);
    let by_query = Story::of(&run.shim, &format!("{}?last_event_id=2", events(&id)));
    let mut by_header = Story::asked(&run.shim, &events(&id), "Last-Event-ID: 2\r\n");
    by_header.begun();
    let mut both = Story::asked(
        &run.shim,
        &format!("{}?last_event_id=1", events(&id)),
        "Last-Event-ID: 2\r\n",
    );
    both.begun();
    run.open_gate();
    for resumed in [by_query, by_header, both] {
        let told = told(resumed);
        assert_eq!(told[0].name, "operation");
        let all = told.last().unwrap().json()["phases"]
            .as_array()
            .unwrap()
            .len();
        let ids = [had.clone(), ids(&told)].concat();
        assert_eq!(ids, (1..=all).collect::<Vec<_>>());
    }
    let nowhere = Story::of(&run.shim, &format!("{}?last_event_id=99", events(&id)));
    assert!(ids(&told(nowhere)).is_empty());
}

#[test]
fn it_proves_itself_alive_while_nothing_happens() {
    let run = Run::of(builder().args(&["--heartbeat", "50ms"]));
    let id = run.begin_gated("{}");
    let mut story = Story::of(&run.shim, &events(&id));
    story.named("ping");
    story.named("ping");
    run.open_gate();
    story.named("done");
}

#[test]
fn it_ends_with_the_shim_waited_for_or_not() {
    let mut run = Run::of(builder().args(&["--verbose"]));
    let id = run.begin_gated("{}");
    let mut story = Story::of(&run.shim, &events(&id));
    story.named("operation");
    let waiting = Story::asked(&run.shim, &events("never"), "");
    run.shim.line("waits for operation `never`");
    run.shim.signal(rustix::process::Signal::TERM);
    assert_eq!(story.named("shutdown").json()["reason"], "SIGTERM");
    // With the receipt, where there is one so soon.
    story.named("done");
    assert_eq!(story.rest(), "");
    let text = waiting.rest();
    assert!(text.contains("event: shutdown\n"), "{text}");
    assert!(text.ends_with("event: done\ndata: {}\n\n"), "{text}");
    assert!(run.shim.wait().success());
}
