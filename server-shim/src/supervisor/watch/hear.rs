//! From what the system tells to what counts.

use std::fs;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind};

use super::rules::is_rule;
use super::tree::{PER_FOLDER, explain};
use super::walk::Found;
use super::worker::{Doubt, Stale, Worker};
use crate::supervisor::machine::FileEvent;

/// Whether somebody has only read a file: half of all events, and none of our business.
pub(super) fn is_reading(event: &Event) -> bool {
    let closed = AccessKind::Close(AccessMode::Write);
    matches!(event.kind, EventKind::Access(kind) if kind != closed)
}

/// What is left of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Something has been written.
    Touched,
    /// It is new, and may still be empty.
    Created,
    /// A writer has closed it.
    Closed,
    /// It has come by a new name.
    Placed,
    /// It is no longer there by this name.
    Gone,
    /// It has come or gone by another name.
    Renamed,
}

impl Kind {
    /// `None` for what says nothing new.
    fn of(event: EventKind) -> Option<Self> {
        match event {
            EventKind::Access(_) => Some(Self::Closed),
            EventKind::Create(_) => Some(Self::Created),
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                Some(Self::Gone)
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(Self::Placed),
            // After one of each.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if PER_FOLDER => None,
            EventKind::Modify(ModifyKind::Name(_)) => Some(Self::Renamed),
            _ => Some(Self::Touched),
        }
    }

    /// Where the system does not say, or tells several things as one, the file itself says.
    fn sure(self, path: &Path) -> Self {
        let unsure = self == Self::Renamed || (self == Self::Gone && !PER_FOLDER);
        match (unsure, path.exists()) {
            (false, _) => self,
            (true, true) => Self::Placed,
            (true, false) => Self::Gone,
        }
    }
}

impl Worker {
    pub(super) fn event(&mut self, event: &Event) {
        let Some(kind) = Kind::of(event.kind) else {
            return;
        };
        for path in &event.paths {
            let kind = kind.sure(path);
            self.recover(path);
            if !self.is_special(kind, path) {
                self.path(kind, path);
            }
        }
    }

    /// What is not a file of the roots.
    fn is_special(&mut self, kind: Kind, path: &Path) -> bool {
        if self.probes.answer(path) {
            // Events come in order.
            self.doubt = Doubt::No;
        }
        if self.locks.has(path) {
            self.lock(kind, path);
            return true;
        }
        let rules = self.shared.rules();
        if !matches!(kind, Kind::Closed | Kind::Touched) && rules.roots.depend_on(path) {
            self.stale = Stale::Roots;
        } else if is_rule(path) && (kind != Kind::Touched || !PER_FOLDER) {
            self.stale = self.stale.max(Stale::Rules);
        }
        false
    }

    fn lock(&mut self, kind: Kind, path: &Path) {
        // What was written into the lock says nothing; elsewhere than on Linux, what was told may be old.
        let held = if PER_FOLDER {
            kind != Kind::Gone
        } else {
            path.exists()
        };
        if let Some(held) = self.locks.set(path, held) {
            (self.send)(FileEvent::Lock { held });
        }
    }

    fn path(&mut self, kind: Kind, path: &Path) {
        self.doubt(path);
        if kind == Kind::Gone {
            return self.gone(path);
        }
        let known = self.shared.index.has(path);
        let may_be_folder = !known || matches!(kind, Kind::Created | Kind::Placed);
        if may_be_folder && (self.tree.has(path) || is_folder(path)) {
            return self.folder(kind, path);
        }
        if !self.shared.rules().counts(path) {
            return;
        }
        // A new file may be about to be renamed over the one that it is the next version of.
        let whole = kind == Kind::Placed || (kind == Kind::Closed && known);
        self.tell(path.to_path_buf(), whole && PER_FOLDER);
    }

    fn gone(&mut self, path: &Path) {
        let files = self.shared.index.below(path);
        if self.tree.has(path) || files.iter().any(|file| file != path) {
            self.tree.remove_below(path);
            self.shared.rules().forget(path);
            for file in files {
                self.doubt(&file);
                self.tell(file, false);
            }
            // What is told of a folder that was moved may come after it was moved back.
            if is_folder(path) {
                self.folder(Kind::Placed, path);
            }
        } else if self.shared.rules().counts(path) {
            // Some editors remove a file before they write it; a temporary one is not waited for.
            self.tell(path.to_path_buf(), files.is_empty());
        }
    }

    fn tell(&self, path: PathBuf, whole: bool) {
        (self.send)(if whole {
            FileEvent::Whole(path)
        } else {
            FileEvent::Touched(path)
        });
    }

    /// A folder has come: it is watched, and what is in it is told. Other news of a folder are none.
    fn folder(&mut self, kind: Kind, path: &Path) {
        if self.tree.has(path) || !matches!(kind, Kind::Created | Kind::Placed) {
            return;
        }
        let rules = self.shared.rules();
        rules.forget(path);
        let mut found = Found::default();
        let tree = &mut self.tree;
        let walked = found.walk(&rules, path, |folder| tree.enter(folder));
        if !found.repositories.is_empty() {
            self.stale = self.stale.max(Stale::Rules);
        }
        for file in found.files {
            self.doubt(&file);
            (self.send)(FileEvent::Touched(file));
        }
        if let Err(error) = walked {
            self.poll_all(&explain(&error));
        }
    }

    /// An event of a root that seemed to send none.
    fn recover(&mut self, path: &Path) {
        let late = self.silent.iter().find(|root| path.starts_with(root));
        if let Some(root) = late.cloned() {
            self.silent.remove(&root);
            self.hear_again(&root);
        }
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}
