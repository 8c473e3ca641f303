//! Is a process that we run ready, and does it restart itself?

use std::time::Duration;

use ::http::Uri;

use super::{Message, Sender};
use crate::supervisor::machine::{Run, ServiceNo};
use crate::supervisor::process::{Group, Output};
use crate::supervisor::ready::{HandOvers, IsReady, Probe};
use crate::supervisor::{http, port};

/// So long after it is ready, a process has opened whatever else it listens on.
const SETTLED: Duration = Duration::from_secs(1);

/// The process that is looked at.
pub(super) struct Looked {
    pub(super) service: ServiceNo,
    pub(super) run: Run,
    pub(super) group: Group,
    pub(super) output: Output,
    /// The ports of the run before.
    pub(super) known: Vec<u16>,
}

/// Looks for ever, and tells.
pub(super) async fn look(looked: Looked, probe: Probe, sender: Sender) {
    let Looked {
        service,
        run,
        group,
        output,
        known,
    } = looked;
    let mut is = probe.wait(&group, &output, &known).await;
    sender.send(Message::IsReady {
        service,
        run,
        is: is.clone(),
    });
    let mut hand_overs = HandOvers::new(&group, &is).await;
    let mut settled = std::pin::pin!(tokio::time::sleep(SETTLED));
    let mut learnt = false;
    loop {
        tokio::select! {
            next = hand_overs.next() => is = next,
            () = &mut settled, if !learnt => {
                learnt = true;
                learn(&group, service, run, &sender).await;
                continue;
            }
        }
        // The socket is inherited before the new process accepts.
        if answers(&is).await {
            sender.send(Message::HandedOver {
                service,
                run,
                is: is.clone(),
            });
        }
    }
}

/// A port may have been opened after the first, and has to be free for the next process too.
async fn learn(group: &Group, service: ServiceNo, run: Run, sender: &Sender) {
    let group = group.clone();
    let ports = move || port::ports_of(&group.members());
    if let Ok(ports) = tokio::task::spawn_blocking(ports).await {
        sender.send(Message::Listens {
            service,
            run,
            ports,
        });
    }
}

async fn answers(is: &IsReady) -> bool {
    let uri = |port| format!("http://localhost:{port}/").parse::<Uri>().ok();
    match is.ports.first().copied().and_then(uri) {
        Some(uri) => http::head(&uri).await.is_ok(),
        None => true,
    }
}
