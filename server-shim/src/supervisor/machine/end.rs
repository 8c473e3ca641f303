//! What is done when a group does not end, and when everything ends.

use super::effect::{Effect, Status, Timer};
use super::input::ServiceNo;
use super::operations::{Operations, Outcome};
use super::service::Service;
use super::stage::Stage;
use super::{Effects, Ending, Machine};
use crate::supervisor::News;

impl Machine {
    pub(super) fn stop_due(&mut self, no: ServiceNo, out: &mut Effects) {
        let Some(service) = self.service(no) else {
            return;
        };
        if service.stage == Stage::Stopping {
            let after = service.rules.stop_timeout;
            service.news(News::Killing { after }, out);
            out.push(Effect::Kill(no));
        }
    }

    pub(super) fn quit(&mut self, hard: bool, out: &mut Effects) {
        if !self.is_quitting() {
            out.push(Effect::Disarm(Timer::Settle));
        }
        let ending = if hard { Ending::AtOnce } else { Ending::Asked };
        self.ending = self.ending.max(ending);
        for service in &mut self.services {
            service.quit(hard, &mut self.book.operations, out);
        }
    }

    pub(super) fn finish(&mut self, out: &mut Effects) {
        let is_over = |service: &Service| service.stage == Stage::Over;
        let ends = matches!(self.ending, Ending::Asked | Ending::AtOnce);
        if ends && self.services.iter().all(is_over) {
            self.ending = Ending::Over;
            out.push(Effect::Done);
        }
    }
}

impl Service {
    fn quit(&mut self, hard: bool, operations: &mut Operations, out: &mut Effects) {
        if let Some(again) = self.again.take() {
            self.ops.extend(again.ops);
        }
        match self.stage {
            // It is ended as soon as it is there.
            Stage::Starting(_) => self.disarm(out),
            Stage::Stopping | Stage::Over => {}
            _ => self.begin_end(out),
        }
        let outcome = Outcome::because(Status::Cancelled, "server-reload was ended");
        self.end(&outcome, operations, out);
        if hard && self.stage == Stage::Stopping {
            out.push(Effect::Kill(self.no));
        }
    }

    fn begin_end(&mut self, out: &mut Effects) {
        if let Stage::Checking(_) = self.stage {
            out.push(Effect::StopCheck(self.no));
        }
        self.disarm(out);
        if self.process.is_some() && !self.rules.attached {
            self.stop(out);
        } else {
            self.stage = Stage::Over;
        }
    }
}
