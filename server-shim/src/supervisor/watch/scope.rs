//! Which files count for one service, or of the served folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Owner;
use super::WatchError;
use super::builtin::{PATTERNS, VIRTUAL_ENVIRONMENT};
use super::repository::Repository;
use super::roots::Roots;
use super::rules::{below, is_ignore_file};
use crate::supervisor::WatchRules;

/// The rules of all its roots. What the folders say is read when it is first needed, and kept.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) owner: Owner,
    pub(super) roots: Roots,
    pub(super) given: WatchRules,
    /// For each folder of the roots: the built-in list, then `--ignore`, so that the latter has the last word.
    fixed: Vec<(PathBuf, Gitignore)>,
    read: Mutex<Read>,
}

/// What was read of the folders.
#[derive(Debug, Default)]
struct Read {
    /// By folder; `None` where it is ignored.
    folders: BTreeMap<PathBuf, Option<Arc<Layer>>>,
    /// How often something was forgotten: what was read over that is not kept.
    forgotten: u64,
}

/// What a folder adds to the rules of the folders above.
#[derive(Debug, Default)]
pub(super) struct Layer {
    above: Option<Arc<Layer>>,
    /// The first that says something counts.
    own: Vec<Gitignore>,
}

impl Scope {
    /// # Errors
    ///
    /// When a pattern of `--ignore` is none.
    pub(super) fn new(owner: Owner, given: WatchRules, roots: Roots) -> Result<Self, WatchError> {
        let fixed = roots
            .folders
            .iter()
            .map(|root| Ok((root.clone(), fixed(root, &given.ignore)?)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            owner,
            roots,
            given,
            fixed,
            read: Mutex::default(),
        })
    }

    /// Whether this file counts.
    pub(super) fn counts(&self, path: &Path) -> bool {
        if self.roots.files.iter().any(|file| file == path) {
            return true;
        }
        let layer = path.parent().and_then(|folder| self.layer(folder));
        layer.is_some_and(|layer| self.file_counts(&layer, path))
    }

    /// As [`Scope::counts`], by the layer of its folder.
    pub(super) fn file_counts(&self, layer: &Layer, path: &Path) -> bool {
        !is_ignore_file(path) && self.has_extension(path) && !self.ignored(layer, path, false)
    }

    /// The rules for what is in a folder; `None` where that is ignored or outside the roots.
    pub(super) fn layer(&self, folder: &Path) -> Option<Arc<Layer>> {
        let forgotten = {
            let read = self.lock();
            if let Some(known) = read.folders.get(folder) {
                return known.clone();
            }
            read.forgotten
        };
        let layer = self.read_layer(folder);
        let mut read = self.lock();
        if read.forgotten == forgotten {
            read.folders.insert(folder.to_path_buf(), layer.clone());
        }
        layer
    }

    fn read_layer(&self, folder: &Path) -> Option<Arc<Layer>> {
        let is_root = self.roots.folders.iter().any(|root| root == folder);
        if !self.is_inside(folder) {
            return is_root.then(|| outermost_layer(folder));
        }
        let above = folder.parent().and_then(|above| self.layer(above));
        let above = above.filter(|above| {
            !self.ignored(above, folder, true) && !folder.join(VIRTUAL_ENVIRONMENT).exists()
        });
        match above {
            Some(above) => Some(Layer::read(folder, Some(above))),
            // It is ignored, and asked for by name: what is above has no say.
            None => is_root.then(|| Layer::read(folder, None)),
        }
    }

    /// Whether it is below a folder of the roots.
    fn is_inside(&self, path: &Path) -> bool {
        let mut folders = self.roots.folders.iter();
        folders.any(|root| path.starts_with(root) && path != root)
    }

    fn ignored(&self, layer: &Layer, path: &Path, is_folder: bool) -> bool {
        let mut ignored = false;
        for (root, fixed) in &self.fixed {
            if path.starts_with(root) && path != root {
                let matched = fixed.matched(path, is_folder);
                if matched.is_whitelist() {
                    return false;
                }
                ignored |= matched.is_ignore();
            }
        }
        ignored || layer.ignores(path, is_folder)
    }

    fn has_extension(&self, path: &Path) -> bool {
        let wanted = &self.given.extensions;
        let extension = path.extension();
        wanted.is_empty()
            || extension
                .is_some_and(|extension| wanted.iter().any(|wanted| extension == wanted.as_str()))
    }

    /// What a folder and those below say may be different now.
    pub(super) fn forget(&self, folder: &Path) {
        let mut read = self.lock();
        read.forgotten += 1;
        for folder in below(&read.folders, folder) {
            read.folders.remove(&folder);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layer {
    fn read(folder: &Path, above: Option<Arc<Self>>) -> Arc<Self> {
        let own: Vec<_> = [".ignore", ".gitignore"]
            .iter()
            .map(|name| folder.join(name))
            .filter(|file| file.is_file())
            // A line that is no pattern is left out, as git does.
            .map(|file| Gitignore::new(file).0)
            .collect();
        match above {
            Some(above) if own.is_empty() => above,
            above => Arc::new(Self { above, own }),
        }
    }

    fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let mut layer = Some(self);
        while let Some(current) = layer {
            for file in &current.own {
                match file.matched(path, is_folder) {
                    ignore::Match::None => {}
                    matched => return matched.is_ignore(),
                }
            }
            layer = current.above.as_deref();
        }
        false
    }
}

/// Inside a git work tree the files of the folders above count too.
fn outermost_layer(root: &Path) -> Arc<Layer> {
    let Some(repository) = Repository::of(root) else {
        return Layer::read(root, None);
    };
    let mut layer = Arc::new(Layer {
        above: None,
        own: repository.excludes(),
    });
    let mut between: Vec<_> = root
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(&repository.top))
        .collect();
    between.reverse();
    for (index, folder) in between.iter().enumerate() {
        let below = between.get(index + 1).copied().unwrap_or(root);
        layer = Layer::read(folder, Some(layer));
        if layer.ignores(below, true) {
            return Layer::read(root, None);
        }
    }
    Layer::read(root, Some(layer))
}

fn fixed(root: &Path, ignore: &[String]) -> Result<Gitignore, WatchError> {
    let mut builder = GitignoreBuilder::new(root);
    let given = ignore.iter().map(String::as_str);
    for glob in PATTERNS.iter().copied().chain(given) {
        let wrong = |source| WatchError::Ignore {
            glob: glob.to_owned(),
            source,
        };
        builder.add_line(None, glob).map_err(wrong)?;
    }
    builder.build().map_err(|source| WatchError::Ignore {
        glob: ignore.join(" "),
        source,
    })
}
