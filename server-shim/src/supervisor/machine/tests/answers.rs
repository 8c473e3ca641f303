//! What a service of a [`World`](super::world::World) says.

use super::happening::Happening;
use super::world::{Backend, Contents, Process};
use super::*;

impl Backend {
    /// `None` where it has nothing to say; `files` are as they are now.
    pub(super) fn answer(
        &mut self,
        service: ServiceNo,
        happening: &Happening,
        files: &Contents,
    ) -> Option<Input> {
        match *happening {
            Happening::PortAnswered { free, .. } => {
                self.ports = self.ports.checked_sub(1)?;
                let (holder, ours) = (Holder::default(), false);
                let held = PortState::Held { holder, ours };
                Some(Input::Port(
                    service,
                    if free { PortState::Free } else { held },
                ))
            }
            Happening::SpawnAnswered { works, late, .. } => {
                let (run, early) = self.born.take()?;
                let has = if late { files.clone() } else { early };
                Some(self.is_born(service, run, works.then_some(has)))
            }
            Happening::CheckAnswered { passes, .. } => {
                let check = self.check.take()?;
                self.failed |= !passes;
                let (outcome, took) = (outcome(passes), ms(1));
                Some(Input::Checked {
                    service,
                    check,
                    outcome,
                    took,
                })
            }
            Happening::ProbeAnswered(_) => {
                let (run, what, output) = (self.asked.take()?, String::new(), String::new());
                Some(Input::Missing {
                    service,
                    run,
                    what,
                    output,
                })
            }
            Happening::Seen { up, .. } if !self.is_ours() => {
                self.alive = up.then(|| Process::new(0, files.clone()));
                let seen = Input::Up { service, pid: None };
                Some(if up { seen } else { Input::Away(service) })
            }
            _ if self.is_ours() => self.process_says(service, happening),
            _ => None,
        }
    }

    fn is_born(&mut self, service: ServiceNo, run: Run, has: Option<Contents>) -> Input {
        let Some(has) = has else {
            let reason = String::new();
            return Input::SpawnFailed {
                service,
                run,
                reason,
            };
        };
        let ready = false;
        self.alive = Some(Process {
            ready,
            ..Process::new(run, has)
        });
        Input::Spawned {
            service,
            run,
            pid: 1,
        }
    }

    fn process_says(&mut self, service: ServiceNo, happening: &Happening) -> Option<Input> {
        let process = self.alive.as_mut()?;
        let run = process.run;
        match happening {
            Happening::BecomesReady(_) if process.probed && !process.ready => {
                process.ready = true;
                Some(Input::Ready { service, run })
            }
            Happening::HandsOver(_) if process.ready => {
                let pid = None;
                Some(Input::HandedOver { service, run, pid })
            }
            Happening::Ends { by_itself, .. } if *by_itself || process.ending => {
                self.alive = None;
                let (exit, output) = (Exit::default(), String::new());
                Some(Input::Gone {
                    service,
                    run,
                    exit,
                    output,
                })
            }
            _ => None,
        }
    }
}
