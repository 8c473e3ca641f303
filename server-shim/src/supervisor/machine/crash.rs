//! What is done when a process ends by itself.

use std::time::Duration;

use super::effect::{Effect, Status, Timer};
use super::input::{Refusal, Run, ServiceNo};
use super::operations::Outcome;
use super::service::{Again, Process, Service};
use super::stage::Stage;
use super::{Effects, Machine};
use crate::supervisor::{Cause, Exit, Holder, News};

/// The pause after the first time; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// After so many times in a row only a change starts it again.
const MOST: u32 = 5;

/// Who was ready for so long does not end "in a row".
const HEALTHY: Duration = Duration::from_secs(10);

impl Machine {
    pub(super) fn gone(
        &mut self,
        now: Duration,
        no: ServiceNo,
        run: Run,
        exit: Exit,
        output: String,
        out: &mut Effects,
    ) {
        let quitting = self.is_quitting();
        let Some(service) = self.services.get_mut(no).filter(|it| it.has(run)) else {
            return;
        };
        service.withdraw(out);
        let Some(process) = service.process.take() else {
            return;
        };
        service.turned = Some(now);
        out.extend([Timer::Stop(no), Timer::Ready(no)].map(Effect::Disarm));
        match service.stage {
            Stage::Stopping if quitting => service.stage = Stage::Over,
            Stage::Stopping => match service.again.take() {
                Some(Again { cause, ops }) => self.begin(now, no, cause, &ops, out),
                None => service.await_port(out),
            },
            _ => {
                let outcome = service.crashed(now, process, exit, output, out);
                if let Some(outcome) = outcome {
                    service.end(&outcome, &mut self.book.operations, out);
                }
            }
        }
    }

    pub(super) fn pause_due(&mut self, now: Duration, no: ServiceNo, out: &mut Effects) {
        let Some(service) = self.service(no) else {
            return;
        };
        match service.stage {
            Stage::BackingOff => self.begin(now, no, Cause::Crash, &[], out),
            Stage::AwaitingPort => out.push(Effect::AwaitPort(no)),
            _ => {}
        }
    }
}

impl Service {
    /// How the restart that was under way has ended by that, if it has.
    fn crashed(
        &mut self,
        now: Duration,
        process: Process,
        exit: Exit,
        output: String,
        out: &mut Effects,
    ) -> Option<Outcome> {
        if process
            .ready
            .is_some_and(|ready| now.saturating_sub(ready) >= HEALTHY)
        {
            self.crashes = 0;
        }
        self.crashes += 1;
        self.failed = false;
        let again = self.pause();
        let times = self.crashes;
        if let Stage::Checking(_) | Stage::Passed = self.stage {
            // What comes next is the check's to say.
            self.news(
                News::Crashed {
                    exit,
                    again: None,
                    times,
                },
                out,
            );
            return None;
        }
        // Who was ready had its port; what it writes of ports later means another.
        let refusal = self.refusal.take().filter(|_| process.ready.is_none());
        // The port is waited for, and its holder was named.
        self.held |= matches!(refusal, Some(Refusal::Held { ours: false, .. }));
        let status = refusal.as_ref().map_or(Status::Exited, Refusal::status);
        let stayed = refusal.as_ref().and_then(Refusal::stayed);
        self.go(
            if again.is_some() {
                Stage::BackingOff
            } else {
                Stage::Down
            },
            out,
        );
        let title = refusal.as_ref().map(Refusal::title);
        let title = title.unwrap_or_else(|| exit.to_string());
        let outcome = Outcome::because(status, title.clone()).with_output(&output);
        self.trouble(title, output, out);
        if let Some(refusal) = refusal {
            self.news(refusal.into(), out);
        }
        self.news(News::Crashed { exit, again, times }, out);
        if let Some(pause) = again {
            out.push(Effect::Arm(Timer::Pause(self.no), pause));
        }
        Some(Outcome { stayed, ..outcome })
    }

    fn pause(&self) -> Option<Duration> {
        let doublings = self.crashes.saturating_sub(1);
        // It would find the same again.
        let hopeless = matches!(self.refusal, Some(Refusal::Held { ours: true, .. }));
        (self.crashes < MOST && !hopeless).then(|| FIRST_PAUSE * 2_u32.saturating_pow(doublings))
    }
}

impl Holder {
    /// How a restart ends for whose port it stays where it is.
    pub(super) fn status(&self) -> Status {
        if self.former {
            Status::PidUnchanged
        } else {
            Status::PortStillInUse
        }
    }

    /// The process of before, where it is that.
    pub(super) fn stayed(&self) -> Option<u32> {
        self.pid.filter(|_| self.former)
    }
}

impl Refusal {
    fn status(&self) -> Status {
        match self {
            Self::Held { holder, .. } => holder.status(),
            Self::Lingering { .. } => Status::PortStillInUse,
        }
    }

    fn stayed(&self) -> Option<u32> {
        match self {
            Self::Held { holder, .. } => holder.stayed(),
            Self::Lingering { .. } => None,
        }
    }

    /// In one line.
    fn title(&self) -> String {
        match self {
            Self::Held { holder, ours } => holder.title(*ours),
            Self::Lingering { port } => {
                format!("port {port} is free, but the backend does not reuse its address")
            }
        }
    }
}

impl From<Refusal> for News {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Held { holder, ours } => Self::PortHeld { holder, ours },
            Refusal::Lingering { port } => Self::PortLingers { port },
        }
    }
}
