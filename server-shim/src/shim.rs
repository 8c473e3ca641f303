//! The running state behind all routes.

use std::borrow::Cow;
use std::sync::Arc;
#[cfg(feature = "supervisor")]
use std::sync::OnceLock;

use tokio::sync::Semaphore;
#[cfg(feature = "supervisor")]
use tokio::sync::mpsc::UnboundedSender;

#[cfg(feature = "supervisor")]
use crate::board::Board;
use crate::config::Config;
use crate::files::{Revision, Root};
use crate::hub::Hub;
#[cfg(feature = "supervisor")]
use crate::metrics::Metrics;
#[cfg(feature = "supervisor")]
use crate::operations::Operations;
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
    #[cfg(feature = "supervisor")]
    operations: Operations,
    #[cfg(feature = "supervisor")]
    metrics: Arc<Metrics>,
    #[cfg(feature = "supervisor")]
    ending: OnceLock<UnboundedSender<&'static str>>,
    #[cfg(feature = "supervisor")]
    board: Arc<Board>,
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
            #[cfg(feature = "supervisor")]
            operations: Operations::new(),
            #[cfg(feature = "supervisor")]
            metrics: Arc::new(Metrics::new()),
            #[cfg(feature = "supervisor")]
            ending: OnceLock::new(),
            #[cfg(feature = "supervisor")]
            board: Arc::default(),
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

    #[cfg(feature = "supervisor")]
    pub(crate) fn operations(&self) -> &Operations {
        &self.0.operations
    }

    /// From now on the end can be asked for.
    #[cfg(feature = "supervisor")]
    pub(crate) fn serve_ending(&self, ending: UnboundedSender<&'static str>) {
        // Whoever came first goes on.
        let _ = self.0.ending.set(ending);
    }

    /// Who is told the reason when the end is asked for; `None` where nobody would.
    #[cfg(feature = "supervisor")]
    pub(crate) fn ending(&self) -> Option<&UnboundedSender<&'static str>> {
        self.0.ending.get()
    }

    #[cfg(feature = "supervisor")]
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    #[cfg(feature = "supervisor")]
    pub(crate) fn board(&self) -> &Arc<Board> {
        &self.0.board
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
