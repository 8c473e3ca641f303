//! Processes that are restarted by somebody else.

use std::time::Duration;

use super::effect::Effect;
use super::input::{Run, ServiceNo};
use super::service::{Listener, Process};
use super::stage::Stage;
use super::{Effects, Machine};
use crate::supervisor::News;

impl Machine {
    /// A backend that somebody else runs answers.
    pub(super) fn up(&mut self, now: Duration, no: ServiceNo, pid: Option<u32>, out: &mut Effects) {
        if self.is_quitting() {
            return;
        }
        self.book.run += 1;
        let run = self.book.run;
        let Some(service) = self.service(no).filter(|it| it.rules.attached) else {
            return;
        };
        let before = service.before;
        let first = service.seen == 0;
        service.seen += 1;
        service.process = Some(Process::new(run, pid, Some(now)));
        service.go(Stage::Ready, out);
        let took = now.saturating_sub(service.since);
        service.news(
            if first {
                News::Ready {
                    pid,
                    before,
                    took,
                    url: None,
                }
            } else {
                News::Moved { pid, before }
            },
            out,
        );
        // The same one may only have been away.
        if !first && (pid.is_none() || pid != before) {
            self.moved_by_others(now, no, out);
        }
    }

    /// A backend that somebody else runs does not answer.
    pub(super) fn away(&mut self, now: Duration, no: ServiceNo, out: &mut Effects) {
        let Some(service) = self.service(no).filter(|it| it.rules.attached) else {
            return;
        };
        if service.stage == Stage::Over {
            return;
        }
        // Whether or not its own id was told: pages have that of the one of before until then.
        if service.process.take().is_some() && service.rules.reload {
            out.push(Effect::Withdraw);
        }
        service.since = now;
        service.go(Stage::WaitingUntilReady, out);
    }

    /// The command that we run has restarted itself: the id follows as soon as it may move.
    pub(super) fn handed_over(&mut self, no: ServiceNo, run: Run, pid: Option<u32>) {
        if let Some(service) = self.with_run(no, run) {
            service.handed = Some(Listener { pid });
        }
    }
}
