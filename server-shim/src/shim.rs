//! The running state behind all routes.

use std::borrow::Cow;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::Config;
use crate::files::{Revision, Root};
use crate::hub::Hub;
use crate::server::ServeError;

/// Files that are read whole at a time.
const MOST_LOADS: usize = 32;

/// The running state behind all routes: a handle, cheap to clone.
#[derive(Clone, Debug)]
pub struct Shim(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    hub: Hub,
    pages: Option<Pages>,
}

/// The folder and the hash over what it serves.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) root: Arc<Root>,
    pub(crate) revision: Arc<Revision>,
    /// Bounds how many files are read at a time.
    pub(crate) loads: Arc<Semaphore>,
}

impl Shim {
    /// Makes the state for a configuration.
    ///
    /// # Errors
    ///
    /// Where the folder does not exist or is none.
    pub fn new(config: Config) -> Result<Self, ServeError> {
        let pages = config.folder.as_deref().map(Root::open).transpose();
        let pages = pages.map_err(|source| ServeError::Folder {
            folder: config.folder.clone().unwrap_or_default(),
            source,
        })?;
        Ok(Self(Arc::new(Inner {
            hub: Hub::new(Some(config.identity.clone())),
            pages: pages.map(Pages::new),
            config,
        })))
    }

    /// Ends every stream with `shutdown` and `done`, those still to be opened too.
    ///
    /// [`crate::run`] does this by itself; a program with a server of its own calls it before it
    /// waits for its connections.
    pub fn stop(&self, reason: impl Into<Cow<'static, str>>) {
        self.0.hub.stop(reason.into());
    }

    /// The number of open streams.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.0.hub.streams()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn pages(&self) -> Option<&Pages> {
        self.0.pages.as_ref()
    }
}

impl Pages {
    fn new(root: Root) -> Self {
        let root = Arc::new(root);
        Self {
            revision: Arc::new(Revision::new(Arc::clone(&root))),
            root,
            loads: Arc::new(Semaphore::new(MOST_LOADS)),
        }
    }
}
