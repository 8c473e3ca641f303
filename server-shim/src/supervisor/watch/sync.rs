//! The worker's knowledge of all files at once: listing, first reading, comparing, polling.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use notify::RecursiveMode;

use super::Shared;
use super::content::stamp;
use super::probe::Probes;
use super::rules::{Rules, is_rule};
use super::tree::{PER_FOLDER, Tree, explain};
use super::walk::Found;
use super::worker::{Doubt, Message, Stale, Worker};
use crate::supervisor::News;
use crate::supervisor::machine::FileEvent;

impl Worker {
    /// Lists all roots, and watches what has no watch yet.
    pub(super) fn list(&mut self) -> Found {
        let rules = self.shared.rules();
        let mut found = Found::default();
        let lookouts = rules.roots.lookouts();
        let watched = self.watch_all(&rules, &mut found);
        self.locks.add(found.repositories.drain(..));
        if let Err(error) = watched.and_then(|()| self.watch_others(&lookouts)) {
            self.poll_all(&explain(&error));
            found = Found::default();
            let Ok(()) = found.walk_all(&rules, |_| Ok::<_, std::convert::Infallible>(()));
        }
        found
    }

    fn watch_all(&mut self, rules: &Rules, found: &mut Found) -> notify::Result<()> {
        if !PER_FOLDER {
            let roots = rules.roots.outermost().filter(|root| root.is_dir());
            let roots = roots.map(PathBuf::as_path);
            self.tree.add_all(roots, RecursiveMode::Recursive)?;
        }
        let tree = &mut self.tree;
        found.walk_all(rules, |folder| tree.enter(folder))
    }

    /// The watches beside those of the roots' folders.
    fn watch_others(&mut self, lookouts: &[PathBuf]) -> notify::Result<()> {
        let rules = self.shared.rules();
        let mut wanted = self.wanted_others(&rules);
        wanted.extend(lookouts.iter().cloned());
        if !PER_FOLDER {
            // The system watches whole trees.
            wanted.retain(|folder| {
                rules
                    .roots
                    .outermost()
                    .all(|root| !folder.starts_with(root))
            });
        }
        let old = self.others.difference(&wanted);
        let old: Vec<_> = old
            .filter(|old| rules.layers(old).is_none())
            .cloned()
            .collect();
        self.tree.remove(&old);
        self.others = wanted;
        let others = self.others.iter().map(PathBuf::as_path);
        self.tree.add_all(others, RecursiveMode::NonRecursive)?;
        if rules.roots.lookouts() != lookouts {
            // A root has come back, or more of the way to it is gone, while we listed and before we watched.
            self.stale = Stale::Roots;
        }
        Ok(())
    }

    fn wanted_others(&self, rules: &Rules) -> BTreeSet<PathBuf> {
        let holders = rules.roots.holders().map(Path::to_path_buf);
        let mut wanted: BTreeSet<_> = holders.collect();
        for repository in self.locks.repositories() {
            wanted.insert(repository.git.clone());
            for root in &rules.roots.folders {
                let above = root.ancestors().skip(1);
                let inside = above.take_while(|folder| folder.starts_with(&repository.top));
                wanted.extend(inside.map(Path::to_path_buf));
            }
        }
        wanted
    }

    /// Begins to read all files for the first time, on a thread that ends with that.
    pub(super) fn fill(&mut self) {
        self.join_filling();
        let (shared, inbox) = (self.shared.clone(), self.inbox.clone());
        let fill = move || {
            shared.index.fill(|| shared.is_stopped());
            // Where nobody hears, the watch is being dropped.
            let _ = inbox.send(Message::Filled);
        };
        let thread = std::thread::Builder::new().name("watch-fill".to_owned());
        // Without, every first save counts as a change.
        self.filling = thread.spawn(fill).ok();
        self.doubt = Doubt::Yes;
    }

    /// All is read: probe files tell whether events come, and when those of before have.
    pub(super) fn filled(&mut self) {
        // Where the message is of an earlier reading, the wait for this one does no harm.
        self.join_filling();
        let until = Instant::now() + self.tuning.probe;
        self.doubt = Doubt::Until(until);
        if !self.tree.is_none() && !std::mem::replace(&mut self.probed, true) {
            let rules = self.shared.rules();
            let probed = rules.roots.folders.iter();
            let probed = probed.filter(|root| !self.poller.roots.contains(*root));
            self.probes = Probes::start(probed, until);
            if self.probes.until.is_some() {
                self.doubt = Doubt::Yes;
            }
        }
    }

    pub(super) fn join_filling(&mut self) {
        if let Some(filling) = self.filling.take() {
            // It has nothing to say.
            let _ = filling.join();
        }
    }

    /// An event that comes while all files are read for the first time may be of before or after.
    pub(super) fn doubt(&mut self, path: &Path) {
        if let Doubt::Until(until) = self.doubt
            && until < Instant::now()
        {
            self.doubt = Doubt::No;
        }
        if self.doubt != Doubt::No {
            self.shared.index.doubt(path, self.began);
        }
    }

    /// A change is behind us after which what we know is no longer true.
    pub(super) fn renew(&mut self, stale: Stale) {
        match stale {
            Stale::No => {}
            Stale::Rules => self.renew_rules(),
            Stale::Roots => {
                self.read_rules();
                self.compare();
            }
        }
    }

    /// What counts no longer is forgotten, what counts newly is no change.
    fn renew_rules(&mut self) {
        let before = self.shared.rules();
        self.read_rules();
        let found = self.list();
        self.drop_others(&found);
        for path in found.files {
            if self.shared.index.has(&path) {
                continue;
            }
            // What counted before and is not known is new, and its folder may have been watched just now.
            if before.counts(&path) {
                (self.send)(FileEvent::Touched(path));
            } else {
                self.shared.index.note([path]);
            }
        }
        self.fill();
        self.look_at_locks();
    }

    fn read_rules(&mut self) {
        let rules = self.shared.rules();
        // The patterns are the same: they cannot fail now.
        if let Ok(rules) = rules.renew() {
            self.shared.set_rules(rules);
        }
    }

    /// Events were lost: whatever differs from the index is told.
    pub(super) fn compare(&mut self) {
        self.join_filling();
        for root in &self.shared.rules().roots.folders {
            self.shared.index.doubt_since(root, self.began);
        }
        // A watch may be of a folder that has been moved elsewhere.
        let all = self.tree.folders();
        self.tree.remove(&all);
        let found = self.list();
        self.drop_others(&found);
        for path in found.files {
            let now = stamp(&path);
            if now.is_none() || now != self.shared.index.stamp(&path) {
                (self.send)(FileEvent::Touched(path));
            }
        }
        self.look_at_locks();
    }

    /// What was not found is gone, which is told, or ignored now.
    fn drop_others(&mut self, found: &Found) {
        let rules = self.shared.rules();
        let folders: BTreeSet<_> = found.folders.iter().chain(&self.others).collect();
        let mut old = self.tree.folders();
        old.retain(|folder| PER_FOLDER && !folders.contains(folder));
        self.tree.remove(&old);
        let files: BTreeSet<_> = found.files.iter().collect();
        for path in self.shared.index.files() {
            if files.contains(&path) {
                continue;
            }
            if rules.counts(&path) {
                (self.send)(FileEvent::Touched(path));
            } else {
                self.shared.index.remove(&path);
            }
        }
    }

    fn look_at_locks(&mut self) {
        if let Some(held) = self.locks.look() {
            (self.send)(FileEvent::Lock { held });
        }
    }

    /// No events at all: every root is polled.
    pub(super) fn poll_all(&mut self, why: &str) {
        self.tree = Tree::none(self.shared.watched.clone());
        self.others.clear();
        self.probes.give_up();
        let rules = self.shared.rules();
        for root in rules.roots.folders.iter().chain(&rules.roots.files) {
            self.poller.add(root);
        }
        self.warn_of_polling(None, why);
    }

    /// Polls one root beside the events, or in their place.
    pub(super) fn poll(&mut self, root: &Path, why: &str) {
        if self.poller.roots.contains(root) {
            return;
        }
        self.poller.add(root);
        self.warn_of_polling(Some(root), why);
    }

    /// Its events were only late.
    pub(super) fn hear_again(&mut self, root: &Path) {
        self.poller.remove(root);
        let how = format!(
            "`{}` sends events after all: no longer polled",
            root.display()
        );
        (self.warn)(News::Watching { how });
    }

    fn warn_of_polling(&self, root: Option<&Path>, why: &str) {
        let what = root.map_or_else(String::new, |root| format!("`{}` is ", root.display()));
        let every = self.tuning.poll.as_millis();
        let how = format!("{what}polled every {every} ms: {why}");
        (self.warn)(News::Watching { how });
    }

    /// One look at what is polled.
    pub(super) fn look(&mut self) {
        self.join_filling();
        let Shared { index, .. } = &*self.shared;
        let stop = || self.shared.is_stopped();
        let look = self.poller.look(&self.shared.rules(), index, stop);
        if look.rules || look.touched.iter().any(|path| is_rule(path)) {
            self.stale = self.stale.max(Stale::Rules);
        }
        for path in look.touched {
            self.doubt(&path);
            (self.send)(FileEvent::Touched(path));
        }
        self.look_at_locks();
    }
}
