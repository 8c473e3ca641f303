//! What the driver is told.

use std::collections::BTreeSet;

use tokio::sync::mpsc::UnboundedSender;

use crate::operations::Ask;
use crate::supervisor::attach::Seen;
use crate::supervisor::machine::{Input, Run, ServiceNo};
use crate::supervisor::ready::IsReady;

/// Something that happened, with what the machine need not know of it.
#[derive(Debug)]
pub(in crate::supervisor) enum Message {
    /// For the machine as it is.
    Input(Input),
    /// A process is ready.
    IsReady {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// Where it listens.
        is: IsReady,
    },
    /// A process listens on these ports by now.
    Listens {
        /// Whose.
        service: ServiceNo,
        /// Which start of it.
        run: Run,
        /// Which ones.
        ports: BTreeSet<u16>,
        /// Of these, those on which others listen beside it, on another address.
        shared: BTreeSet<u16>,
    },
    /// A process has ended because somebody else listens on this port.
    Wants {
        /// Whose.
        service: ServiceNo,
        /// Which port.
        port: u16,
    },
    /// The listeners of a process were replaced.
    HandedOver {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// Who listens now.
        is: IsReady,
    },
    /// Somebody asks for a restart.
    Ask(Ask),
    /// Something was seen of a backend that somebody else runs.
    Seen(ServiceNo, Seen),
}

/// By which the driver is told; cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::supervisor) struct Sender(pub(super) UnboundedSender<Message>);

impl Sender {
    pub(in crate::supervisor) fn input(&self, input: Input) {
        self.send(Message::Input(input));
    }

    /// Nobody hears it once the driver has ended.
    pub(in crate::supervisor) fn send(&self, message: Message) {
        let _ = self.0.send(message);
    }
}
