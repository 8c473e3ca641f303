//! What no world would say.

use super::world::{Backend, World};
use super::*;

/// What is said of something that is not there, or is not any more.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    pub(super) kind: u8,
    pub(super) of: ServiceNo,
    /// Counted back from the latest; 0 was never.
    pub(super) number: u64,
}

impl World {
    /// Numbers that were never given out, or belong to the past.
    pub(super) fn stray(&mut self, stray: &Stray) {
        let backend = self.services.get(stray.of);
        let past = |latest: u64| latest.checked_sub(stray.number).map_or(0, |it| it + 1);
        let has = |run| {
            backend.is_some_and(|it| {
                let alive = it.alive.as_ref().is_some_and(|it| it.run == run);
                alive || it.born.as_ref().is_some_and(|it| it.0 == run) || it.check == Some(run)
            })
        };
        let wrong = |latest| {
            Some(past(latest))
                .filter(|it| !has(*it))
                .unwrap_or(1_000_000)
        };
        let run = wrong(self.machine.book.run);
        let check = wrong(self.machine.book.check);
        self.tell(&stray.input(run, check, backend.is_none_or(Backend::is_ours)));
    }
}

impl Stray {
    /// `ours`: the service is one that we run.
    fn input(&self, run: Run, check: CheckNo, ours: bool) -> Input {
        let service = self.of;
        let (exit, output, what) = (Exit::default(), String::new(), String::new());
        let outcome = CheckOutcome::Passed;
        match self.kind {
            0 => Input::Ready { service, run },
            1 => Input::Spawned {
                service,
                run,
                pid: 2,
            },
            2 => Input::SpawnFailed {
                service,
                run,
                reason: what,
            },
            3 => Input::Gone {
                service,
                run,
                exit,
                output,
            },
            4 => Input::HandedOver {
                service,
                run,
                pid: None,
            },
            5 => Input::Missing {
                service,
                run,
                what,
                output,
            },
            6 => Input::Checked {
                service,
                check,
                outcome,
                took: ms(1),
            },
            7 if ours => Input::Up { service, pid: None },
            8 if ours => Input::Away(service),
            9 => Input::Restart {
                services: vec![9],
                cause: Cause::Page,
            },
            10 => Input::Port(9, PortState::Free),
            11 => Input::Due(Timer::Ready(service)),
            12 => Input::Due(Timer::Pause(9)),
            13 => Input::Refused {
                service,
                run,
                refusal: Refusal::Lingering { port: 1 },
            },
            _ => Input::Due(Timer::Settle),
        }
    }
}
