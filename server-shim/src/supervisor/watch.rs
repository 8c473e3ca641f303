//! From file events to changes.
//!
//! - `roots`, `scope`, `builtin`: what counts for one service; `rules`: for all of them
//! - `walk`, `index`, `content`: what is there, and what was
//! - `tree`, `probe`, `mounts`, `poller`: how we hear of changes
//! - `repository`: git, and whether it is at work
//! - `worker`: the one thread that has all of this in its hands; `hear` and `sync` are what it does
//! - `class`: what a changed file is for
//!
//! Nothing here decides about time: when files are settled, the machine says so and asks for their content
//! by [`Reader::read`]. Events are never dropped: the system's thread only puts them into a queue without bound.
//!
//! On Linux each folder that is not ignored has a watch of its own, set before the folder is listed, so that a
//! file is told by its event or found by the listing, or both. Elsewhere the system watches whole trees.

mod builtin;
mod class;
mod content;
mod hear;
mod index;
mod mounts;
mod poller;
mod probe;
mod repository;
mod roots;
mod rules;
mod scope;
mod sync;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use super::machine::{Change, FileEvent, ServiceNo};
use super::{News, Supervision, WatchRules};
use index::Index;
use rules::{Meaning, Rules};
use worker::{Message, Worker};

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WatchError {
    /// There is no such file or folder.
    #[error("`{}` cannot be watched: {source}\nname an existing file or folder: `--watch PATH`", path.display())]
    Root {
        /// As it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no pattern.
    #[error("`{glob}` is no pattern: {source}\nwrite it as in a `.gitignore`: `--ignore '*.log'`")]
    Ignore {
        /// As it was given.
        glob: String,
        /// What is wrong with it.
        source: ignore::Error,
    },
    /// The system gives no thread.
    #[error("the files cannot be watched: {0}\ngo on without by `--no-watch`")]
    Thread(io::Error),
}

/// Watches files until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    reader: Reader,
    inbox: Sender<Message>,
    worker: Option<JoinHandle<()>>,
}

/// Reads what was changed; cheap to clone, so that it can be handed to a thread that may block.
#[derive(Clone, Debug)]
pub(crate) struct Reader(Arc<Shared>);

/// What the worker and the readers share.
#[derive(Debug)]
struct Shared {
    /// Made anew when a file that says what is ignored is changed.
    rules: RwLock<Arc<Rules>>,
    index: Index,
    /// Folders that have a watch.
    watched: Arc<AtomicUsize>,
    /// Everything is to end.
    stopped: AtomicBool,
}

/// Who wants files to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Whoever opens the pages of the served folder.
    Folder,
    /// A service.
    Service(ServiceNo),
    /// We ourselves: all was read from there.
    Config,
}

impl Owner {
    fn service(self) -> Option<ServiceNo> {
        match self {
            Self::Service(no) => Some(no),
            Self::Folder | Self::Config => None,
        }
    }
}

/// What is to be watched, and for whom. What stands first says how a page would request a file.
#[derive(Clone, Debug)]
pub(crate) struct Given(Vec<(Owner, WatchRules)>);

impl Given {
    /// `None` where nothing is.
    pub(crate) fn of(supervision: &Supervision) -> Option<Self> {
        let services = supervision.services.iter().enumerate();
        let services = services.map(|(no, it)| (Owner::Service(no), it.watch.clone()));
        let folder = (Owner::Folder, supervision.watch.clone());
        let all = [folder].into_iter().chain(services);
        let mut all: Vec<_> = all.filter(|(_, rules)| !rules.roots.is_empty()).collect();
        if all.is_empty() {
            return None;
        }
        let config = WatchRules {
            roots: supervision.file.iter().cloned().collect(),
            ..WatchRules::default()
        };
        all.push((Owner::Config, config));
        Some(Self(all))
    }
}

/// What was found by reading.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files that differ from before.
    pub(crate) changes: Vec<Change>,
    /// The file that all was read from differs too.
    pub(crate) config: Option<PathBuf>,
}

/// Bounds that tests set otherwise.
#[derive(Clone, Debug)]
struct Tuning {
    /// How long a probe file is waited for.
    probe: Duration,
    /// The time between two looks, where events do not come.
    poll: Duration,
    /// Watches at most; the system's own limit counts too.
    most_watches: usize,
    /// Nothing of what the system tells is heard.
    deaf: Arc<AtomicBool>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            probe: Duration::from_secs(1),
            poll: Duration::from_millis(500),
            most_watches: usize::MAX,
            deaf: Arc::default(),
        }
    }
}

/// Begins to watch: what happens after this has returned is told.
///
/// Blocks until all folders are watched. `send` and `warn` are called on a thread of the watch, and must not block.
///
/// # Errors
///
/// When a root does not exist, or a pattern is none.
pub(crate) fn start(
    given: &Given,
    send: impl Fn(FileEvent) + Send + Sync + 'static,
    warn: impl Fn(News) + Send + Sync + 'static,
) -> Result<Watch, WatchError> {
    start_tuned(given, Tuning::default(), Box::new(send), Box::new(warn))
}

fn start_tuned(
    given: &Given,
    tuning: Tuning,
    send: worker::Send,
    warn: worker::Warn,
) -> Result<Watch, WatchError> {
    let rules = Rules::new(given)?;
    let shared = Arc::new(Shared {
        rules: RwLock::new(Arc::new(rules)),
        index: Index::default(),
        watched: Arc::default(),
        stopped: AtomicBool::new(false),
    });
    let (inbox, messages) = mpsc::channel();
    let worker = Worker::new(shared.clone(), tuning, inbox.clone(), send, warn);
    let worker = std::thread::Builder::new()
        .name("watch".to_owned())
        .spawn(move || worker.run(&messages))
        .map_err(WatchError::Thread)?;
    Ok(Watch {
        reader: Reader(shared),
        inbox,
        worker: Some(worker),
    })
}

impl Watch {
    /// See [`Reader::read`].
    #[cfg(test)]
    pub(crate) fn read(&self, paths: Vec<PathBuf>) -> Vec<Change> {
        self.reader.read(paths).changes
    }

    /// What reads for this watch.
    pub(crate) fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// How many folders are watched.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.reader.0.watched.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.reader.0.stopped.store(true, Ordering::Relaxed);
        // Where it has ended already, nobody hears.
        let _ = self.inbox.send(Message::Stop);
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

impl Reader {
    /// Which of these files differ from when they were last read, in order. Blocks on the file system.
    ///
    /// What is byte-equal, ignored, or neither was nor is there is left out.
    pub(crate) fn read(&self, paths: Vec<PathBuf>) -> Found {
        let rules = self.0.rules();
        let mut found = Found::default();
        for path in paths {
            if !rules.counts(&path) {
                continue;
            }
            let Some((before, after)) = self.0.index.update(&path) else {
                continue;
            };
            if rules.is_config(&path) {
                found.config = Some(path);
                continue;
            }
            let Meaning {
                class,
                services,
                url,
            } = rules.meaning(&path);
            found.changes.push(Change {
                path,
                class,
                services,
                url,
                before,
                after,
            });
        }
        found
    }
}

impl Shared {
    fn rules(&self) -> Arc<Rules> {
        let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner);
        rules.clone()
    }

    fn set_rules(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
