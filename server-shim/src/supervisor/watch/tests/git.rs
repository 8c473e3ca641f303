//! Git at work in the tree.

use std::path::Path;
use std::process::Command;

use super::*;

/// Runs git on its own, whatever the user has configured.
pub(super) fn run(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "gc.auto=0",
            "-c",
            "maintenance.auto=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {text}");
}

const FILES: usize = 500;

/// Two branches that differ in all files, the first checked out.
fn two_branches(root: &Path) {
    run(root, &["init", "-q", "-b", "one"]);
    for branch in ["one", "two"] {
        if branch == "two" {
            run(root, &["checkout", "-q", "-b", "two"]);
        }
        for number in 0..FILES {
            put(&root.join(format!("d{}/f{number}", number % 10)), branch);
        }
        run(root, &["add", "-A"]);
        run(root, &["commit", "-q", "-m", branch]);
    }
    run(root, &["checkout", "-q", "one"]);
}

fn lock_and_files_of_a_checkout(scene: &Scene, folder: &Path) {
    run(folder, &["checkout", "-q", "--detach", "two"]);
    let told = scene.fence();
    let place = |wanted: bool| {
        let is = |event: &FileEvent| *event == FileEvent::Lock { held: wanted };
        told.iter().position(is)
    };
    let held = place(true).expect("the lock is told");
    let last = told
        .iter()
        .rposition(|event| *event == FileEvent::Lock { held: false });
    let last = last.expect("the end of the lock is told");
    let files: Vec<_> = told
        .iter()
        .enumerate()
        .filter(|(_, event)| path_of(event).is_some())
        .collect();
    assert!(
        files.iter().all(|(index, _)| *index > held),
        "files before the lock"
    );
    assert!(
        files.iter().all(|(index, _)| *index < last),
        "files behind the lock"
    );
    assert_eq!(scene.inside(&told).len(), FILES);
    assert_eq!(scene.read(&told).len(), FILES);
}

#[test]
fn a_checkout_of_500_files_is_told_inside_its_lock() {
    let (folder, root) = folder(&[]);
    two_branches(&root);
    let rules = roots(&[&root]);
    let scene = Scene::of(folder, root.clone(), no_probe(), &rules);
    lock_and_files_of_a_checkout(&scene, &root);
}

#[test]
fn the_lock_of_a_linked_work_tree_is_found() {
    let (folder, root) = folder(&[]);
    let main = root.join("main");
    fs::create_dir(&main).unwrap();
    two_branches(&main);
    run(&main, &["checkout", "-q", "--detach", "two"]);
    run(&main, &["worktree", "add", "-q", "../linked", "one"]);
    let linked = root.join("linked");
    let scene = Scene::of(folder, linked.clone(), no_probe(), &roots(&[&linked]));
    lock_and_files_of_a_checkout(&scene, &linked);
}

#[test]
fn the_lock_is_found_from_a_folder_inside_and_of_a_repository_inside() {
    let (folder, root) = folder(&[("app/x", ""), ("lib/x", "")]);
    run(&root, &["init", "-q"]);
    run(&root.join("lib"), &["init", "-q"]);
    let rules = roots(&[&root.join("app"), &root.join("lib")]);
    let scene = Scene::of(folder, root.join("app"), no_probe(), &rules);
    for top in [&root, &root.join("lib")] {
        let lock = top.join(".git/index.lock");
        fs::write(&lock, "").unwrap();
        scene.until("held", |told| {
            told.contains(&FileEvent::Lock { held: true })
        });
        fs::remove_file(&lock).unwrap();
        scene.until("let go", |told| {
            told.contains(&FileEvent::Lock { held: false })
        });
    }
}

#[test]
fn a_repository_that_is_made_later_counts_too() {
    let scene = Scene::new(&[("x", "")]);
    run(&scene.root, &["init", "-q"]);
    let git = scene.path(".git");
    wait_for("the repository is watched", || {
        // `git add` takes the lock.
        run(&scene.root, &["add", "x"]);
        scene
            .events
            .try_iter()
            .any(|event| event == FileEvent::Lock { held: true })
    });
    assert!(git.is_dir());
}
