//! What is known, told step by step.

use std::time::Duration;

use super::*;

pub(in crate::operations) fn now_at(instant: Instant) -> Now {
    Now { wall: 1.0, instant }
}

pub(in crate::operations) fn begun(id: &str, cause: OperationCause) -> Opened {
    Opened {
        op_id: id.to_owned(),
        cause,
        reason: "asked for".to_owned(),
        services: vec!["api".to_owned()],
        plan: vec![Phase::Stopping, Phase::Starting, Phase::Ready],
        pid_before: Some(1),
        id_before: Some("1.5".to_owned()),
    }
}

pub(in crate::operations) fn closed(status: OperationStatus) -> Closed {
    Closed {
        status,
        reason: None,
        output: Some("the end".to_owned()),
        pid_after: Some(2),
        id_after: Some("2.5".to_owned()),
    }
}

/// A store, and a clock.
struct World {
    store: Store,
    began: Instant,
}

impl World {
    fn new() -> Self {
        Self {
            store: Store::default(),
            began: Instant::now(),
        }
    }

    fn at(&self, millis: u64) -> Now {
        now_at(self.began + Duration::from_millis(millis))
    }

    fn begin(&mut self, id: &str) -> Option<String> {
        let now = self.at(0);
        self.store.open(begun(id, OperationCause::Page), None, now)
    }

    fn end(&mut self, id: &str) {
        let (now, closed) = (self.at(0), closed(OperationStatus::Restarted));
        self.store.close(id, closed, true, now);
    }

    fn get(&self, id: &str) -> Option<Arc<Operation>> {
        self.store.find(id).map(|found| found.operation)
    }
}

#[test]
fn phases_last_until_the_next_of_their_service() {
    let mut world = World::new();
    world.begin("a");
    for (millis, service, phase) in [
        (0, "api", Phase::Stopping),
        (5, "worker", Phase::Stopping),
        (20, "api", Phase::Starting),
        (50, "worker", Phase::Starting),
    ] {
        let now = world.at(millis);
        world.store.phase("a", service, phase, None, now);
    }
    let now = world.at(100);
    let ended = closed(OperationStatus::Restarted);
    world.store.close("a", ended, true, now);
    let operation = world.get("a").unwrap_or_else(|| panic!("it is gone"));
    let lasted: Vec<_> = operation.phases.iter().map(|phase| phase.ms).collect();
    assert_eq!(lasted, [Some(20), Some(45), Some(80), Some(50)]);
    assert_eq!(operation.took_ms, Some(100));
    assert_eq!(operation.phase, Some(Phase::Starting));
}

#[test]
fn the_newest_are_kept_and_those_that_run() {
    let mut world = World::new();
    world.begin("runs");
    for at in 0..KEPT - 1 {
        assert_eq!(world.begin(&format!("op{at}")), None);
        world.end(&format!("op{at}"));
    }
    assert_eq!(world.begin("newest").as_deref(), Some("op0"));
    assert!(world.get("op0").is_none());
    assert!(world.get("runs").is_some());
    assert_eq!(world.store.list().len(), KEPT);
    assert_eq!(world.store.list()[0].op_id, "newest");
}

#[test]
fn what_has_ended_stays_as_it_is() {
    let mut world = World::new();
    world.begin("a");
    world.end("a");
    let before = world.get("a");
    let now = world.at(9);
    world.store.phase("a", "api", Phase::Ready, None, now);
    world
        .store
        .close("a", closed(OperationStatus::Exited), true, now);
    assert_eq!(world.get("a"), before);
}

#[test]
fn an_alias_finds_the_one_that_runs_and_hides_no_other() {
    let mut world = World::new();
    world.begin("a");
    world.store.alias("mine".to_owned(), "a");
    assert_eq!(world.get("mine"), world.get("a"));
    world.end("a");
    world.begin("b");
    world.store.alias("a".to_owned(), "b");
    world.store.alias("mine".to_owned(), "b");
    for (id, is) in [("a", "a"), ("mine", "a"), ("Mine", "a"), ("b", "b")] {
        let found = world.get(id).map(|operation| operation.op_id.clone());
        assert_eq!(found.as_deref(), Some(is), "{id}");
    }
}

#[test]
fn it_is_settled_once_its_end_is_written() {
    let mut world = World::new();
    world.begin("a");
    let running = world.get("a").unwrap_or_else(|| panic!("it is gone"));
    let now = world.at(1);
    let ended = closed(OperationStatus::Restarted);
    world.store.close("a", ended, false, now);
    let settled = |world: &World| world.store.find("a").is_some_and(|found| found.settled);
    // The write that was under way when it ended.
    world.store.written((*running).clone(), true);
    assert!(!settled(&world));
    let ended = world.get("a").unwrap_or_else(|| panic!("it is gone"));
    world.store.written((*ended).clone(), true);
    assert!(settled(&world));
}

#[test]
fn it_has_a_record_once_one_could_be_written() {
    let mut world = World::new();
    world.begin("a");
    let mut running = (*world.get("a").unwrap_or_else(|| panic!("it is gone"))).clone();
    running.record = Some("a.json".to_owned());
    for (ok, record) in [
        (true, Some("a.json")),
        (false, None),
        (true, Some("a.json")),
    ] {
        world.store.written(running.clone(), ok);
        let known = world.get("a").and_then(|it| it.record.clone());
        assert_eq!(known.as_deref(), record);
    }
}

#[test]
fn the_list_has_no_output() {
    let mut world = World::new();
    world.begin("a");
    world.end("a");
    assert_eq!(world.store.list()[0].output, None);
    assert!(world.get("a").is_some_and(|it| it.output.is_some()));
}
