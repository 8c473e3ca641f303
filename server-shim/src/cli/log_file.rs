//! The file that `--log-file` names, and the one that is taken for who runs in the background without.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::Error;
use super::presence::{self, Presence, make_private, no_home, state_folder};
use crate::supervisor::start_of;

/// So many of those that nobody has named are kept.
const KEPT: usize = 20;

const EXTENSION: &str = "log";

/// A file that is appended to.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl LogFile {
    /// The one that the user names.
    pub(super) fn named(path: &Path) -> Result<Self, Error> {
        Self::open(path).map_err(|source| Error::LogFile {
            file: path.to_owned(),
            source,
        })
    }

    /// One of its own, for who runs in this folder.
    pub(super) fn of(folder: &Path) -> Result<Self, Error> {
        let name = folder.file_name().unwrap_or("root".as_ref());
        let name = format!(
            "{}-{}.{EXTENSION}",
            name.to_string_lossy(),
            std::process::id()
        );
        let Some(state) = state_folder() else {
            let (file, source) = (PathBuf::from(name), no_home());
            return Err(Error::LogFile { file, source });
        };
        let logs = state.join("logs");
        let path = logs.join(name);
        let opened = make_private(&logs).and_then(|()| {
            sweep(&logs);
            // One with that name is left over from a process that had our id.
            let _ = fs::remove_file(&path);
            Self::open(&path)
        });
        opened.map_err(|source| Error::LogFile { file: path, source })
    }

    fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let path = presence::canonical(path);
        Ok(Self { path, file })
    }
}

/// Removes the oldest of ours, but none that is still written to.
fn sweep(logs: &Path) {
    let entries = fs::read_dir(logs).into_iter().flatten();
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let (path, metadata) = (entry.path(), entry.metadata().ok()?);
            let ours = metadata.is_file() && starter(&path).is_some();
            Some((metadata.modified().ok()?, path)).filter(|_| ours)
        })
        .collect();
    files.sort();
    let too_many = (files.len() + 1).saturating_sub(KEPT);
    let written = presence::all();
    let in_use = |path: &Path| {
        let named = |it: &Presence| it.log_file.as_deref() == Some(path);
        written.iter().any(named) || starter(path).is_some_and(|pid| start_of(pid).is_some())
    };
    for (_, path) in files.into_iter().take(too_many) {
        if !in_use(&path) {
            // It is tried again the next time.
            let _ = fs::remove_file(path);
        }
    }
}

/// The process that has named the file; `None` where it is none of ours.
fn starter(path: &Path) -> Option<u32> {
    let name = path.file_stem()?.to_str()?;
    path.extension().filter(|it| *it == EXTENSION)?;
    name.rsplit_once('-')?.1.parse().ok()
}

/// The line of a `.gitignore` that means this file.
pub(super) fn pattern(file: &Path) -> Option<String> {
    Some(escaped(&file.file_name()?.to_string_lossy()))
}

/// The line of the `.gitignore` of a folder that means this one in it. `None` where it is not in it.
pub(super) fn pattern_below(above: &Path, folder: &Path) -> Option<String> {
    let parts = folder.strip_prefix(above).ok()?.iter();
    let parts: Vec<_> = parts.map(|part| escaped(&part.to_string_lossy())).collect();
    (!parts.is_empty()).then(|| format!("/{}/", parts.join("/")))
}

fn escaped(name: &str) -> String {
    let mut pattern = String::new();
    for c in name.chars() {
        if "*?[]{}\\!# ".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_oldest_are_removed() {
        let logs = tempfile::tempdir().unwrap();
        // No processes have such ids.
        let path = |number: usize| {
            logs.path()
                .join(format!("app-{}.log", 2_000_000_000 + number))
        };
        let others = ["notes.log", "app-1.txt", "app-x.log"].map(|name| logs.path().join(name));
        for number in 0..KEPT + 5 {
            fs::write(path(number), "").unwrap();
            let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            let file = File::options().append(true).open(path(number)).unwrap();
            file.set_modified(at).unwrap();
        }
        for other in &others {
            fs::write(other, "").unwrap();
        }
        sweep(logs.path());
        let left: Vec<_> = (0..KEPT + 5).filter(|it| path(*it).exists()).collect();
        assert_eq!(left, (6..KEPT + 5).collect::<Vec<_>>(), "with room for one");
        assert!(others.iter().all(|other| other.exists()));
    }

    #[test]
    fn the_pattern_means_the_file_alone() {
        for (file, expected) in [
            ("/x/dev.log", "dev.log"),
            ("a [1]*.txt", "a\\ \\[1\\]\\*.txt"),
        ] {
            assert_eq!(pattern(Path::new(file)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_pattern_means_the_folder_at_its_place() {
        let pattern = |folder| pattern_below(Path::new("/app"), Path::new(folder));
        assert_eq!(pattern("/app/a b/c").as_deref(), Some("/a\\ b/c/"));
        assert_eq!(pattern("/app"), None);
        assert_eq!(pattern("/other"), None);
    }
}
