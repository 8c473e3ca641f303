//! One opaque hash over all page files, so that a page learns what changed while nobody listened.

use std::fs::{self, DirEntry, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio::time::timeout_at;

use super::root::Root;
use crate::config::{FIRST_WALK_BUDGET, WALK_BUDGET};

/// More entries than this are not walked: the hash is then `None`.
const MOST_ENTRIES: usize = 20_000;

/// Folders of dependencies and build output: large, and not what a developer edits.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// The hash, made anew for each who asks, but only once for all who ask at the same time.
#[derive(Debug)]
pub(crate) struct Revision {
    root: Arc<Root>,
    plan: Mutex<Plan>,
    /// The newest finished walk.
    newest: watch::Sender<Walk>,
}

/// Which walks there are; numbered from 1 on.
#[derive(Debug, Default)]
struct Plan {
    begun: u64,
    wanted: u64,
    running: bool,
    too_large: bool,
    warned: bool,
}

#[derive(Clone, Debug, Default)]
struct Walk {
    number: u64,
    hash: Option<String>,
}

/// A hash that has been asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    number: u64,
    newest: watch::Receiver<Walk>,
    until: Instant,
}

impl Revision {
    pub(crate) fn new(root: Arc<Root>) -> Self {
        Self {
            root,
            plan: Mutex::default(),
            newest: watch::Sender::default(),
        }
    }

    /// Asks for the hash as of now: never one of a walk that began before this was called.
    pub(crate) fn ask(self: &Arc<Self>) -> Asked {
        let mut plan = self.plan();
        if !plan.too_large {
            plan.wanted = plan.begun + 1;
        }
        if plan.wanted > plan.begun && !plan.running {
            plan.running = true;
            let revision = Arc::clone(self);
            tokio::task::spawn_blocking(move || revision.walk());
        }
        Asked {
            number: plan.wanted,
            newest: self.newest.subscribe(),
            until: Instant::now() + self.budget(),
        }
    }

    fn budget(&self) -> Duration {
        if self.newest.borrow().number == 0 {
            FIRST_WALK_BUDGET
        } else {
            WALK_BUDGET
        }
    }

    /// Walks until nobody wants more. One at a time: one that hangs holds up no other thread.
    fn walk(&self) {
        while let Some(number) = self.begin() {
            self.walk_once(number);
        }
    }

    fn walk_once(&self, mut number: u64) {
        let began = Instant::now();
        let hash = match hash_of(&self.root, MOST_ENTRIES) {
            Ok(Some(hash)) => Some(format!("{hash:016x}")),
            Ok(None) => {
                number = self.give_up();
                self.warn(&format!("it has more than {MOST_ENTRIES} entries"));
                None
            }
            Err(error) => {
                self.warn(&error.to_string());
                None
            }
        };
        // The first fills the system's cache, and may take long.
        if number > 1 && began.elapsed() > WALK_BUDGET {
            self.warn(&format!(
                "it takes {} ms to look through",
                began.elapsed().as_millis()
            ));
        }
        self.newest.send_replace(Walk { number, hash });
    }

    /// There is no walk any more. The last is also for those who have asked meanwhile.
    fn give_up(&self) -> u64 {
        let mut plan = self.plan();
        plan.too_large = true;
        plan.begun = plan.wanted;
        plan.wanted
    }

    fn begin(&self) -> Option<u64> {
        let mut plan = self.plan();
        plan.running = plan.wanted > plan.begun && !plan.too_large;
        plan.running.then(|| {
            plan.begun += 1;
            plan.begun
        })
    }

    fn warn(&self, reason: &str) {
        if !std::mem::replace(&mut self.plan().warned, true) {
            tracing::warn!(
                "pages are not told what changed in the folder while they were away: {reason}; serve a smaller folder"
            );
        }
    }

    /// As if a walk had begun that never ends.
    #[cfg(test)]
    pub(crate) fn hang(&self) {
        self.plan().running = true;
    }

    /// Nothing panics while it is held, and each change is whole.
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    /// The hash. `None` where it was not made within [`WALK_BUDGET`] from when it was asked for, or
    /// [`FIRST_WALK_BUDGET`] where it is the first; or the folder has too many entries or cannot be read.
    pub(crate) async fn answer(mut self) -> Option<String> {
        let made = self.newest.wait_for(|walk| walk.number >= self.number);
        let walk = timeout_at(self.until.into(), made).await.ok()?.ok()?;
        walk.hash.clone()
    }
}

/// `None` where there are more than `most` entries.
fn hash_of(root: &Root, most: usize) -> io::Result<Option<u64>> {
    let root = root.canonical()?;
    let mut folders = vec![PathBuf::new()];
    let mut entries = 0;
    let mut sum = 0_u64;
    while let Some(folder) = folders.pop() {
        let Some(children) = present(fs::read_dir(root.join(&folder)))? else {
            continue;
        };
        for entry in children {
            let entry = entry?;
            entries += 1;
            if entries > most {
                return Ok(None);
            }
            let Some(metadata) = served(&entry)? else {
                continue;
            };
            let path = folder.join(entry.file_name());
            if metadata.is_dir() {
                folders.push(path);
            } else {
                // A sum, because the order of a folder's entries is not defined.
                sum = sum.wrapping_add(hash_file(&path, &metadata));
            }
        }
    }
    Ok(Some(sum))
}

/// What counts of an entry, where it counts: a link itself, not what it leads to.
fn served(entry: &DirEntry) -> io::Result<Option<Metadata>> {
    let name = entry.file_name();
    if name.as_encoded_bytes().starts_with(b".") || SKIPPED.iter().any(|skipped| name == *skipped) {
        return Ok(None);
    }
    present(entry.metadata())
}

/// A file that is gone, or closed to us, while we walk is not served either.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Ok(None),
            _ => Err(error),
        },
    }
}

fn hash_file(path: &Path, metadata: &Metadata) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    metadata.len().hash(&mut hasher);
    let modified = metadata.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    modified.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::fs::{create_dir, write};

    #[test]
    fn moves_with_what_is_served_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let root = Root::open(folder.path()).unwrap();
        let hash = || hash_of(&root, 100).unwrap();
        create_dir(path("sub")).unwrap();
        create_dir(path("node_modules")).unwrap();
        write(path("index.html"), "one").unwrap();
        let first = hash();
        assert_eq!(hash(), first);

        write(path("node_modules/a.js"), "x").unwrap();
        write(path(".env"), "x").unwrap();
        assert_eq!(hash(), first);

        write(path("sub/data.json"), "1").unwrap();
        let second = hash();
        assert_ne!(second, first);

        let touched = SystemTime::now() + std::time::Duration::from_millis(1);
        let file = fs::File::options().write(true).open(path("index.html"));
        file.unwrap().set_modified(touched).unwrap();
        assert_ne!(hash(), second);
    }

    #[test]
    fn who_asks_while_a_folder_proves_huge_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=MOST_ENTRIES {
            write(folder.path().join(number.to_string()), "").unwrap();
        }
        let revision = revision(folder.path());
        revision.hang();
        revision.ask();
        let number = revision.begin().unwrap();
        let late = revision.ask();
        revision.walk_once(number);
        assert_eq!(revision.newest.borrow().number, late.number);
        assert_eq!(revision.begin(), None);
        assert_eq!(revision.ask().number, late.number);
    }

    #[test]
    fn gives_up_on_a_huge_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            write(folder.path().join(name), "").unwrap();
        }
        let root = Root::open(folder.path()).unwrap();
        assert!(hash_of(&root, 3).unwrap().is_some());
        assert!(hash_of(&root, 2).unwrap().is_none());
    }

    fn revision(folder: &Path) -> Arc<Revision> {
        Arc::new(Revision::new(Arc::new(Root::open(folder).unwrap())))
    }

    #[tokio::test]
    async fn those_who_ask_together_share_a_walk() {
        let folder = tempfile::tempdir().unwrap();
        let revision = revision(folder.path());
        revision.hang();
        let all: Vec<_> = (0..50).map(|_| revision.ask()).collect();
        revision.walk();
        for asked in all {
            let patient = Asked {
                until: Instant::now() + Duration::from_secs(10),
                ..asked
            };
            assert!(patient.answer().await.is_some());
        }
        let begun = revision.plan().begun;
        assert_eq!(begun, 1);
        assert_eq!(revision.ask().number, begun + 1);
    }

    #[tokio::test]
    async fn a_walk_that_hangs_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let revision = revision(folder.path());
        revision.hang();
        let began = Instant::now();
        let all: Vec<_> = (0..50).map(|_| revision.ask()).collect();
        for asked in all {
            assert_eq!(asked.answer().await, None);
        }
        assert!(
            began.elapsed() < FIRST_WALK_BUDGET * 25,
            "{:?}",
            began.elapsed()
        );
        // It goes on at last: those who ask next are answered.
        revision.walk();
        assert_eq!(revision.newest.borrow().number, 1);
        assert_eq!(revision.budget(), WALK_BUDGET);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_anew() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            create_dir(folder.path().join(name)).unwrap();
            write(folder.path().join(name).join(name), name).unwrap();
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("a", &link).unwrap();
        let root = Root::open(&link).unwrap();
        let before = hash_of(&root, 100).unwrap();
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("b", &link).unwrap();
        assert_ne!(hash_of(&root, 100).unwrap(), before);
    }
}
