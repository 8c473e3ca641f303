//! Is a process one that we have started for the same service before?

use sysinfo::{ProcessRefreshKind, UpdateKind};

use crate::supervisor::Holder;
use crate::supervisor::process::{Table, given_id};

/// So many ids are remembered: who has outlived so many restarts is a stranger.
const KEPT: usize = 1000;

/// The ids that the processes of a service were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Formers(Vec<String>);

impl Formers {
    pub(super) fn add(&mut self, id: &str) {
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(id.to_owned());
    }

    /// Says so of a holder that has one of these ids in its environment. Blocks, shortly.
    pub(super) fn recognise(&self, holder: &mut Holder) {
        holder.former = holder.pid.is_some_and(|pid| self.has(pid));
    }

    fn has(&self, pid: u32) -> bool {
        let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
        let table = Table::some(&[pid], what);
        let id = table.get(pid).and_then(given_id);
        id.is_some_and(|id| self.0.iter().any(|it| it == id))
    }
}
