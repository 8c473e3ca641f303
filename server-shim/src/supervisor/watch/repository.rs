//! Git: whose work tree a folder is in, and whether git works there right now.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::builtin::GIT;

/// The file that git keeps while it works.
const LOCK: &str = "index.lock";

/// A git work tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Repository {
    /// Its uppermost folder.
    pub(super) top: PathBuf,
    /// Where git keeps its index and the lock.
    pub(super) git: PathBuf,
}

impl Repository {
    /// The one that a folder is in.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        folder.ancestors().find_map(Self::at)
    }

    /// The one whose uppermost folder this is.
    pub(super) fn at(top: &Path) -> Option<Self> {
        let entry = top.join(GIT);
        let git = if entry.is_dir() {
            entry
        } else {
            let text = fs::read_to_string(entry).ok()?;
            let path = text.strip_prefix("gitdir:")?.trim();
            fs::canonicalize(top.join(path)).ok()?
        };
        Some(Self {
            top: top.to_path_buf(),
            git,
        })
    }

    /// What its own and the user's exclude files say; the first counts most.
    pub(super) fn excludes(&self) -> Vec<Gitignore> {
        let mut own = GitignoreBuilder::new(&self.top);
        // A line that is no pattern is left out, as git does.
        let _ = own.add(self.common().join("info").join("exclude"));
        let (global, _) = GitignoreBuilder::new(&self.top).build_global();
        let own = own.build().unwrap_or_else(|_| Gitignore::empty());
        [own, global]
            .into_iter()
            .filter(|file| !file.is_empty())
            .collect()
    }

    /// What a work tree shares with the one that it was made from.
    fn common(&self) -> PathBuf {
        match fs::read_to_string(self.git.join("commondir")) {
            Ok(path) => self.git.join(path.trim()),
            Err(_) => self.git.clone(),
        }
    }
}

/// In which of the repositories git works.
#[derive(Debug, Default)]
pub(super) struct Locks {
    repositories: BTreeSet<Repository>,
    held: BTreeSet<PathBuf>,
}

impl Locks {
    pub(super) fn add(&mut self, found: impl IntoIterator<Item = Repository>) {
        self.repositories.extend(found);
    }

    pub(super) fn repositories(&self) -> impl Iterator<Item = &Repository> {
        self.repositories.iter()
    }

    /// Whether it is the lock of one of them.
    pub(super) fn has(&self, path: &Path) -> bool {
        path.file_name() == Some(OsStr::new(LOCK))
            && self
                .repositories
                .iter()
                .any(|repository| path.parent() == Some(&*repository.git))
    }

    /// The lock has come or gone. Returns what to tell where that is different from before.
    pub(super) fn set(&mut self, path: &Path, held: bool) -> Option<bool> {
        let before = self.is_held();
        if held {
            self.held.insert(path.to_path_buf());
        } else {
            self.held.remove(path);
        }
        (before != self.is_held()).then_some(!before)
    }

    /// Looks at all of them: nobody has told, or not all.
    pub(super) fn look(&mut self) -> Option<bool> {
        let before = self.is_held();
        let locks = self
            .repositories
            .iter()
            .map(|repository| repository.git.join(LOCK));
        self.held = locks.filter(|lock| lock.exists()).collect();
        (before != self.is_held()).then_some(!before)
    }

    fn is_held(&self) -> bool {
        !self.held.is_empty()
    }
}
