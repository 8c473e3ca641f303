//! What is done when a process ends by itself.

use std::time::Duration;

use super::effect::{Effect, Status, Timer};
use super::input::{Refusal, Run, ServiceNo};
use super::service::{Process, Service};
use super::stage::Stage;
use super::{Effects, Machine};
use crate::supervisor::{Cause, Exit, News};

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
        let (quitting, count) = (self.is_quitting(), &mut self.count);
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
                Some(cause) => service.begin(now, cause, count, out),
                None => service.await_port(out),
            },
            _ => service.crashed(now, process, exit, output, out),
        }
    }

    pub(super) fn pause_due(&mut self, now: Duration, no: ServiceNo, out: &mut Effects) {
        let count = &mut self.count;
        let Some(service) = self.services.get_mut(no) else {
            return;
        };
        match service.stage {
            Stage::BackingOff => service.begin(now, Cause::Crash, count, out),
            Stage::AwaitingPort => out.push(Effect::AwaitPort(no)),
            _ => {}
        }
    }
}

impl Service {
    fn crashed(
        &mut self,
        now: Duration,
        process: Process,
        exit: Exit,
        output: String,
        out: &mut Effects,
    ) {
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
            return;
        }
        // Who was ready had its port; what it writes of ports later means another.
        let refusal = self.refusal.take().filter(|_| process.ready.is_none());
        // The port is waited for, and its holder was named.
        self.held |= matches!(refusal, Some(Refusal::Held { ours: false, .. }));
        self.end(
            refusal
                .as_ref()
                .map_or(Status::Exited, |_| Status::PortStillInUse),
            out,
        );
        self.go(
            if again.is_some() {
                Stage::BackingOff
            } else {
                Stage::Down
            },
            out,
        );
        let title = refusal.as_ref().map(Refusal::title);
        self.trouble(title.unwrap_or_else(|| exit.to_string()), output, out);
        if let Some(refusal) = refusal {
            self.news(refusal.into(), out);
        }
        self.news(News::Crashed { exit, again, times }, out);
        if let Some(pause) = again {
            out.push(Effect::Arm(Timer::Pause(self.no), pause));
        }
    }

    fn pause(&self) -> Option<Duration> {
        let doublings = self.crashes.saturating_sub(1);
        // It would find the same again.
        let hopeless = matches!(self.refusal, Some(Refusal::Held { ours: true, .. }));
        (self.crashes < MOST && !hopeless).then(|| FIRST_PAUSE * 2_u32.saturating_pow(doublings))
    }
}

impl Refusal {
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
