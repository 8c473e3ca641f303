//! What was asked to be watched, by its real place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WatchError;
use crate::supervisor::WatchRules;

/// The real places of what is watched. None is there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roots {
    /// Everything below that is not ignored.
    pub(super) folders: Vec<PathBuf>,
    /// These alone.
    pub(super) files: Vec<PathBuf>,
    /// The folder that is served.
    pub(super) pages: Option<PathBuf>,
    /// Links by which roots were given: they may be led elsewhere.
    links: Vec<PathBuf>,
}

impl Roots {
    /// # Errors
    ///
    /// When one of them does not exist.
    pub(super) fn resolve(rules: &WatchRules) -> Result<Self, WatchError> {
        let mut roots = Self::default();
        for given in &rules.roots {
            roots.add(given).map_err(|source| WatchError::Root {
                path: given.clone(),
                source,
            })?;
        }
        roots.set_pages(rules);
        Ok(roots)
    }

    /// All that these have; each has its own folder that is served.
    pub(super) fn union<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut union = Self::default();
        for roots in all {
            for folder in &roots.folders {
                union.insert(folder.clone(), false);
            }
            for file in &roots.files {
                union.insert(file.clone(), true);
            }
            union.links.extend(roots.links.iter().cloned());
        }
        union
    }

    /// As [`Roots::resolve`], later: what is away meanwhile stays where it was.
    pub(super) fn renew(&self, rules: &WatchRules) -> Self {
        let mut roots = Self::default();
        for given in &rules.roots {
            if roots.add(given).is_err() {
                let path = absolute(given);
                let is_file = self.files.contains(&path);
                roots.insert(path, is_file);
            }
        }
        roots.set_pages(rules);
        roots
    }

    fn set_pages(&mut self, rules: &WatchRules) {
        let real = |path: &PathBuf| canonical(path).unwrap_or_else(|_| absolute(path));
        self.pages = rules.pages_root.as_ref().map(real);
    }

    fn add(&mut self, given: &Path) -> io::Result<()> {
        let path = canonical(given)?;
        let is_file = !fs::metadata(&path)?.is_dir();
        if fs::symlink_metadata(given)?.is_symlink() {
            self.links.push(absolute(given));
        }
        self.insert(path, is_file);
        Ok(())
    }

    fn insert(&mut self, path: PathBuf, is_file: bool) {
        let list = if is_file {
            &mut self.files
        } else {
            &mut self.folders
        };
        // In order, so that a folder stands before those inside it.
        if let Err(place) = list.binary_search(&path) {
            list.insert(place, path);
        }
    }

    /// Whether a change of this path can change what the roots are: the link by which one was given, or a
    /// folder on the way to one.
    pub(super) fn depend_on(&self, path: &Path) -> bool {
        self.links.iter().any(|link| link == path)
            || self
                .all()
                .any(|root| root.starts_with(path) && root != path)
            || self.folders.iter().any(|root| root == path)
    }

    /// The folders where roots that are away come back, and where links to roots lie.
    pub(super) fn lookouts(&self) -> Vec<PathBuf> {
        let away = self
            .all()
            .filter(|root| !root.exists())
            .filter_map(|root| root.ancestors().skip(1).find(|folder| folder.is_dir()));
        let links = self.links.iter().filter_map(|link| link.parent());
        away.chain(links).map(Path::to_path_buf).collect()
    }

    /// The folders that hold the roots that are files: a file that is renamed into place is seen there alone.
    pub(super) fn holders(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter_map(|file| file.parent())
    }

    /// Folders that no other one contains.
    pub(super) fn outermost(&self) -> impl Iterator<Item = &PathBuf> {
        let inside = |path: &Path| {
            self.folders
                .iter()
                .any(|other| path.starts_with(other) && path != other)
        };
        self.folders.iter().filter(move |path| !inside(path))
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.iter().chain(&self.files)
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// As the file events name it, too: without links, and on Windows without the `\\?\` of its long form.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    #[cfg(windows)]
    if let Some(short) = path.to_str().and_then(|path| path.strip_prefix(r"\\?\"))
        && short.as_bytes().get(1) == Some(&b':')
    {
        return Ok(PathBuf::from(short));
    }
    Ok(path)
}
