//! Which files count at all, and for whom.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::builtin::{GIT, IGNORE_FILES, VIRTUAL_ENVIRONMENT};
use super::roots::Roots;
use super::scope::{Layer, Scope};
use super::{Given, Owner, WatchError};
use crate::supervisor::machine::{Class, ServiceNo};

/// The rules of all services and of the served folder: a file counts where it does for one of them.
#[derive(Debug)]
pub(super) struct Rules {
    /// Of all scopes.
    pub(super) roots: Roots,
    scopes: Vec<Scope>,
}

/// The rules for what is in a folder, scope by scope; `None` where it is ignored.
pub(super) struct Layers(Vec<Option<Arc<Layer>>>);

/// What a changed file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// For a page.
    pub(super) class: Class,
    /// Those for whom it is code.
    pub(super) services: Vec<ServiceNo>,
    /// As a page would request it.
    pub(super) url: String,
}

impl Rules {
    /// # Errors
    ///
    /// When a root does not exist, or a pattern is none.
    pub(super) fn new(given: &Given) -> Result<Self, WatchError> {
        let scopes = given.0.iter().map(|(owner, rules)| {
            let roots = Roots::resolve(rules)?;
            Scope::new(*owner, rules.clone(), roots)
        });
        Ok(Self::of(scopes.collect::<Result<_, _>>()?))
    }

    fn of(scopes: Vec<Scope>) -> Self {
        Self {
            roots: Roots::union(scopes.iter().map(|scope| &scope.roots)),
            scopes,
        }
    }

    /// The same later: nothing that was read is kept, and roots may be elsewhere.
    pub(super) fn renew(&self) -> Result<Self, WatchError> {
        let scopes = self.scopes.iter().map(|scope| {
            let roots = scope.roots.renew(&scope.given);
            Scope::new(scope.owner, scope.given.clone(), roots)
        });
        Ok(Self::of(scopes.collect::<Result<_, _>>()?))
    }

    /// Whether this file counts.
    pub(super) fn counts(&self, path: &Path) -> bool {
        self.scopes.iter().any(|scope| scope.counts(path))
    }

    /// As [`Rules::counts`], by the layers of its folder.
    pub(super) fn file_counts(&self, layers: &Layers, path: &Path) -> bool {
        let mut scopes = self.scopes.iter().zip(&layers.0);
        scopes.any(|(scope, layer)| {
            let layer = layer.as_ref();
            layer.is_some_and(|layer| scope.file_counts(layer, path))
        })
    }

    /// The rules for what is in a folder; `None` where that counts for nobody.
    pub(super) fn layers(&self, folder: &Path) -> Option<Layers> {
        let layers = self.scopes.iter().map(|scope| scope.layer(folder));
        let layers: Vec<_> = layers.collect();
        let counts = layers.iter().any(Option::is_some);
        counts.then_some(Layers(layers))
    }

    /// What a folder and those below say may be different now.
    pub(super) fn forget(&self, folder: &Path) {
        for scope in &self.scopes {
            scope.forget(folder);
        }
    }

    /// Whether all of this was read from there.
    pub(super) fn is_config(&self, path: &Path) -> bool {
        let mut of_config = self.of_owner(Owner::Config);
        of_config.any(|scope| scope.roots.files.iter().any(|file| file == path))
    }

    /// What a file that counts is for. A page that shows it matters more than whose code it is.
    pub(super) fn meaning(&self, path: &Path) -> Meaning {
        let counts = |scope: &&Scope| scope.owner != Owner::Config && scope.counts(path);
        let scopes: Vec<_> = self.scopes.iter().filter(counts).collect();
        let classes = scopes.iter().map(|scope| (scope.owner, scope.class(path)));
        let code = classes.clone().filter(|(_, class)| *class == Class::Code);
        Meaning {
            class: classes.map(|(_, class)| class).min().unwrap_or(Class::Code),
            services: code.filter_map(|(owner, _)| owner.service()).collect(),
            url: scopes
                .first()
                .map(|scope| scope.url(path))
                .unwrap_or_default(),
        }
    }

    fn of_owner(&self, owner: Owner) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(move |scope| scope.owner == owner)
    }
}

/// Whether it says what is ignored.
pub(super) fn is_ignore_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| IGNORE_FILES.iter().any(|file| name == *file))
}

/// Whether a change of it can change which files count.
pub(super) fn is_rule(path: &Path) -> bool {
    let others = [VIRTUAL_ENVIRONMENT, GIT];
    let is_other = |name| others.iter().any(|other| name == *other);
    is_ignore_file(path) || path.file_name().is_some_and(is_other)
}

/// The keys that are this folder or below it.
pub(super) fn below<V>(map: &BTreeMap<PathBuf, V>, folder: &Path) -> Vec<PathBuf> {
    map.range::<Path, _>((Bound::Included(folder), Bound::Unbounded))
        .map(|(path, _)| path)
        .take_while(|path| path.starts_with(folder))
        .cloned()
        .collect()
}
