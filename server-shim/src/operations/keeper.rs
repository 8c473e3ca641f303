//! Writes the records on a thread of its own, so that a slow disk holds up no restart.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use super::Shared;
use super::record::{Folder, note};
use super::store::KEPT;

/// By which the thread is told what to do. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: Folder,
    jobs: Sender<Job>,
}

#[derive(Debug)]
enum Job {
    /// Something has changed in this operation.
    Write(String),
    /// It is no longer kept.
    Forget(String),
    /// Tell when all of before is done.
    Flush(oneshot::Sender<()>),
}

impl Keeper {
    /// Begins with reading those that are there, and tells when that is `done`.
    pub(super) fn start(
        folder: &Path,
        shared: &Arc<Shared>,
        done: oneshot::Sender<()>,
    ) -> io::Result<Self> {
        let (jobs, received) = channel();
        let folder = Folder::new(folder);
        let (its, shared) = (folder.clone(), Arc::clone(shared));
        let run = move || {
            shared.store().restore(its.read(KEPT));
            drop(done);
            keep(&its, &shared, &received);
        };
        thread::Builder::new()
            .name("records".to_owned())
            .spawn(run)?;
        Ok(Self { folder, jobs })
    }

    /// Where the operation's record is.
    pub(super) fn path_of(&self, op_id: &str) -> String {
        self.folder.path_of(op_id).display().to_string()
    }

    pub(super) fn write(&self, op_id: &str) {
        self.send(Job::Write(op_id.to_owned()));
    }

    pub(super) fn forget(&self, op_id: String) {
        self.send(Job::Forget(op_id));
    }

    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.send(Job::Flush(done));
        let _ = flushed.await;
    }

    /// The thread ends only after this.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

fn keep(folder: &Folder, shared: &Shared, jobs: &Receiver<Job>) {
    let mut works = true;
    for job in jobs {
        match job {
            Job::Write(op_id) => write(folder, shared, &op_id, &mut works),
            Job::Forget(op_id) => note(folder.remove(&op_id), "be removed"),
            Job::Flush(done) => drop(done.send(())),
        }
    }
}

/// As it is by now: who is slow skips what was overtaken, but never the end.
fn write(folder: &Folder, shared: &Shared, op_id: &str, works: &mut bool) {
    let Some(found) = shared.store().find(op_id) else {
        return;
    };
    let mut operation = Arc::unwrap_or_clone(found.operation);
    // An earlier one may have failed.
    operation.record = Some(folder.path_of(op_id).display().to_string());
    let written = folder.write(&operation);
    let ok = written.is_ok();
    // Said once, not with each phase.
    if std::mem::replace(works, ok) {
        note(written, "be written");
    }
    shared.store().written(operation, ok);
    shared.tell();
}
