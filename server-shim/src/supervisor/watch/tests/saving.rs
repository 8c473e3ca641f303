//! Each way in which editors save.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, Write};
use std::path::Path;

use super::super::content;
use super::*;
use crate::supervisor::machine::Digest;

const OLD: &str = "old content\n";

/// Long enough for several writes.
fn new_content() -> String {
    "the new content of the file\n".repeat(2000)
}

type Style = fn(&Path, &str);

fn in_place(path: &Path, content: &str) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.rewind().unwrap();
    file.write_all(content.as_bytes()).unwrap();
}

fn truncate_and_write(path: &Path, content: &str) {
    let mut file = File::create(path).unwrap();
    for chunk in content.as_bytes().chunks(1000) {
        file.write_all(chunk).unwrap();
    }
}

fn rename_over(path: &Path, content: &str) {
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, content).unwrap();
    fs::rename(&temporary, path).unwrap();
}

fn move_from_elsewhere(path: &Path, content: &str) {
    let elsewhere = TempDir::new_in(path.parent().unwrap().parent().unwrap()).unwrap();
    let temporary = elsewhere.path().join("new");
    fs::write(&temporary, content).unwrap();
    fs::rename(&temporary, path).unwrap();
}

fn backup_and_write(path: &Path, content: &str) {
    let backup = path.with_file_name("app.py~");
    fs::rename(path, &backup).unwrap();
    fs::write(path, content).unwrap();
    fs::remove_file(&backup).unwrap();
}

fn remove_and_write(path: &Path, content: &str) {
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn every_style_ends_with_the_final_content() {
    let content = new_content();
    let (_reference, reference) = folder(&[("reference", &content)]);
    let digest = content::read(&reference.join("reference")).unwrap().1;
    let styles: [(&str, Style); 6] = [
        ("in place", in_place),
        ("truncate and write", truncate_and_write),
        ("rename over", rename_over),
        ("move from elsewhere", move_from_elsewhere),
        ("backup and write", backup_and_write),
        ("remove and write", remove_and_write),
    ];
    for (style, save) in styles {
        let removes = style.starts_with("remove") || style.starts_with("backup");
        let at_once = cfg!(target_os = "linux") && !removes;
        let scene = Scene::with(&[("src/app.py", OLD)], no_probe(), |root| {
            roots(&[&root.join("src")])
        });
        let path = scene.path("src/app.py");
        save(&path, &content);
        let changes = read_as_the_machine_does(&scene, style, digest, at_once);
        assert!(
            changes.iter().all(|change| change.path == path),
            "{style}: {changes:?}"
        );
        assert_ne!(changes[0].before, Some(digest), "{style}: {changes:?}");
        if at_once {
            assert_eq!(changes.len(), 1, "{style}: {changes:?}");
        }
    }
}

/// What is whole is read at once, and all else some time after the last event, until the content is this one.
fn read_as_the_machine_does(
    scene: &Scene,
    style: &str,
    wanted: Digest,
    at_once: bool,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    while changes.last().and_then(|change| change.after) != Some(wanted) {
        let told = scene.until(style, |told| match told.last() {
            Some(FileEvent::Whole(_)) => true,
            Some(FileEvent::Touched(_)) => !at_once,
            _ => false,
        });
        changes.extend(scene.read(&told));
    }
    changes
}

#[test]
#[cfg(target_os = "linux")]
fn a_known_file_is_whole_when_its_writer_closes_it_and_not_before() {
    let scene = Scene::new(&[("app.py", OLD)]);
    let path = scene.path("app.py");
    let mut file = File::create(&path).unwrap();
    for _ in 0..3 {
        file.write_all(b"a part\n").unwrap();
        let told = scene.fence();
        assert!(!told.contains(&FileEvent::Whole(path.clone())), "{told:?}");
        assert!(told.contains(&FileEvent::Touched(path.clone())), "{told:?}");
    }
    drop(file);
    scene.until_whole(&path);
}

#[test]
#[cfg(target_os = "linux")]
fn a_new_file_is_not_called_whole_before_it_was_read() {
    let scene = Scene::new(&[]);
    let path = scene.path("app.py.tmp");
    fs::write(&path, "1").unwrap();
    let told = scene.fence();
    assert_eq!(scene.inside(&told), ["app.py.tmp"]);
    assert!(!told.contains(&FileEvent::Whole(path.clone())), "{told:?}");
    assert_eq!(scene.read(&told).len(), 1);
    fs::write(&path, "2").unwrap();
    scene.until_whole(&path);
}

#[test]
fn a_temporary_file_that_is_gone_again_is_no_change() {
    let scene = Scene::new(&[]);
    fs::write(scene.path("sedAbC123"), "1").unwrap();
    fs::remove_file(scene.path("sedAbC123")).unwrap();
    assert_eq!(scene.read(&scene.fence()), []);
}

#[test]
fn reading_is_no_event() {
    let scene = Scene::new(&[("app.py", OLD)]);
    fs::read(scene.path("app.py")).unwrap();
    assert_eq!(scene.fence(), []);
}

#[test]
fn a_removed_file_is_told_and_has_no_content() {
    let scene = Scene::new(&[("app.py", OLD)]);
    let path = scene.path("app.py");
    fs::remove_file(&path).unwrap();
    scene.until_told(&path);
    let changes = scene.watch.read(vec![path]);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(
        changes[0].before.is_some() && changes[0].after.is_none(),
        "{changes:?}"
    );
}
