//! What the machine is told, as plain values.

use std::path::PathBuf;
use std::time::Duration;

use super::Timer;
use crate::supervisor::{Cause, Exit, Holder};

/// Which service, by its place in the configuration.
pub(crate) type ServiceNo = usize;

/// The number of a start; what an earlier process still causes is told apart by it.
pub(crate) type Run = u64;

/// The number of a check; what one that was given up still says is told apart by it.
pub(crate) type CheckNo = u64;

/// The hash of a file's content.
pub(crate) type Digest = u64;

/// Something that happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileEvent {
    /// It is being written, or something of it has changed.
    Touched(PathBuf),
    /// It was closed by its writer, renamed into place or removed: it is whole.
    Whole(PathBuf),
    /// Git works in this tree (`index.lock`), or has finished.
    Lock {
        /// Whether it works.
        held: bool,
    },
}

/// What a changed file is for pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A style sheet, swapped in the page.
    Style,
    /// Something else that a page is made of.
    Page,
    /// No page is made of it.
    Code,
}

/// A file whose content differs from when it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Absolute.
    pub(crate) path: PathBuf,
    /// What it is for a page.
    pub(crate) class: Class,
    /// The services for which it is code: they are restarted for it.
    pub(crate) services: Vec<ServiceNo>,
    /// As the page would request it, percent-encoded.
    pub(crate) url: String,
    /// Its content before; `None` where it did not exist, or was never read.
    pub(crate) before: Option<Digest>,
    /// Its content now; `None` where it does not exist.
    pub(crate) after: Option<Digest>,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CheckOutcome {
    /// It exited with code 0.
    Passed,
    /// It did not; or it took too long, or could not be run.
    Failed {
        /// How, for people: "exited with code 1".
        reason: String,
        /// The end of what it wrote.
        output: String,
    },
}

/// Whether a service's ports are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PortState {
    /// Nobody listens there.
    Free,
    /// Somebody still does, after the time that we give it.
    Held {
        /// Who.
        holder: Holder,
        /// It is one of our own ports.
        ours: bool,
    },
}

/// Why a process says that it cannot have its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Somebody listens there.
    Held {
        /// Who.
        holder: Holder,
        /// It is one of our own ports.
        ours: bool,
    },
    /// Nobody does, but connections linger (`TIME_WAIT`) and it does not reuse the address.
    Lingering {
        /// The port.
        port: u16,
    },
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Input {
    /// The first of all.
    Start,
    /// Something happened to a file.
    File(FileEvent),
    /// What [`super::Effect::Read`] has found: only what differs from before.
    Read(Vec<Change>),
    /// A timer that was armed has run out.
    Due(Timer),
    /// A check has ended.
    Checked {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        check: CheckNo,
        /// How.
        outcome: CheckOutcome,
        /// How long it took.
        took: Duration,
    },
    /// What [`super::Effect::AwaitPort`] has found.
    Port(ServiceNo, PortState),
    /// A process runs.
    Spawned {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// Its leader.
        pid: u32,
    },
    /// A process could not be started.
    SpawnFailed {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// What the system says.
        reason: String,
    },
    /// A process that is about to be [`Input::Gone`] could not have its port.
    Refused {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// Why.
        refusal: Refusal,
    },
    /// A process group is gone, to its last member.
    Gone {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// How its leader ended.
        exit: Exit,
        /// The end of what it wrote.
        output: String,
    },
    /// A process is ready.
    Ready {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
    },
    /// The listener of a process that is ready has changed hands: it restarts itself.
    HandedOver {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// The process that listens now.
        pid: Option<u32>,
    },
    /// The time in which a process had to become ready is over, and this is what is missing.
    Missing {
        /// Whose.
        service: ServiceNo,
        /// Which one.
        run: Run,
        /// For people, such as "nothing listens yet".
        what: String,
        /// The end of what it wrote.
        output: String,
    },
    /// A backend that somebody else runs answers; again, where it did before.
    Up {
        /// Which.
        service: ServiceNo,
        /// Its process, where the system tells.
        pid: Option<u32>,
    },
    /// A backend that somebody else runs does not answer.
    Away(ServiceNo),
    /// Somebody asks for a restart; answered by [`super::Effect::Accepted`], unless none is run by us or
    /// everything ends.
    Restart {
        /// Of which services, beside those that are restarted with them.
        services: Vec<ServiceNo>,
        /// Who.
        cause: Cause,
    },
    /// Watching is paused, or goes on.
    Pause,
    /// Everything is to end.
    Quit {
        /// At once.
        hard: bool,
    },
}
