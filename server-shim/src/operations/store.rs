//! What is known of the restarts. No input or output, and no clock of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use server_reload_protocol::payload::{
    Operation, OperationCause, OperationPhase, OperationStatus, Phase,
};

use crate::clock::millis;

/// So many are kept.
pub(super) const KEPT: usize = 100;

/// So many other ids are kept for each.
const ALIASES: usize = 200;

/// A restart has begun.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) op_id: String,
    pub(crate) cause: OperationCause,
    /// Why, for people.
    pub(crate) reason: String,
    /// The first is the one that was asked for.
    pub(crate) services: Vec<String>,
    pub(crate) plan: Vec<Phase>,
    pub(crate) pid_before: Option<u32>,
    pub(crate) id_before: Option<String>,
}

/// A restart has ended.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) status: OperationStatus,
    /// Why so, for people.
    pub(crate) reason: Option<String>,
    /// The end of what was written, where it has failed.
    pub(crate) output: Option<String>,
    pub(crate) pid_after: Option<u32>,
    pub(crate) id_after: Option<String>,
}

/// An operation that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) operation: Arc<Operation>,
    /// It has ended, and its record, where one is kept, is written.
    pub(crate) settled: bool,
}

impl Found {
    pub(crate) fn runs(&self) -> bool {
        self.operation.status == OperationStatus::Running
    }
}

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// Seconds since the Unix epoch.
    pub(super) wall: f64,
    pub(super) instant: Instant,
}

impl Now {
    fn ms_since(self, began: Instant) -> u64 {
        millis(self.instant.saturating_duration_since(began))
    }
}

/// The newest operations, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Store(VecDeque<Kept>);

#[derive(Debug)]
struct Kept {
    operation: Arc<Operation>,
    /// Other ids that were chosen for it.
    aliases: VecDeque<String>,
    /// When it, and each of its phases, has begun; `None` where another run of ours has seen that.
    began: Option<Instant>,
    phases_began: Vec<Instant>,
    settled: bool,
}

impl Store {
    /// Those of before, in the order in which they have begun.
    pub(super) fn restore(&mut self, operations: Vec<Operation>) {
        let restored = operations.into_iter().map(|operation| Kept {
            operation: Arc::new(operation),
            aliases: VecDeque::new(),
            began: None,
            phases_began: Vec::new(),
            settled: true,
        });
        let newer = std::mem::take(&mut self.0);
        self.0 = restored.chain(newer).collect();
    }

    /// Returns the id of the one that is no longer kept.
    pub(super) fn open(
        &mut self,
        opened: Opened,
        record: Option<String>,
        now: Now,
    ) -> Option<String> {
        let only = (opened.services.len() == 1).then(|| opened.services[0].clone());
        let operation = Operation {
            op_id: opened.op_id,
            service: only,
            services: opened.services,
            cause: opened.cause,
            status: OperationStatus::Running,
            phase: None,
            plan: opened.plan,
            pid_before: opened.pid_before,
            pid_after: None,
            id_before: opened.id_before,
            id_after: None,
            phases: Vec::new(),
            started_at: now.wall,
            took_ms: None,
            reason: Some(opened.reason),
            output: None,
            record,
        };
        self.0.push_back(Kept {
            operation: Arc::new(operation),
            aliases: VecDeque::new(),
            began: Some(now.instant),
            phases_began: Vec::new(),
            settled: false,
        });
        if self.0.len() <= KEPT {
            return None;
        }
        // One that runs is followed.
        let at = self.0.iter().position(|kept| !kept.runs())?;
        let dropped = self.0.remove(at)?;
        Some(dropped.operation.op_id.clone())
    }

    pub(super) fn phase(
        &mut self,
        id: &str,
        service: &str,
        phase: Phase,
        pid: Option<u32>,
        now: Now,
    ) {
        if let Some(kept) = self.running(id) {
            kept.end_phases(now, Some(service));
            kept.phases_began.push(now.instant);
            let operation = Arc::make_mut(&mut kept.operation);
            operation.phase = Some(phase);
            operation.phases.push(OperationPhase {
                service: service.to_owned(),
                name: phase,
                pid,
                at: now.wall,
                ms: None,
            });
        }
    }

    /// `settled` where no record is to be written.
    pub(super) fn close(&mut self, id: &str, closed: Closed, settled: bool, now: Now) {
        let Some(kept) = self.running(id) else {
            return;
        };
        kept.end_phases(now, None);
        kept.settled = settled;
        let took = kept.began.map(|began| now.ms_since(began));
        let operation = Arc::make_mut(&mut kept.operation);
        operation.took_ms = took;
        operation.status = closed.status;
        operation.pid_after = closed.pid_after;
        operation.id_after = closed.id_after;
        operation.output = closed.output;
        operation.reason = closed.reason.or(operation.reason.take());
    }

    /// What was found is in the record that it names, or could not be written there.
    pub(super) fn written(&mut self, written: Operation, ok: bool) {
        let mut all = self.0.iter_mut();
        if let Some(kept) = all.find(|kept| kept.operation.op_id == written.op_id) {
            kept.settled = written.status != OperationStatus::Running;
            let record = written.record.filter(|_| ok);
            if kept.operation.record != record {
                Arc::make_mut(&mut kept.operation).record = record;
            }
        }
    }

    /// Another id by which an operation is found.
    pub(super) fn alias(&mut self, alias: String, id: &str) {
        if self.find(&alias).is_some() {
            return;
        }
        if let Some(kept) = self.0.iter_mut().find(|kept| kept.is(id)) {
            kept.aliases.push_back(alias);
            if kept.aliases.len() > ALIASES {
                kept.aliases.pop_front();
            }
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<Found> {
        let kept = self.0.iter().rev().find(|kept| kept.is(id))?;
        Some(Found {
            operation: Arc::clone(&kept.operation),
            settled: kept.settled,
        })
    }

    /// The newest first, each without its output.
    pub(super) fn list(&self) -> Vec<Operation> {
        let all = self.0.iter().rev().map(|kept| Operation {
            output: None,
            ..(*kept.operation).clone()
        });
        all.collect()
    }

    /// Whether one is under way that restarts all of these.
    pub(super) fn runs(&self, services: &[&str]) -> bool {
        let has = |kept: &Kept, name: &str| kept.operation.services.iter().any(|it| it == name);
        let mut running = self.0.iter().filter(|kept| kept.runs());
        running.any(|kept| services.iter().all(|name| has(kept, name)))
    }

    /// When those that somebody has asked for have begun, the oldest first.
    pub(super) fn begun_on_demand(&self) -> impl Iterator<Item = Instant> {
        let demanded = |kept: &&Kept| {
            matches!(
                kept.operation.cause,
                OperationCause::Page | OperationCause::Api
            )
        };
        self.0.iter().filter(demanded).filter_map(|kept| kept.began)
    }

    fn running(&mut self, id: &str) -> Option<&mut Kept> {
        let mut all = self.0.iter_mut().rev();
        all.find(|kept| kept.operation.op_id == id && kept.runs())
    }
}

impl Kept {
    /// In any case of the letters: it is the name of a file too, and some systems tell no difference there.
    fn is(&self, id: &str) -> bool {
        let is = |known: &String| known.eq_ignore_ascii_case(id);
        is(&self.operation.op_id) || self.aliases.iter().any(is)
    }

    fn runs(&self) -> bool {
        self.operation.status == OperationStatus::Running
    }

    /// Those of this service, or of all.
    fn end_phases(&mut self, now: Now, service: Option<&str>) {
        let operation = Arc::make_mut(&mut self.operation);
        let phases = operation.phases.iter_mut().zip(&self.phases_began);
        let its = phases.filter(|(phase, _)| service.is_none_or(|name| name == phase.service));
        for (phase, began) in its {
            phase.ms.get_or_insert(now.ms_since(*began));
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
