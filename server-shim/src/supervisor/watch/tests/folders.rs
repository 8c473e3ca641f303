//! Folders that come, go and move.

use std::collections::BTreeSet;
use std::fs;

use super::*;

#[test]
fn files_written_right_after_their_folder_are_not_missed() {
    let scene = Scene::new(&[]);
    let mut wanted = BTreeSet::new();
    for number in 0..100 {
        let path = scene.path(&format!("a{number}/b/c/file"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "content").unwrap();
        wanted.insert(path);
    }
    let mut missing = wanted.clone();
    let told = scene.until("all 100 files", |told| {
        if let Some(path) = told.last().and_then(path_of) {
            missing.remove(path);
        }
        missing.is_empty()
    });
    assert_eq!(scene.read(&told).len(), wanted.len());
}

#[test]
fn a_new_folder_is_watched_from_then_on() {
    let scene = Scene::new(&[]);
    scene.put("a/b/file", "1");
    scene.until_told(&scene.path("a/b/file"));
    let told = scene.fence();
    scene.read(&told);
    scene.read(&[FileEvent::Touched(scene.path("a/b/file"))]);
    scene.put("a/b/file", "2");
    scene.until_whole(&scene.path("a/b/file"));
}

#[test]
fn a_removed_folder_takes_its_files_and_watches_along() {
    let scene = Scene::new(&[("a/b/file", "1"), ("a/other", "1"), ("x", "1")]);
    let watched = scene.watch.count();
    remove_tree(&scene.path("a"));
    let told = scene.fence();
    let changes = scene.read(&told);
    assert_eq!(scene.inside(&told), ["a/b/file", "a/other"]);
    assert!(
        changes.iter().all(|change| change.after.is_none()),
        "{changes:?}"
    );
    assert_eq!(changes.len(), 2);
    if cfg!(target_os = "linux") {
        assert_eq!(scene.watch.count(), watched - 2);
    }
    // And again, as a bundler does.
    scene.put("a/b/file", "2");
    scene.until_told(&scene.path("a/b/file"));
}

#[test]
fn a_file_may_become_a_folder_and_a_folder_a_file() {
    let scene = Scene::new(&[("thing", "1")]);
    let path = scene.path("thing");
    for round in ["1", "2"] {
        fs::remove_file(&path).unwrap();
        scene.put("thing/file", &format!("in the folder {round}"));
        scene.until_told(&path.join("file"));
        fs::write(path.join("file"), "changed").unwrap();
        let told = scene.until_told(&path.join("file"));
        assert!(!scene.read(&told).is_empty(), "{told:?}");
        remove_tree(&path);
        fs::write(&path, format!("in its place {round}")).unwrap();
        let told = scene.fence();
        let changes = scene.read(&told);
        let now = changes.iter().find(|change| change.path == path);
        assert!(
            now.is_some_and(|change| change.after.is_some()),
            "{changes:?}"
        );
    }
}

#[test]
fn a_renamed_folder_is_told_at_both_places() {
    let scene = Scene::new(&[("a/b/file", "1")]);
    for (from, to) in [("a", "c"), ("c", "d"), ("d", "a")] {
        fs::rename(scene.path(from), scene.path(to)).unwrap();
        let (old, new) = (format!("{from}/b/file"), format!("{to}/b/file"));
        let told = scene.fence();
        let changes = scene.read(&told);
        let state = |inside: &str| {
            let change = changes
                .iter()
                .find(|change| change.path == scene.path(inside));
            change.map(|change| (change.before.is_some(), change.after.is_some()))
        };
        assert_eq!(state(&old), Some((true, false)), "{changes:?}");
        assert_eq!(state(&new), Some((false, true)), "{changes:?}");
        scene.put(&new, to);
        let told = scene.fence();
        assert_eq!(scene.inside(&told), [&*new], "{told:?}");
        scene.read(&told);
    }
}

#[test]
fn a_folder_that_leaves_and_comes_back_is_told() {
    let scene = Scene::with(
        &[("root/a/file", "1"), ("outside/x", "")],
        no_probe(),
        |root| roots(&[&root.join("root")]),
    );
    let (inside, outside) = (scene.path("root/a"), scene.path("outside/a"));
    let file = inside.join("file");
    let watched = scene.watch.count();
    fs::rename(&inside, &outside).unwrap();
    scene.until_told(&file);
    assert_eq!(scene.watch.read(vec![file.clone()]).len(), 1);
    // Somebody else's now.
    fs::write(outside.join("file"), "2").unwrap();
    fs::rename(&outside, &inside).unwrap();
    scene.until_told(&file);
    assert_eq!(scene.watch.read(vec![file.clone()]).len(), 1);
    // The news of a folder that was moved away may come after it is back.
    scene.put("root/x", "");
    scene.until_told(&scene.path("root/x"));
    wait_for("it is watched again", || scene.watch.count() == watched);
    fs::write(&file, "3").unwrap();
    scene.until_whole(&file);
}

#[test]
fn a_root_that_is_made_anew_is_watched_again() {
    let scene = Scene::with(&[("build/dist/index.html", "1")], no_probe(), |root| {
        roots(&[&root.join("build/dist")])
    });
    let path = scene.path("build/dist/index.html");
    for round in ["2", "3", "4"] {
        remove_tree(&scene.path("build"));
        scene.until_told(&path);
        assert_eq!(scene.watch.read(vec![path.clone()]).len(), 1);
        scene.put("build/dist/index.html", round);
        scene.until_told(&path);
        wait_for("the content is read", || {
            scene.watch.read(vec![path.clone()]).len() == 1
        });
        while scene.events.try_recv().is_ok() {}
        fs::write(&path, "changed").unwrap();
        scene.until_told(&path);
    }
}

#[cfg(unix)]
#[test]
fn a_root_given_by_a_link_follows_it() {
    use std::os::unix::fs::symlink;
    let (folder, root) = folder(&[("one/file", "1"), ("two/file", "2")]);
    symlink("one", root.join("current")).unwrap();
    let rules = roots(&[&root.join("current"), &root.join("one")]);
    let scene = Scene::of(folder, root, no_probe(), &rules);
    scene.put("one/file", "3");
    let told = scene.until_whole(&scene.path("one/file"));
    assert_eq!(scene.read(&told).len(), 1);
    symlink("two", scene.path("next")).unwrap();
    fs::rename(scene.path("next"), scene.path("current")).unwrap();
    let told = scene.until_told(&scene.path("two/file"));
    assert_eq!(scene.read(&told).len(), 1);
    scene.put("two/file", "4");
    scene.until_whole(&scene.path("two/file"));
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_watched_twice() {
    use std::os::unix::fs::symlink;
    let (folder, root) = folder(&[("a/b/file", ""), ("c/file", ""), ("node_modules/x/y/z", "")]);
    symlink("a", root.join("link")).unwrap();
    symlink(".", root.join("a/loop")).unwrap();
    let rules = roots(&[
        &root.join("a/b"),
        &root,
        &root.join("link"),
        &root.join("c/file"),
        &root,
    ]);
    let scene = Scene::of(folder, root, no_probe(), &rules);
    // The root, a, b and c.
    assert_eq!(scene.watch.count(), 4);
    scene.put("a/b/file", "1");
    let told = scene.fence();
    let whole = told
        .iter()
        .filter(|event| matches!(event, FileEvent::Whole(_)));
    assert_eq!(whole.count(), 1, "{told:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn every_watch_and_thread_ends_with_the_watch() {
    // In a process of its own: other tests have watches too.
    let name = "a_watch_that_is_dropped";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            &format!("supervisor::watch::tests::folders::{name}"),
            "--exact",
            "--ignored",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by another test, in a process of its own"]
fn a_watch_that_is_dropped() {
    let threads = || fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    for _ in 0..20 {
        let scene = Scene::new(&[("a/b/c/d", ""), ("e/f", "")]);
        assert!(kernel_watches() >= 5, "{}", kernel_watches());
        scene.put("g/h/i", "");
        scene.until_told(&scene.path("g/h/i"));
        drop(scene);
        wait_for("no watch is left", || kernel_watches() == 0);
        wait_for("no thread is left", || threads() == before);
    }
}

/// Over all inotify descriptors of this process.
#[cfg(target_os = "linux")]
fn kernel_watches() -> usize {
    let infos = fs::read_dir("/proc/self/fdinfo").unwrap().flatten();
    infos
        .filter_map(|info| fs::read_to_string(info.path()).ok())
        .map(|text| {
            text.lines()
                .filter(|line| line.starts_with("inotify wd:"))
                .count()
        })
        .sum()
}
