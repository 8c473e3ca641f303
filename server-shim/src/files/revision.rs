//! One opaque hash over all page files, so that a page learns what changed while nobody listened.

use std::fs::{self, DirEntry, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use tokio::sync::Mutex;

use super::root::Root;

/// More entries than this are not walked: the hash is then `None`.
const MOST_ENTRIES: usize = 20_000;

/// Folders of dependencies and build output: large, and not what a developer edits.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// The hash, made anew for each who asks, but only once for all who ask at the same time.
#[derive(Debug)]
pub(crate) struct Revision {
    root: Arc<Root>,
    /// Walks begun so far.
    begun: AtomicU64,
    /// The newest finished walk. Held while walking, so that there is only one at a time.
    newest: Mutex<Walk>,
    too_large: AtomicBool,
    warned: AtomicBool,
}

#[derive(Debug, Default)]
struct Walk {
    number: u64,
    hash: Option<String>,
}

impl Revision {
    pub(crate) fn new(root: Arc<Root>) -> Self {
        Self {
            root,
            begun: AtomicU64::new(0),
            newest: Mutex::default(),
            too_large: AtomicBool::new(false),
            warned: AtomicBool::new(false),
        }
    }

    /// The hash as of now: never one of a walk that began before this was called.
    ///
    /// `None` where the folder has too many entries or cannot be read.
    pub(crate) async fn current(&self) -> Option<String> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut newest = self.newest.lock().await;
        if newest.number > before {
            return newest.hash.clone();
        }
        if self.too_large.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let hash = self.walk().await;
        *newest = Walk {
            number,
            hash: hash.clone(),
        };
        hash
    }

    async fn walk(&self) -> Option<String> {
        let root = Arc::clone(&self.root);
        let walk = tokio::task::spawn_blocking(move || hash_of(root.path(), MOST_ENTRIES));
        match walk.await.ok()? {
            Ok(Some(hash)) => return Some(format!("{hash:016x}")),
            Ok(None) => {
                self.too_large.store(true, Ordering::Relaxed);
                self.warn(&format!("it has more than {MOST_ENTRIES} entries"));
            }
            Err(error) => self.warn(&error.to_string()),
        }
        None
    }

    fn warn(&self, reason: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "pages are not told what changed in the folder while they were away: {reason}"
            );
        }
    }
}

/// `None` where there are more than `most` entries.
fn hash_of(root: &Path, most: usize) -> io::Result<Option<u64>> {
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
        let hash = || hash_of(folder.path(), 100).unwrap();
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
    fn gives_up_on_a_huge_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            write(folder.path().join(name), "").unwrap();
        }
        assert!(hash_of(folder.path(), 3).unwrap().is_some());
        assert!(hash_of(folder.path(), 2).unwrap().is_none());
    }

    #[tokio::test]
    async fn those_who_ask_together_share_a_walk() {
        let folder = tempfile::tempdir().unwrap();
        let root = Arc::new(Root::open(folder.path()).unwrap());
        let revision = Arc::new(Revision::new(root));
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let revision = Arc::clone(&revision);
            asked.spawn(async move { revision.current().await });
        }
        let hashes = asked.join_all().await;
        assert!(hashes.iter().all(Option::is_some));
        let begun = revision.begun.load(Ordering::SeqCst);
        assert!(begun <= 2, "{begun} walks");
        revision.current().await;
        assert_eq!(revision.begun.load(Ordering::SeqCst), begun + 1);
    }
}
