//! The system's table of processes.

use std::collections::HashMap;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// What is known of living processes, by their ids; the start times always, the rest as asked for.
#[derive(Debug, Default)]
pub(crate) struct Table(Option<System>);

impl Table {
    /// Of all processes. Blocks, for several milliseconds.
    pub(crate) fn all(what: ProcessRefreshKind) -> Self {
        Self::of(ProcessesToUpdate::All, what)
    }

    /// Of these. Blocks, shortly.
    pub(crate) fn some(pids: &[u32], what: ProcessRefreshKind) -> Self {
        let pids: Vec<Pid> = pids.iter().map(|pid| Pid::from_u32(*pid)).collect();
        Self::of(ProcessesToUpdate::Some(&pids), what)
    }

    fn of(which: ProcessesToUpdate<'_>, what: ProcessRefreshKind) -> Self {
        // Without a system that tells, there is nobody.
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            system.refresh_processes_specifics(which, true, what.without_tasks());
        }
        Self(system)
    }

    fn processes(&self) -> Option<&HashMap<Pid, Process>> {
        self.0.as_ref().map(System::processes)
    }

    /// One that is alive; a zombie is not.
    pub(crate) fn get(&self, pid: u32) -> Option<&Process> {
        self.processes()?
            .get(&Pid::from_u32(pid))
            .filter(|it| lives(it))
    }

    /// All that are alive.
    pub(crate) fn living(&self) -> impl Iterator<Item = &Process> {
        let processes = self.processes().into_iter().flat_map(HashMap::values);
        processes.filter(|it| lives(it))
    }
}

fn lives(process: &Process) -> bool {
    !matches!(
        process.status(),
        ProcessStatus::Zombie | ProcessStatus::Dead
    )
}
