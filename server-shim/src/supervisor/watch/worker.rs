//! The one thread that has the watches in its hands.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime};

use notify::Event;

use super::hear::is_reading;
use super::poller::Poller;
use super::probe::Probes;
use super::repository::Locks;
use super::tree::{Tree, explain};
use super::{Shared, Tuning, mounts};
use crate::supervisor::News;
use crate::supervisor::machine::FileEvent;

/// Who hears of events.
pub(super) type Send = Box<dyn Fn(FileEvent) + std::marker::Send + Sync>;
/// Who hears of what is not as usual.
pub(super) type Warn = Box<dyn Fn(News) + std::marker::Send + Sync>;

/// What the worker is told.
#[derive(Debug)]
pub(super) enum Message {
    /// By the system.
    Event(notify::Result<Event>),
    /// The first reading of all files is done.
    Filled,
    /// The watch is dropped.
    Stop,
}

/// All that it needs.
pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) tuning: Tuning,
    pub(super) began: SystemTime,
    pub(super) inbox: Sender<Message>,
    pub(super) send: Send,
    pub(super) warn: Warn,
    pub(super) tree: Tree,
    /// Watched beside the folders of the roots: git, ignore files above, and where roots come back.
    pub(super) others: BTreeSet<PathBuf>,
    pub(super) locks: Locks,
    pub(super) probes: Probes,
    /// Once is enough: a probe file may be in the way of somebody who removes its folder.
    pub(super) probed: bool,
    pub(super) poller: Poller,
    /// Those of the polled roots from which no event has come.
    pub(super) silent: BTreeSet<PathBuf>,
    /// Reads all files for the first time.
    pub(super) filling: Option<JoinHandle<()>>,
    /// Whether an event may be of before that reading.
    pub(super) doubt: Doubt,
    pub(super) stale: Stale,
}

/// Whether a file may have been read for the first time after the change that an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// All that comes is of after.
    No,
    /// The reading goes on, or its end has no event yet.
    Yes,
    /// No event will show the end.
    Until(Instant),
}

/// What is to be read anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    /// Nothing.
    #[default]
    No,
    /// A file that says what is ignored has been changed.
    Rules,
    /// A root has gone, come, or is elsewhere.
    Roots,
}

impl Worker {
    /// Watches all folders.
    pub(super) fn new(
        shared: Arc<Shared>,
        tuning: Tuning,
        inbox: Sender<Message>,
        send: Send,
        warn: Warn,
    ) -> Self {
        let began = SystemTime::now();
        let mut worker = Self {
            tree: Tree::none(shared.watched.clone()),
            poller: Poller::new(tuning.poll, began),
            began,
            shared,
            tuning,
            inbox,
            send,
            warn,
            others: BTreeSet::new(),
            locks: Locks::default(),
            probes: Probes::default(),
            probed: false,
            silent: BTreeSet::new(),
            filling: None,
            doubt: Doubt::Yes,
            stale: Stale::No,
        };
        worker.begin();
        worker
    }

    fn begin(&mut self) {
        if let Err(error) = self.plant() {
            self.poll_all(&explain(&error));
        }
        let found = self.list();
        self.shared.index.note(found.files);
        self.fill();
        let rules = self.shared.rules();
        for root in rules.roots.folders.iter().chain(&rules.roots.files) {
            if let Some(kind) = mounts::shared(root) {
                self.poll(
                    root,
                    &format!("another machine may change files on `{kind}`"),
                );
            }
        }
    }

    fn plant(&mut self) -> notify::Result<()> {
        let inbox = self.inbox.clone();
        let deaf = self.tuning.deaf.clone();
        let handler = move |event: notify::Result<Event>| {
            if !deaf.load(Ordering::Relaxed) && !event.as_ref().is_ok_and(is_reading) {
                // Where nobody hears, the watch is being dropped.
                let _ = inbox.send(Message::Event(event));
            }
        };
        let watched = self.shared.watched.clone();
        self.tree = Tree::new(handler, self.tuning.most_watches, watched)?;
        Ok(())
    }

    /// Until the watch is dropped.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = self.next(messages) {
            let more = std::iter::from_fn(|| messages.try_recv().ok());
            for message in message.into_iter().chain(more) {
                match message {
                    Message::Event(event) => self.heard(event),
                    Message::Filled => self.filled(),
                    Message::Stop => return self.end(),
                }
            }
            while self.stale != Stale::No && !self.shared.is_stopped() {
                let stale = std::mem::take(&mut self.stale);
                self.renew(stale);
            }
        }
        self.end();
    }

    /// Waits. Some time is only looked at while a probe is open, or where files are polled.
    fn next(&mut self, messages: &Receiver<Message>) -> Result<Option<Message>, RecvError> {
        let due = self.probes.until.into_iter().chain(self.poller.due()).min();
        let Some(due) = due else {
            return messages.recv().map(Some);
        };
        match messages.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Disconnected) => Err(RecvError),
            Err(RecvTimeoutError::Timeout) => {
                self.timed_out();
                Ok(None)
            }
        }
    }

    fn timed_out(&mut self) {
        let now = Instant::now();
        if self.probes.until.is_some_and(|until| until <= now) {
            for root in self.probes.give_up() {
                self.poll(&root, "this file system sends no events");
                self.silent.insert(root);
            }
        }
        if self.poller.due().is_some_and(|due| due <= now) {
            self.look();
        }
    }

    fn end(mut self) {
        if let Some(filling) = self.filling.take() {
            // It has seen by itself that all ends.
            let _ = filling.join();
        }
    }

    fn heard(&mut self, event: notify::Result<Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.compare(),
            Ok(event) => self.event(&event),
            Err(error) => tracing::debug!(%error, "an error of the file watch"),
        }
    }
}
