//! Does a file system send events? A file that is made and removed again tells.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Hidden, and on the built-in list of what is ignored.
const PREFIX: &str = ".server-reload-probe-";

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The probes that no event has answered yet.
#[derive(Debug, Default)]
pub(super) struct Probes {
    open: Vec<Probe>,
    /// How long they are waited for.
    pub(super) until: Option<Instant>,
}

/// A file, removed in `Drop`.
#[derive(Debug)]
struct Probe {
    root: PathBuf,
    file: PathBuf,
}

impl Probes {
    /// Makes a file in each of these folders where that may be done.
    pub(super) fn start<'a>(folders: impl Iterator<Item = &'a PathBuf>, until: Instant) -> Self {
        let open: Vec<_> = folders.filter_map(|folder| Probe::make(folder)).collect();
        Self {
            until: (!open.is_empty()).then_some(until),
            open,
        }
    }

    /// An event names this path. Whether it is that of a probe that was open.
    pub(super) fn answer(&mut self, path: &Path) -> bool {
        let before = self.open.len();
        self.open.retain(|probe| probe.file != path);
        if self.open.is_empty() {
            self.until = None;
        }
        self.open.len() < before
    }

    /// Gives up on those that are still open, and returns their folders.
    pub(super) fn give_up(&mut self) -> Vec<PathBuf> {
        self.until = None;
        let open = std::mem::take(&mut self.open);
        open.iter().map(|probe| probe.root.clone()).collect()
    }
}

impl Probe {
    fn make(root: &Path) -> Option<Self> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = root.join(format!("{PREFIX}{}-{number}", process::id()));
        File::create_new(&file).ok()?;
        Some(Self {
            root: root.to_path_buf(),
            file,
        })
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // Where it is gone already, somebody has cleaned up.
        let _ = fs::remove_file(&self.file);
    }
}
