//! What is in a folder, without what is ignored.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::builtin::GIT;
use super::repository::Repository;
use super::rules::{Layers, Rules, is_ignore_file, is_rule};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All folders, the uppermost first.
    pub(super) folders: Vec<PathBuf>,
    /// The files that count.
    pub(super) files: Vec<PathBuf>,
    /// The files that say what is ignored.
    pub(super) ignore_files: Vec<PathBuf>,
    /// The git work trees that begin here.
    pub(super) repositories: Vec<Repository>,
}

/// Whether a walk goes on, and what has ended it.
pub(super) type Walked<E> = Result<(), E>;

impl Found {
    /// Adds what is in a folder. `enter` is called with each folder before it is listed, so that nothing is
    /// missed where that watches it.
    ///
    /// Links are not followed, and folders that may not be listed are left out.
    ///
    /// # Errors
    ///
    /// What `enter` says.
    pub(super) fn walk<E>(
        &mut self,
        rules: &Rules,
        folder: &Path,
        mut enter: impl FnMut(&Path) -> Walked<E>,
    ) -> Walked<E> {
        let mut left = vec![folder.to_path_buf()];
        while let Some(folder) = left.pop() {
            if rules.layers(&folder).is_none() {
                continue;
            }
            enter(&folder)?;
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let entries: Vec<_> = entries.collect();
            if entries.iter().any(|entry| is_rule(&entry.path())) {
                // It may be newer than what we have read of this folder, and older than its watch.
                rules.forget(&folder);
            }
            if let Some(layers) = rules.layers(&folder) {
                left.extend(self.sort(rules, &layers, &folder, &entries));
            }
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Adds what is in one folder, and returns the folders in it.
    fn sort(
        &mut self,
        rules: &Rules,
        layers: &Layers,
        folder: &Path,
        entries: &[DirEntry],
    ) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.path();
            if entry.file_name() == GIT {
                self.repositories.extend(Repository::at(folder));
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if is_ignore_file(&path) {
                self.ignore_files.push(path);
            } else if rules.file_counts(layers, &path) {
                self.files.push(path);
            }
        }
        folders
    }

    /// Adds what is in all roots.
    ///
    /// # Errors
    ///
    /// What `enter` says.
    pub(super) fn walk_all<E>(
        &mut self,
        rules: &Rules,
        mut enter: impl FnMut(&Path) -> Walked<E>,
    ) -> Walked<E> {
        for root in rules.roots.folders.iter().filter(|root| root.is_dir()) {
            if !self.folders.contains(root) {
                self.walk(rules, root, &mut enter)?;
            }
        }
        let files = rules.roots.files.iter().filter(|file| file.exists());
        for file in files {
            if !self.files.contains(file) {
                self.files.push(file.clone());
            }
        }
        self.repositories.extend(
            rules
                .roots
                .folders
                .iter()
                .filter_map(|root| Repository::of(root)),
        );
        Ok(())
    }
}
