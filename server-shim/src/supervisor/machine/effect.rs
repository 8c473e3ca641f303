//! What the machine wants done, as plain values.

use std::path::PathBuf;
use std::time::Duration;

use server_reload_protocol::payload::{ChangeKind, Phase};

use super::input::{CheckNo, Run, ServiceNo};
use super::operations::Outcome;
use crate::supervisor::{Cause, News};

/// The number of an operation.
pub(crate) type Op = u64;

/// The machine's timers; at most one of each runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// Until files are taken for settled.
    Settle,
    /// Until a group that was asked to end is killed.
    Stop(ServiceNo),
    /// Until a process that is not ready is given up.
    Ready(ServiceNo),
    /// Until a process that has crashed is started again, or a port looked at again.
    Pause(ServiceNo),
}

pub(crate) use server_reload_protocol::payload::OperationStatus as Status;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Look which of these files have another content than before; answered by [`super::Input::Read`].
    Read(Vec<PathBuf>),
    /// Start a timer, in place of the one of that name.
    Arm(Timer, Duration),
    /// Stop a timer.
    Disarm(Timer),
    /// Run the check.
    Check(ServiceNo, CheckNo),
    /// End the check that runs.
    StopCheck(ServiceNo),
    /// Wait, within a bound, until nobody listens on the service's ports; answered by
    /// [`super::Input::Port`].
    AwaitPort(ServiceNo),
    /// Start a process.
    Spawn(ServiceNo, Run),
    /// Ask the group to end.
    Stop(ServiceNo),
    /// Kill the group.
    Kill(ServiceNo),
    /// Look until it is ready, and go on looking whether its listener changes hands.
    Probe(ServiceNo, Run),
    /// Say by [`super::Input::Missing`] what a probe still waits for.
    AskProbe(ServiceNo, Run),
    /// Tell every page what a service does.
    Phase {
        /// Which.
        service: ServiceNo,
        /// What.
        phase: Phase,
        /// Its process, where one runs.
        pid: Option<u32>,
        /// Why, for people.
        reason: Option<String>,
        /// As part of which operations.
        ops: Vec<Op>,
    },
    /// Note for these operations alone where a service stands that has become part of them: all others were told.
    Stands {
        /// Which.
        service: ServiceNo,
        /// Where.
        phase: Phase,
        /// Its process, where one runs.
        pid: Option<u32>,
        /// For which operations.
        ops: Vec<Op>,
    },
    /// The id of the service's present process becomes the server id.
    Announce(ServiceNo),
    /// There is no server id: pages wait.
    Withdraw,
    /// Tell every page that page files were changed.
    Change {
        /// Which kind.
        kind: ChangeKind,
        /// As the page would request them.
        urls: Vec<String>,
    },
    /// Tell every page what is wrong, until it is solved.
    Problem {
        /// With which service.
        service: ServiceNo,
        /// In one line.
        title: String,
        /// The end of the output.
        output: String,
    },
    /// What was wrong with the service is over.
    Solved(ServiceNo),
    /// An operation has begun.
    Opened {
        /// Which one.
        op: Op,
        /// What it restarts; first those for whose sake it was begun.
        services: Vec<ServiceNo>,
        /// Why.
        cause: Cause,
        /// The phases that it goes through if all goes well.
        plan: Vec<Phase>,
    },
    /// The answer to [`super::Input::Restart`]: the operation that restarts what was asked for.
    Accepted {
        /// Which one.
        op: Op,
    },
    /// A service's restart has ended, as part of however many operations.
    Turned {
        /// Which service.
        service: ServiceNo,
        /// How.
        status: Status,
        /// After how long.
        took: Duration,
    },
    /// An operation has come to its end.
    Ended {
        /// Which one.
        op: Op,
        /// The first service that has failed.
        service: Option<ServiceNo>,
        /// How.
        outcome: Outcome,
    },
    /// Tell people.
    News(ServiceNo, News),
    /// Everything has ended, nothing is pending.
    Done,
}
