//! With real processes.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::supervisor::process::Running;
use crate::supervisor::process::tests::{gone, pending, script, up};

const ID: &str = "1.5";

async fn backend() -> (Group, Running) {
    up(&script("trap '' TERM; echo up; while :; do sleep 1; done")).await
}

/// As a run that was killed would have left it: its pid is nobody's.
fn leave(folder: &Path, cwd: &str, entry: Entry) -> PathBuf {
    let run = Run {
        // A process that has ended has no start.
        pid: u32::MAX >> 1,
        started_at: 5,
        cwd: cwd.into(),
        groups: vec![entry],
    };
    let file = folder.join(format!("{}.json", run.groups[0].pid));
    run.save(&file).unwrap();
    file
}

fn entry(group: &Group) -> Entry {
    Entry::new(group.pid(), ID, &CommandLine::Shell("serve".to_owned()))
}

#[tokio::test]
async fn the_file_tells_what_runs() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("new").join("folder");
    let records = Records::new(&inside).unwrap();
    let files = || fs::read_dir(&inside).unwrap().count();
    assert_eq!(files(), 0);
    let (group, _running) = backend().await;
    let words = CommandLine::Words(vec!["python".into(), "app.py".into()]);
    records.started(&group, ID, &words).unwrap();
    records
        .listens(group.pid(), &BTreeSet::from([8000]))
        .unwrap();
    let run = Run::read(&records.file).unwrap();
    assert_eq!((run.pid, files()), (std::process::id(), 1));
    assert_eq!(run.cwd, env::current_dir().unwrap());
    let expected = Entry {
        ports: BTreeSet::from([8000]),
        command: "python app.py".to_owned(),
        ..entry(&group)
    };
    assert_eq!(run.groups, [expected]);
    assert_eq!(reclaim(&inside, &run.cwd, &[8000]), [0; 0], "we are alive");
    records.ended(group.pid()).unwrap();
    assert_eq!(files(), 0);
    records.started(&group, ID, &words).unwrap();
    drop(records);
    assert_eq!(files(), 0);
}

#[tokio::test]
async fn what_a_dead_run_has_left_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (here, _here) = backend().await;
    let (there, _there) = backend().await;
    let (elsewhere, mut kept) = backend().await;
    let on_port = |group: &Group, port| Entry {
        ports: BTreeSet::from([port]),
        ..entry(group)
    };
    leave(folder.path(), "/here", entry(&here));
    leave(folder.path(), "/there", on_port(&there, 8000));
    let file = leave(folder.path(), "/there", on_port(&elsewhere, 9000));
    let path = folder.path().to_owned();
    let look = move || reclaim(&path, Path::new("/here"), &[8000]);
    let mut reclaimed = tokio::task::spawn_blocking(look).await.unwrap();
    reclaimed.sort_unstable();
    let mut expected = [here.pid(), there.pid()];
    expected.sort_unstable();
    assert_eq!(reclaimed, expected);
    gone(here.pid());
    gone(there.pid());
    assert!(
        pending(kept.gone()).await,
        "neither its folder nor its port is wanted"
    );
    let left = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    assert_eq!(left.collect::<Vec<_>>(), [file]);
}

#[tokio::test]
async fn a_process_that_only_has_the_same_number_is_let_be() {
    let folder = tempfile::tempdir().unwrap();
    let (group, mut running) = backend().await;
    let other = Entry {
        started_at: 5,
        id: "2.5".to_owned(),
        ..entry(&group)
    };
    leave(folder.path(), "/here", other);
    fs::write(folder.path().join("broken.json"), "{").unwrap();
    assert_eq!(reclaim(folder.path(), Path::new("/here"), &[]), [0; 0]);
    assert!(pending(running.gone()).await);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "and the records go"
    );
}

#[tokio::test]
async fn a_group_without_its_leader_is_known_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let (group, mut running) = up(&script("sleep 1000 & echo up")).await;
    running.left().await;
    let found = Entry {
        started_at: 5,
        ..entry(&group)
    };
    leave(folder.path(), "/here", found);
    assert_eq!(
        reclaim(folder.path(), Path::new("/here"), &[]),
        [group.pid()]
    );
    gone(group.pid());
}

#[test]
fn a_folder_that_is_missing_has_nothing() {
    assert_eq!(
        reclaim(Path::new("/no/such/folder"), Path::new("/"), &[]),
        [0; 0]
    );
}
