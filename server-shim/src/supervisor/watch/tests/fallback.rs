//! Where events do not come, are lost, or cannot be had.

use notify::EventKind;
use notify::event::{Event, Flag};

use super::*;

fn deaf() -> Tuning {
    Tuning {
        deaf: Arc::new(AtomicBool::new(true)),
        probe: Duration::from_millis(1),
        poll: Duration::from_millis(10),
        ..Tuning::default()
    }
}

/// The steps that every kind of polling must see.
fn polling_sees_all(scene: &Scene) {
    scene.put("app.py", "22");
    let told = scene.until_told(&scene.path("app.py"));
    assert_eq!(scene.read(&told).len(), 1, "{told:?}");
    scene.put("new/folder/file", "1");
    let path = scene.path("new/folder/file");
    scene.until_told(&path);
    assert_eq!(scene.watch.read(vec![path.clone()]).len(), 1);
    remove_tree(&scene.path("new"));
    scene.until("the file is gone", |_| {
        scene.watch.read(vec![path.clone()]).len() == 1
    });
    scene.put(".gitignore", "*.log\n");
    wait_for("the rules are read again", || {
        !scene.watch.reader.0.rules().counts(&scene.path("a.log"))
    });
    while scene.events.try_recv().is_ok() {}
    scene.put("a.log", "1");
    let told = scene.inside(&scene.fence());
    assert!(!told.contains(&"a.log".to_owned()), "{told:?}");
}

#[test]
fn a_file_system_without_events_is_polled_and_said_to_be() {
    let scene = Scene::with(&[("app.py", "1")], deaf(), |root| roots(&[root]));
    let how = scene.next_news();
    assert!(
        how.contains("polled every 10 ms: this file system sends no events"),
        "{how}"
    );
    let probes = || fs::read_dir(&scene.root).unwrap().flatten();
    assert!(
        probes().all(|entry| !entry
            .file_name()
            .to_string_lossy()
            .starts_with(".server-reload")),
        "the probe is removed"
    );
    polling_sees_all(&scene);
}

#[test]
fn what_was_changed_before_polling_began_is_told() {
    let tuning = Tuning {
        probe: Duration::from_millis(300),
        ..deaf()
    };
    let scene = Scene::with(&[("app.py", "1"), ("other.py", "1")], tuning, |root| {
        roots(&[root])
    });
    wait_for("the first reading", || {
        scene
            .watch
            .reader
            .0
            .index
            .stamp(&scene.path("app.py"))
            .is_some()
    });
    scene.put("app.py", "22");
    let path = scene.path("app.py");
    scene.until_told(&path);
    assert_eq!(scene.watch.read(vec![path]).len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn the_probe_is_answered_and_gone_where_events_come() {
    let scene = Scene::with(&[("app.py", "1")], Tuning::default(), |root| roots(&[root]));
    wait_for("the probe is removed", || {
        fs::read_dir(&scene.root).unwrap().count() == 1
    });
    scene.put("app.py", "2");
    let told = scene.until_whole(&scene.path("app.py"));
    assert_eq!(scene.inside(&told), ["app.py"]);
    assert!(scene.news.try_recv().is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn events_that_were_only_late_end_the_polling() {
    let tuning = deaf();
    let deaf = tuning.deaf.clone();
    let scene = Scene::with(&[("app.py", "1")], tuning, |root| roots(&[root]));
    let how = scene.next_news();
    assert!(how.contains("sends no events"), "{how}");
    deaf.store(false, Ordering::Relaxed);
    scene.put("app.py", "2");
    let how = scene.next_news();
    assert!(how.contains("after all"), "{how}");
}

#[cfg(target_os = "linux")]
#[test]
fn too_few_watches_are_named_and_polling_goes_on() {
    let tuning = Tuning {
        most_watches: 2,
        poll: Duration::from_millis(10),
        ..no_probe()
    };
    let scene = Scene::with(
        &[("app.py", "1"), ("a/b/c", "1"), ("d/e", "1")],
        tuning.clone(),
        |root| roots(&[root]),
    );
    let how = scene.next_news();
    assert!(how.starts_with("polled every 10 ms"), "{how}");
    assert!(how.contains("sysctl fs.inotify.max_user_watches="), "{how}");
    assert_eq!(scene.watch.count(), 0);
    polling_sees_all(&scene);
    // And when the limit is reached later.
    let scene = Scene::with(&[("app.py", "1")], tuning, |root| roots(&[root]));
    assert_eq!(scene.watch.count(), 1);
    scene.put("x/y/z", "1");
    let how = scene.next_news();
    assert!(how.contains("sysctl fs.inotify.max_user_watches="), "{how}");
    let mut told = scene.until_told(&scene.path("x/y/z"));
    told.retain(|event| path_of(event) == Some(&scene.path("x/y/z")));
    assert_eq!(scene.read(&told).len(), 1);
    polling_sees_all(&scene);
}

#[test]
fn lost_events_are_made_up_for_by_comparing() {
    let tuning = Tuning {
        deaf: Arc::new(AtomicBool::new(true)),
        ..no_probe()
    };
    let files = ["same", "changed", "gone", "folder/gone"];
    let (folder, root) = folder(&files.map(|path| (path, "1")));
    age(&root);
    let rules = roots(&[&root]);
    let scene = Scene::of(folder, root, tuning, &rules);
    scene.put("changed", "22");
    scene.put("new/folder/file", "1");
    fs::remove_file(scene.path("gone")).unwrap();
    remove_tree(&scene.path("folder"));
    let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
    scene.watch.inbox.send(Message::Event(Ok(lost))).unwrap();
    let expected = ["changed", "folder/gone", "gone", "new/folder/file"];
    let told = scene.until("all that differs", |told| {
        scene.inside(told).len() == expected.len()
    });
    assert_eq!(scene.inside(&told), expected);
    assert_eq!(scene.read(&told).len(), expected.len());
    if cfg!(target_os = "linux") {
        // The root, new and folder in it.
        assert_eq!(scene.watch.count(), 3);
    }
}
