//! On a real file system. Nothing sleeps: what must come is waited for with a deadline, and what must not come is
//! shown by a fence, a file that is written later and told earlier than nothing before it.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod fallback;
mod folders;
mod git;
mod ignoring;
mod reading;
mod saving;
mod scopes;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::supervisor::Globs;
use crate::supervisor::machine::Class;

/// Long: the tests share the machine with others.
const DEADLINE: Duration = Duration::from_secs(20);

/// A folder, its watch, and what was told.
struct Scene {
    watch: Watch,
    events: Receiver<FileEvent>,
    news: Receiver<News>,
    root: PathBuf,
    fences: AtomicUsize,
    // Last, so that the watch ends before its folder.
    _folder: TempDir,
}

/// For tests, where the probe is not the point.
fn no_probe() -> Tuning {
    Tuning {
        probe: Duration::from_hours(1),
        ..Tuning::default()
    }
}

/// A folder with files, by their real path.
fn folder(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    for (path, content) in files {
        put(&root.join(path), content);
    }
    (folder, root)
}

/// So that nobody takes these files for changed after a watch has begun.
fn age(root: &Path) {
    let young =
        |path: &Path| content::stamp(path).is_some_and(|stamp| stamp.is_after(SystemTime::now()));
    let rules = Rules::new(&of_one(&roots(&[root]))).unwrap();
    let mut found = walk::Found::default();
    found.walk_all(&rules, |_| Ok::<_, ()>(())).unwrap();
    wait_for("all files are old", || {
        !found.files.iter().any(|path| young(path))
    });
}

fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The probe file may come in between.
fn remove_tree(path: &Path) {
    wait_for("the folder is removed", || {
        fs::remove_dir_all(path).is_ok() || !path.exists()
    });
}

fn globs(patterns: &[&str]) -> Globs {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        set.add(globset::Glob::new(pattern).unwrap());
    }
    Globs(set.build().unwrap())
}

fn roots(paths: &[&Path]) -> WatchRules {
    WatchRules {
        roots: paths.iter().map(|path| path.to_path_buf()).collect(),
        ..WatchRules::default()
    }
}

/// For one service.
fn of_one(rules: &WatchRules) -> Given {
    Given(vec![(Owner::Service(0), rules.clone())])
}

impl Scene {
    /// Watches a folder with these files.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, no_probe(), |root| roots(&[root]))
    }

    fn with(
        files: &[(&str, &str)],
        tuning: Tuning,
        rules: impl FnOnce(&Path) -> WatchRules,
    ) -> Self {
        let (folder, root) = folder(files);
        let rules = rules(&root);
        Self::of(folder, root, tuning, &rules)
    }

    fn of(folder: TempDir, root: PathBuf, tuning: Tuning, rules: &WatchRules) -> Self {
        Self::given(folder, root, tuning, &of_one(rules))
    }

    fn given(folder: TempDir, root: PathBuf, tuning: Tuning, given: &Given) -> Self {
        let (tell, events) = mpsc::channel();
        let (warn, news) = mpsc::channel();
        let send = move |event| drop(tell.send(event));
        let warn = move |news| drop(warn.send(news));
        let watch = start_tuned(given, tuning, Box::new(send), Box::new(warn)).unwrap();
        Self {
            watch,
            events,
            news,
            root,
            fences: AtomicUsize::new(0),
            _folder: folder,
        }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    fn put(&self, inside: &str, content: &str) {
        put(&self.path(inside), content);
    }

    /// Everything that is told until `done` says so of all of it.
    fn until(&self, what: &str, mut done: impl FnMut(&[FileEvent]) -> bool) -> Vec<FileEvent> {
        let end = Instant::now() + DEADLINE;
        let mut told = Vec::new();
        while !done(&told) {
            match self
                .events
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(event) => told.push(event),
                Err(error) => panic!("{what}: {error}; told: {told:#?}"),
            }
        }
        told
    }

    fn until_whole(&self, path: &Path) -> Vec<FileEvent> {
        let whole = FileEvent::Whole(path.to_path_buf());
        self.until(&format!("{whole:?}"), |told| told.contains(&whole))
    }

    fn until_told(&self, path: &Path) -> Vec<FileEvent> {
        self.until(&format!("{}", path.display()), |told| {
            told.iter().any(|event| path_of(event) == Some(path))
        })
    }

    /// Everything that is told of what has happened until now.
    fn fence(&self) -> Vec<FileEvent> {
        let number = self.fences.fetch_add(1, Ordering::Relaxed);
        let fence = self.root.join(format!("fence-{number}"));
        fs::write(&fence, "").unwrap();
        let mut told = self.until_told(&fence);
        told.retain(|event| !is_fence(event));
        told
    }

    /// Which of these files were told of, without the root.
    fn inside(&self, told: &[FileEvent]) -> Vec<String> {
        let mut paths: Vec<_> = told
            .iter()
            .filter_map(path_of)
            .map(|path| path.strip_prefix(&self.root).unwrap_or(path))
            .map(|path| path.to_str().unwrap().replace('\\', "/"))
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// What a machine would do: reads all that was told of.
    fn read(&self, told: &[FileEvent]) -> Vec<Change> {
        let mut paths: Vec<_> = told
            .iter()
            .filter(|event| !is_fence(event))
            .filter_map(path_of)
            .map(Path::to_path_buf)
            .collect();
        paths.sort();
        paths.dedup();
        self.watch.read(paths)
    }

    fn next_news(&self) -> String {
        match self.news.recv_timeout(DEADLINE) {
            Ok(News::Watching { how }) => how,
            other => panic!("no news of the watch: {other:?}"),
        }
    }
}

fn is_fence(event: &FileEvent) -> bool {
    let name = path_of(event).and_then(Path::file_name);
    name.is_some_and(|name| name.as_encoded_bytes().starts_with(b"fence-"))
}

fn path_of(event: &FileEvent) -> Option<&Path> {
    match event {
        FileEvent::Touched(path) | FileEvent::Whole(path) => Some(path),
        FileEvent::Lock { .. } => None,
    }
}

/// Waits for what no event tells.
fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}
