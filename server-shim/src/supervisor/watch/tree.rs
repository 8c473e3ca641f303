//! The watches.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use notify::{EventHandler, RecommendedWatcher, RecursiveMode, Watcher};

/// Whether each folder has a watch of its own, as it is the way on Linux; elsewhere the system watches whole trees.
pub(super) const PER_FOLDER: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// The system's watches, all ended in `Drop`.
pub(super) struct Tree {
    /// `None` where the system gave none.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    /// Watches at most; the system may give fewer.
    most: usize,
    count: Arc<AtomicUsize>,
}

impl Tree {
    /// # Errors
    ///
    /// When the system gives no more watchers.
    pub(super) fn new(
        handler: impl EventHandler,
        most: usize,
        count: Arc<AtomicUsize>,
    ) -> notify::Result<Self> {
        let config = notify::Config::default().with_follow_symlinks(false);
        let mut tree = Self::none(count);
        tree.watcher = Some(RecommendedWatcher::new(handler, config)?);
        tree.most = most;
        Ok(tree)
    }

    /// Without any watch.
    pub(super) fn none(count: Arc<AtomicUsize>) -> Self {
        Self {
            watcher: None,
            watched: BTreeSet::new(),
            most: 0,
            count,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        self.watcher.is_none()
    }

    pub(super) fn has(&self, folder: &Path) -> bool {
        self.watched.contains(folder)
    }

    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.watched.iter().cloned().collect()
    }

    /// Watches a folder, without those inside it. One that is watched already, or is gone, is left out.
    ///
    /// # Errors
    ///
    /// When the system gives no more watches.
    fn add(&mut self, folder: &Path) -> notify::Result<()> {
        self.add_all([folder], RecursiveMode::NonRecursive)
    }

    /// As [`Tree::add`], where folders have watches of their own.
    ///
    /// # Errors
    ///
    /// When the system gives no more watches.
    pub(super) fn enter(&mut self, folder: &Path) -> notify::Result<()> {
        if PER_FOLDER { self.add(folder) } else { Ok(()) }
    }

    /// As [`Tree::add`], for folders and, where the mode says so, all that is inside them.
    ///
    /// # Errors
    ///
    /// When the system gives no more watches.
    pub(super) fn add_all<'a>(
        &mut self,
        folders: impl IntoIterator<Item = &'a Path>,
        mode: RecursiveMode,
    ) -> notify::Result<()> {
        let Some(watcher) = &mut self.watcher else {
            return Ok(());
        };
        let mut paths = watcher.paths_mut();
        for folder in folders {
            if self.watched.contains(folder) {
                continue;
            }
            if self.watched.len() == self.most {
                return Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch));
            }
            match paths.add(folder, mode) {
                Ok(()) => drop(self.watched.insert(folder.to_path_buf())),
                Err(error) if is_used_up(&error) => return Err(error),
                // It is gone again, or may not be read.
                Err(_) => {}
            }
        }
        let done = paths.commit();
        self.count.store(self.watched.len(), Ordering::Relaxed);
        done
    }

    /// Ends the watches of a folder and of those inside it.
    pub(super) fn remove_below(&mut self, folder: &Path) {
        let from = (Bound::Included(folder), Bound::Unbounded);
        let after = self.watched.range::<Path, _>(from);
        let inside = after.take_while(|path| path.starts_with(folder));
        let inside: Vec<_> = inside.cloned().collect();
        self.remove(&inside);
    }

    /// Ends the watches of these folders.
    pub(super) fn remove(&mut self, folders: &[PathBuf]) {
        for folder in folders {
            if self.watched.remove(folder)
                && let Some(watcher) = &mut self.watcher
            {
                // The system has ended the watch of what is gone.
                let _ = watcher.unwatch(folder);
            }
        }
        self.count.store(self.watched.len(), Ordering::Relaxed);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.count.store(0, Ordering::Relaxed);
    }
}

/// Whether the system gives no more.
fn is_used_up(error: &notify::Error) -> bool {
    #[cfg(unix)]
    if let notify::ErrorKind::Io(error) = &error.kind {
        return error.raw_os_error() == Some(libc::EMFILE);
    }
    matches!(error.kind, notify::ErrorKind::MaxFilesWatch)
}

/// Why nothing is watched by events, and what to do about it.
pub(super) fn explain(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => limit("watches", "max_user_watches"),
        notify::ErrorKind::Io(_) if is_used_up(error) => limit("watchers", "max_user_instances"),
        _ => format!("the system says: {error}"),
    }
}

fn limit(what: &str, name: &str) -> String {
    let now = std::fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).unwrap_or_default();
    let now = now.trim().parse::<u64>().ok();
    let now_text = now.map_or_else(String::new, |now| format!(" than {now}"));
    let more = now.map_or(524_288, |now| now.saturating_mul(2));
    format!(
        "this system gives no more {what}{now_text}; raise the limit by \
         `sudo sysctl fs.inotify.{name}={more}`, or leave folders out by `--ignore`"
    )
}
