//! What is known of a restart that this page follows.

use server_reload_protocol::payload::{OperationStatus, Phase};

/// A restart, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// Its id.
    pub op_id: String,
    /// All services that are restarted by it.
    pub services: Vec<String>,
    /// How it has ended; `None` while it runs.
    pub ended: Option<OperationStatus>,
    /// The phases that it goes through if all goes well.
    pub plan: Vec<Phase>,
    /// Those that it has gone through.
    pub passed: Vec<Passed>,
    /// The process of before.
    pub pid_before: Option<u32>,
    /// The process that runs now.
    pub pid_after: Option<u32>,
    /// The server id that it has led to.
    pub id_after: Option<String>,
    /// How long it has taken, in milliseconds.
    pub took: Option<u64>,
    /// Why it has ended so, for people.
    pub reason: Option<String>,
    /// Where its record is, for people.
    pub record: Option<String>,
    /// All of it as it was sent.
    pub json: String,
}

/// A phase of a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Of which service.
    pub service: String,
    /// Which.
    pub phase: Phase,
    /// The service's process.
    pub pid: Option<u32>,
    /// When it has begun, in milliseconds by the server's clock.
    pub at: u64,
    /// How long it has lasted, in milliseconds; `None` while it lasts.
    pub ms: Option<u64>,
}

/// What comes over a restart's own stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operated {
    /// How far it is.
    Known(Box<Operation>),
    /// It has come to a phase, which is the one of this number, from 1 on.
    Passed(u64, Passed),
    /// It has ended.
    Ended(Box<Operation>),
    /// The server tells no more of it, for this reason.
    Untold(String),
    /// The stream is lost.
    Lost,
}

impl Operation {
    /// Takes note of a phase; one that was told before takes its own place again.
    pub(super) fn pass(&mut self, number: u64, passed: Passed) {
        let place = usize::try_from(number).unwrap_or_default().checked_sub(1);
        if let Some(known) = place.and_then(|place| self.passed.get_mut(place)) {
            *known = passed;
            return;
        }
        let mut before = self.passed.iter_mut().rev();
        if let Some(before) = before.find(|it| it.service == passed.service) {
            before.ms.get_or_insert(passed.at.saturating_sub(before.at));
        }
        self.passed.push(passed);
    }

    /// The old and the new process.
    pub(crate) fn pids(&self) -> Option<(u32, u32)> {
        let first = self.services.first();
        let newest = self.passed.iter().rev().find(|it| {
            let comes = [Phase::Starting, Phase::WaitingUntilReady, Phase::Ready];
            comes.contains(&it.phase) && first.is_none_or(|first| *first == it.service)
        });
        let after = self.pid_after.or_else(|| newest?.pid);
        self.pid_before.zip(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(phase: Phase, at: u64) -> Passed {
        Passed {
            service: "app".to_owned(),
            phase,
            pid: (phase == Phase::Ready).then_some(4722),
            at,
            ms: None,
        }
    }

    #[test]
    fn a_phase_ends_the_one_before() {
        let mut operation = Operation {
            pid_before: Some(4711),
            ..Operation::default()
        };
        operation.pass(1, passed(Phase::Stopping, 1_000));
        operation.pass(2, passed(Phase::Starting, 1_250));
        assert_eq!(operation.pids(), None);
        operation.pass(3, passed(Phase::Ready, 1_300));
        let times: Vec<_> = operation.passed.iter().map(|it| it.ms).collect();
        assert_eq!(times, [Some(250), Some(50), None]);
        assert_eq!(operation.pids(), Some((4711, 4722)));
    }

    #[test]
    fn a_phase_that_is_told_again_is_there_once() {
        let mut operation = Operation::default();
        for _ in 0..2 {
            operation.pass(1, passed(Phase::Stopping, 1_000));
            operation.pass(2, passed(Phase::Starting, 1_250));
        }
        assert_eq!(operation.passed.len(), 2);
    }
}
