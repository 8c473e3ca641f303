//! Records in real folders.

#![allow(clippy::unwrap_used)]

use super::super::store::Store;
use super::super::store::tests::{begun, now_at};
use super::*;
use server_reload_protocol::payload::OperationCause;
use tempfile::TempDir;

fn operation(id: &str, started_at: f64, status: OperationStatus) -> Operation {
    let mut store = Store::default();
    let now = now_at(std::time::Instant::now());
    store.open(begun(id, OperationCause::Page), None, now);
    Operation {
        started_at,
        status,
        ..(*store.find(id).unwrap().operation).clone()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn what_is_written_is_read_back_in_order() {
    let aside = TempDir::new().unwrap();
    let folder = Folder::new(&aside.path().join("records"));
    assert!(folder.read(9).is_empty());
    let mut written: Vec<_> = [("b", 1.0), ("a", 2.0), ("c", 3.0)]
        .map(|(id, at)| operation(id, at, OperationStatus::Restarted))
        .into();
    for operation in &mut written {
        folder.write(operation).unwrap();
        let path = folder.path_of(&operation.op_id);
        operation.record = Some(path.display().to_string());
    }
    assert_eq!(folder.read(9), written);
    assert_eq!(folder.read(2), written[1..]);
    let left = names(&aside.path().join("records"));
    assert_eq!(left, [".gitignore", "a.json", "c.json"]);
}

/// The folder of one that is gone.
fn of_the_dead(folder: &Path) -> Folder {
    Folder {
        path: folder.to_owned(),
        writer: Writer {
            // No process has such an id.
            pid: u32::MAX >> 1,
            started_at: 1,
        },
    }
}

#[test]
fn what_was_under_way_is_ended() {
    let aside = TempDir::new().unwrap();
    let folder = Folder::new(aside.path());
    of_the_dead(aside.path())
        .write(&operation("a", 1.0, OperationStatus::Running))
        .unwrap();
    for _ in 0..2 {
        let read = folder.read(9);
        assert_eq!(read[0].status, OperationStatus::Cancelled);
        assert_eq!(read[0].reason.as_deref(), Some(CUT_OFF));
    }
    let again: Operation = serde_json::from_slice(&fs::read(folder.path_of("a")).unwrap()).unwrap();
    assert_eq!(again.status, OperationStatus::Cancelled);
}

#[test]
fn what_is_under_way_for_one_that_runs_is_left_alone() {
    let aside = TempDir::new().unwrap();
    let folder = Folder::new(aside.path());
    folder
        .write(&operation("a", 1.0, OperationStatus::Running))
        .unwrap();
    let own = format!("{}xyz{UNFINISHED}", Writer::ourselves().prefix("b.c"));
    fs::write(aside.path().join(&own), "half").unwrap();
    let dead = of_the_dead(aside.path()).writer.prefix("b.c");
    let dead = format!("{dead}xyz{UNFINISHED}");
    fs::write(aside.path().join(&dead), "half").unwrap();
    let before = fs::read(folder.path_of("a")).unwrap();
    assert_eq!(folder.read(9), []);
    assert_eq!(fs::read(folder.path_of("a")).unwrap(), before);
    let left = names(aside.path());
    assert!(left.contains(&own) && !left.contains(&dead), "{left:?}");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_removed_through_a_link() {
    use std::os::unix::fs::symlink;

    for ours in [&[OURS][..], &[OURS, "restarts"]] {
        let (aside, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let link: PathBuf = ours.iter().collect();
        let link = aside.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(elsewhere.path(), &link).unwrap();
        let folder = Folder::new(&aside.path().join(OURS).join("restarts"));
        let ended = operation("a", 1.0, OperationStatus::Restarted);
        let error = folder.write(&ended).unwrap_err().to_string();
        assert!(error.contains("is a link\n\nremove it"), "{error}");
        assert!(folder.remove("a").is_err());
        assert_eq!(folder.read(9), []);
        assert_eq!(names(elsewhere.path()), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn only_the_user_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let aside = TempDir::new().unwrap();
    let folder = Folder::new(aside.path());
    let ended = operation("a", 1.0, OperationStatus::Restarted);
    folder.write(&ended).unwrap();
    let mode = fs::metadata(folder.path_of("a"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_none_of_ours_is_left_alone() {
    let aside = TempDir::new().unwrap();
    let folder = Folder::new(aside.path());
    for (name, content) in [
        ("notes.txt", "mine"),
        ("half.json", "{\"op_id\": \"ha"),
        ("other.json", "{}"),
        (".cache.tmp", "theirs"),
    ] {
        fs::write(aside.path().join(name), content).unwrap();
    }
    let moved = operation("a", 1.0, OperationStatus::Restarted);
    let json = serde_json::to_vec(&moved).unwrap();
    fs::write(aside.path().join("b.json"), json).unwrap();
    assert!(folder.read(9).is_empty());
    let left = names(aside.path());
    assert_eq!(
        left,
        [
            ".cache.tmp",
            "b.json",
            "half.json",
            "notes.txt",
            "other.json"
        ]
    );
}

#[test]
fn nobody_commits_our_folder() {
    let aside = TempDir::new().unwrap();
    let ours = aside.path().join(OURS);
    let folder = Folder::new(&ours.join("restarts"));
    folder
        .write(&operation("a", 1.0, OperationStatus::Restarted))
        .unwrap();
    assert_eq!(fs::read_to_string(ours.join(".gitignore")).unwrap(), "*\n");
    assert_eq!(names(&ours.join("restarts")), ["a.json"]);
}

#[test]
fn a_folder_that_cannot_be_is_an_error() {
    let aside = TempDir::new().unwrap();
    let file = aside.path().join("file");
    fs::write(&file, "").unwrap();
    let folder = Folder::new(&file);
    assert!(folder.read(9).is_empty());
    assert!(
        folder
            .write(&operation("a", 1.0, OperationStatus::Running))
            .is_err()
    );
}
