//! Is a process that we run ready, and does it restart itself?

use std::collections::BTreeSet;
use std::time::Duration;

use ::http::Uri;

use super::{Message, Sender};
use crate::supervisor::http::{self, HttpError};
use crate::supervisor::machine::{Run, ServiceNo};
use crate::supervisor::port::{self, Owners};
use crate::supervisor::process::{Group, Output};
use crate::supervisor::ready::{HandOvers, IsReady, Probe};

/// So long after it is ready, a process has opened whatever else it listens on.
const SETTLED: Duration = Duration::from_secs(1);

/// Between two questions to a process that does not answer.
const ASK_AGAIN: Duration = Duration::from_millis(50);

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
    let mut told = true;
    loop {
        tokio::select! {
            next = hand_overs.next() => {
                is = next;
                told = false;
            }
            // The socket is inherited before the new process accepts.
            () = until_answered(is.clone()), if !told => {
                told = true;
                sender.send(Message::HandedOver {
                    service,
                    run,
                    is: is.clone(),
                });
            }
            () = &mut settled, if !learnt => {
                learnt = true;
                learn(&group, service, run, &sender).await;
            }
        }
    }
}

/// A port may have been opened after the first, and has to be free for the next process too.
async fn learn(group: &Group, service: ServiceNo, run: Run, sender: &Sender) {
    let group = group.clone();
    let look = move || {
        let members = group.members();
        let ports = port::ports_of(&members);
        let foreign = |owners: &BTreeSet<u32>| owners.iter().any(|pid| !members.contains(pid));
        let has_others =
            |port: &u16| matches!(port::owners(*port), Owners::Known(all) if foreign(&all));
        let shared = ports.iter().copied().filter(has_others).collect();
        (ports, shared)
    };
    if let Ok((ports, shared)) = tokio::task::spawn_blocking(look).await {
        sender.send(Message::Listens {
            service,
            run,
            ports,
            shared,
        });
    }
}

/// Whatever is answered will do; silence is a process that does not accept yet, or never will.
async fn until_answered(is: IsReady) {
    let uri = |port| format!("http://localhost:{port}/").parse::<Uri>().ok();
    let Some(uri) = is.ports.first().copied().and_then(uri) else {
        return;
    };
    while let Err(HttpError::TimedOut | HttpError::Refused) = http::head(&uri).await {
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
