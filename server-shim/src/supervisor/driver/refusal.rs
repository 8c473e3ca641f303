//! Could a process that has ended not have its port?

use std::collections::BTreeSet;

use super::former::Formers;
use crate::supervisor::in_use::{self, InUse};
use crate::supervisor::machine::Refusal;
use crate::supervisor::{Holder, port};

/// Why a process that has ended could not have its port, if its output says so. Blocks.
pub(super) fn refusal(
    output: &str,
    known: &BTreeSet<u16>,
    own_ports: &[u16],
    formers: &Formers,
) -> Option<Refusal> {
    let port = match in_use::read(output)? {
        InUse::Port(port) => port,
        InUse::Unnamed => known.first().copied()?,
    };
    if own_ports.contains(&port) {
        let holder = Holder {
            port,
            ..Holder::default()
        };
        return Some(Refusal::Held { holder, ours: true });
    }
    let holder = port::holder(port, &[]);
    Some(match holder {
        Some(mut holder) => {
            formers.recognise(&mut holder);
            Refusal::Held {
                holder,
                ours: false,
            }
        }
        None => Refusal::Lingering { port },
    })
}
