//! Restarts as operations: what is known of each, who follows it, and how one is asked for.
//!
//! - `ask`: how one is asked for, and why it may be declined
//! - `permission`: who may ask
//! - `rate`: how often
//! - `store`: what is known, purely
//! - `record`: a file for each, so that it can be read when we are gone
//! - `keeper`: writes these files, in their order, beside everything else

mod ask;
mod id;
mod keeper;
mod permission;
mod rate;
mod record;
mod store;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use server_reload_protocol::path;
use server_reload_protocol::payload::{Accepted, Operation, OperationCause, Phase};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

pub(crate) use ask::{Ask, Declined};
pub(crate) use id::is_id;
pub(crate) use permission::Permission;
pub(crate) use store::{Closed, Found, Opened};

use crate::clock::since_epoch;
use keeper::Keeper;
use rate::Rate;
use store::{Now, Store};

/// How long records may hold up the start, the exit, or the end of a stream.
pub(crate) const BOUND: Duration = Duration::from_millis(500);

/// All restarts that are known.
#[derive(Debug)]
pub(crate) struct Operations {
    shared: Arc<Shared>,
    served: OnceLock<Served>,
    keeper: OnceLock<Keeper>,
    rate: Mutex<Rate>,
}

/// What the keeper's thread needs as well.
#[derive(Debug, Default)]
struct Shared {
    store: Mutex<Store>,
    /// Wakes those who wait for an operation, or follow one.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Served {
    asks: mpsc::UnboundedSender<Ask>,
    permission: Permission,
}

impl Operations {
    pub(crate) fn new() -> Self {
        Self {
            shared: Arc::default(),
            served: OnceLock::new(),
            keeper: OnceLock::new(),
            rate: Mutex::default(),
        }
    }

    /// From now on there is somebody who restarts, or who can say why nothing is.
    pub(crate) fn serve(&self, asks: mpsc::UnboundedSender<Ask>, permission: Permission) {
        // Whoever came first goes on.
        let _ = self.served.set(Served { asks, permission });
    }

    /// Who may ask for a restart; `None` where nobody could do it.
    pub(crate) fn permission(&self) -> Option<&Permission> {
        self.served.get().map(|served| &served.permission)
    }

    /// From now on each has a record in this folder. Resolves when those that are there are known.
    pub(crate) async fn keep(&self, folder: &Path) {
        let (done, read) = oneshot::channel::<()>();
        match Keeper::start(folder, &self.shared, done) {
            Ok(keeper) => drop(self.keeper.set(keeper)),
            Err(error) => tracing::warn!("no record of a restart can be kept: {error}"),
        }
        if timeout(BOUND, read).await.is_err() {
            tracing::warn!("the records of earlier restarts could not be read in time");
        }
    }

    /// Asks for a restart; `None` where nobody could do it.
    pub(crate) async fn ask(
        &self,
        service: Option<String>,
        op_id: Option<String>,
        cause: OperationCause,
    ) -> Option<Result<Accepted, Declined>> {
        if let Err(declined) = self.may_begin(op_id.as_deref()) {
            return Some(Err(declined));
        }
        let (reply, answer) = oneshot::channel();
        let ask = Ask {
            service,
            op_id,
            cause,
            reply,
        };
        self.served.get()?.asks.send(ask).ok()?;
        Some(answer.await.unwrap_or(Err(Declined::Stopping)))
    }

    /// The operation is found by this id as well.
    pub(crate) fn alias(&self, alias: String, op_id: &str) {
        self.shared.store().alias(alias, op_id);
        self.shared.tell();
    }

    /// Whether a restart with this id, or any, may be begun, or may join one that runs.
    ///
    /// Who restarts asks again: somebody else may have been faster.
    pub(crate) fn may_begin(&self, op_id: Option<&str>) -> Result<(), Declined> {
        let store = self.shared.store();
        match op_id.and_then(|id| store.find(id)) {
            Some(found) if !found.runs() => Err(Declined::Taken(found.operation.op_id.clone())),
            _ => Ok(()),
        }
    }

    /// Whether one more request is heard; else after how long.
    pub(crate) fn admit(&self) -> Result<(), Duration> {
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        rate.admit(Instant::now())
    }

    /// Whether one more may be begun for who asks for these services now; one that runs may be joined.
    pub(crate) fn may_open(&self, services: &[&str]) -> Result<(), Declined> {
        let store = self.shared.store();
        if store.runs(services) {
            return Ok(());
        }
        rate::open(Instant::now(), &store).map_err(Declined::TooMany)
    }

    pub(crate) fn open(&self, opened: Opened) {
        let op_id = opened.op_id.clone();
        let record = self.keeper.get().map(|keeper| keeper.path_of(&op_id));
        let dropped = self.shared.store().open(opened, record, now());
        self.told(&op_id);
        if let (Some(keeper), Some(dropped)) = (self.keeper.get(), dropped) {
            keeper.forget(dropped);
        }
    }

    /// A service has come to this phase as a part of it.
    pub(crate) fn phase(&self, op_id: &str, service: &str, phase: Phase, pid: Option<u32>) {
        self.shared.store().phase(op_id, service, phase, pid, now());
        self.told(op_id);
    }

    pub(crate) fn close(&self, op_id: &str, closed: Closed) {
        let kept = self.keeper.get().is_some();
        self.shared.store().close(op_id, closed, !kept, now());
        self.told(op_id);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Operation>> {
        self.find(id).map(|found| found.operation)
    }

    /// By its id, or by one that was chosen for it when it ran already.
    pub(crate) fn find(&self, id: &str) -> Option<Found> {
        self.shared.store().find(id)
    }

    /// The newest first, each without its output.
    pub(crate) fn list(&self) -> Vec<Operation> {
        self.shared.store().list()
    }

    /// What is answered to who has asked.
    pub(crate) fn accepted(&self, op_id: &str) -> Option<Accepted> {
        let operation = self.get(op_id)?;
        let op_id = operation.op_id.clone();
        let status_url = format!("{}/{op_id}", path::RESTART);
        Some(Accepted {
            plan: operation.plan.clone(),
            events_url: format!("{status_url}{}", path::OPERATION_EVENTS),
            status_url,
            op_id,
        })
    }

    /// Wakes when something may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.shared.changed.subscribe()
    }

    /// Resolves when nobody restarts any more, so that none that runs will end.
    pub(crate) async fn deserted(&self) {
        match self.served.get() {
            Some(served) => served.asks.closed().await,
            None => std::future::pending().await,
        }
    }

    /// Resolves when all that has happened is in the records, or they take too long.
    pub(crate) async fn flush(&self) {
        let Some(keeper) = self.keeper.get() else {
            return;
        };
        if timeout(BOUND, keeper.flush()).await.is_err() {
            tracing::warn!("the last record of a restart could not be written in time");
        }
    }

    fn told(&self, op_id: &str) {
        self.shared.tell();
        if let Some(keeper) = self.keeper.get() {
            keeper.write(op_id);
        }
    }
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }
}

fn now() -> Now {
    Now {
        wall: since_epoch(SystemTime::now()).as_secs_f64(),
        instant: Instant::now(),
    }
}
