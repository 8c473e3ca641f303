//! What is told when a process group is gone.

use std::collections::BTreeSet;
use std::io;

use server_reload_protocol::MAX_PROBLEM_OUTPUT;

use super::Message;
use super::backend::Shared;
use super::former::Formers;
use super::refusal::refusal;
use crate::supervisor::Exit;
use crate::supervisor::machine::{Input, Refusal, Run, ServiceNo};
use crate::supervisor::process::Output;

/// The process group that will be gone.
pub(super) struct Ended {
    pub(super) service: ServiceNo,
    pub(super) run: Run,
    pub(super) pid: u32,
    /// Where the service is known to listen.
    pub(super) ports: BTreeSet<u16>,
    pub(super) formers: Formers,
    pub(super) output: Output,
    pub(super) shared: Shared,
}

impl Ended {
    pub(super) async fn tell(self, exit: Exit) {
        let Self {
            service,
            run,
            shared,
            ..
        } = self;
        if let Some(records) = &shared.records {
            told(records.ended(self.pid));
        }
        let (ports, formers) = (self.ports, self.formers);
        let written = self.output.tail(MAX_PROBLEM_OUTPUT);
        let (output, own_ports) = (written.clone(), shared.own_ports.clone());
        let refused = move || refusal(&written, &ports, &own_ports, &formers);
        if let Ok(Some(refusal)) = tokio::task::spawn_blocking(refused).await {
            if let Refusal::Held {
                holder,
                ours: false,
            } = &refusal
            {
                let port = holder.port;
                shared.sender.send(Message::Wants { service, port });
            }
            shared.sender.input(Input::Refused {
                service,
                run,
                refusal,
            });
        }
        shared.sender.input(Input::Gone {
            service,
            run,
            exit,
            output,
        });
    }
}

/// The next run then cannot end what this one might leave behind, which is no reason to stop.
pub(super) fn told(written: io::Result<()>) {
    if let Err(error) = written {
        tracing::warn!("the record of what runs cannot be written: {error}");
    }
}
