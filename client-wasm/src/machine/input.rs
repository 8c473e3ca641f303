//! What the machine is told, as plain values.

use super::bar::Why;
use super::operation::Operated;
use crate::name::Name;
pub use server_reload_protocol::payload::{ChangeKind, Phase};

/// A moment, by both of a browser's clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Milliseconds since the document was asked for (`performance.now()`): never steps.
    pub mono: u64,
    /// Milliseconds since the Unix epoch (`Date.now()`): shared by documents, and goes on while the
    /// machine sleeps.
    pub wall: u64,
}

/// The number of a connection attempt; what a retired stream still says is told apart by it.
pub type Stream = u32;

/// The number of a restart that was asked for in this page.
pub type Run = u32;

/// The number of a call of `serverReload.restart()`.
pub type Call = u32;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The client has been loaded.
    Start,
    /// The connection stands.
    Opened(Stream),
    /// An event came in.
    Heard(Stream, Event),
    /// The connection was lost or refused.
    Failed(Stream),
    /// A timer that was armed has run out.
    Due(Timer),
    /// The toggle was used: in this page, or (`here` is false) in another one of the origin.
    Enable {
        /// Whether it is on now.
        on: bool,
        /// Whether it was used in this page.
        here: bool,
    },
    /// The page was hidden or shown.
    Visibility {
        /// Whether nobody can see it now.
        hidden: bool,
    },
    /// The network is back.
    Online,
    /// The document is being left, perhaps for the back/forward cache.
    PageHide,
    /// The document is shown.
    PageShow {
        /// What another document of the tab has left meanwhile.
        memory: Vec<f64>,
        /// Whether the toggle is on by now, where it was ever used.
        enabled: Option<bool>,
    },
    /// The page's own server has answered the knock, or has not.
    Knocked {
        /// Whether it answered, with any status.
        answered: bool,
    },
    /// The page's listeners have seen the announcement.
    Answered {
        /// Which one.
        turn: u32,
        /// Whether the page does it itself.
        prevented: bool,
        /// Whether it asked to wait for a promise.
        waits: bool,
        /// Whether its person would lose something by a reload, or send it again.
        careful: bool,
    },
    /// The page's promises are settled.
    Settled {
        /// For which announcement.
        turn: u32,
        /// What they were rejected with.
        error: Option<Name>,
    },
    /// A style sheet that was swapped is applied.
    Swapped,
    /// A button of the toast, or of the overlay, was used.
    Chosen(Choice),
    /// A restart is asked for.
    Restart(Ask),
    /// The person does not want this restart.
    Unconfirmed {
        /// Which.
        ask: Ask,
        /// Whether nobody could be asked.
        blocked: bool,
    },
    /// The server does it, as the operation of this id: another one than was asked for where one was
    /// under way.
    Accepted(Run, Name),
    /// The server does not, or does not answer.
    Refused(Run, Refusal),
    /// Its record was asked for.
    Operated(Run, Operated),
    /// What the server has answered to [`super::Effect::AskHealth`]; none where it has not.
    Health(Option<Health>),
    /// What has become of the lock that the tabs of an origin queue for.
    Lock(Lock),
    /// The leader of the tabs, another one than this, says how it stands.
    Led(Leader),
    /// The document may be about to be left.
    Unloading,
    /// No stream can come, as long as nothing else changes.
    Barred {
        /// Whether the page's own policy forbids it; else the server answers, and refuses.
        policy: bool,
    },
}

/// What has become of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// This tab has it.
    Got,
    /// Another tab has robbed it, or the browser has taken it.
    Lost,
    /// There are no locks here.
    None,
}

impl Lock {
    /// All of them, in the order of their declaration.
    pub const ALL: &[Self] = &[Self::Got, Self::Lost, Self::None];
}

/// How a tab that leads stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader {
    /// A later leader has a greater one.
    pub term: u64,
    /// Whether it has a stream that has spoken of late.
    pub open: bool,
    /// Whether nobody can see it.
    pub hidden: bool,
}

/// Who asks for a restart, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The id that the operation is to have.
    pub op_id: Name,
    /// The call to answer; an element of the page waits for none.
    pub call: Option<Call>,
    /// The service; none for all that pages depend on.
    pub service: Option<Name>,
    /// Whether the person is asked first.
    pub confirm: Confirm,
}

/// Whether the person is asked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirm {
    /// As the script tag has it.
    #[default]
    Default,
    /// No.
    Off,
    /// By this text.
    Text(Name),
}

/// Why there is no restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The answer's status; none where there was no answer.
    pub status: Option<u32>,
    /// What it says.
    pub why: Why,
}

/// A named event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first one.
    Hello(Greeting),
    /// The unnamed one: the server id.
    Id(Name),
    /// A service does something else.
    Phase(Doing),
    /// Page files were changed.
    Change(Changed),
    /// Something needs the developer.
    Problem(Problem),
    /// The heartbeat.
    Ping,
    /// The server is stopping.
    Shutdown,
    /// The stream is at its end.
    Done,
}

/// Page files were changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Of which kind.
    pub kind: ChangeKind,
    /// The new state of the page files, where it is known.
    pub revision: Option<Name>,
    /// Which, as the page would request them.
    pub paths: Vec<Name>,
}

/// Something needs the developer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of which service.
    pub service: Name,
    /// All of it: the same one is told in the same words.
    pub what: Name,
}

/// What the server says of itself where it is asked, instead of telling it over a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The server id; none while the server is not ready.
    pub id: Option<Name>,
    /// Milliseconds since the process behind the id was started.
    pub id_age: Option<u64>,
    /// The state of the page files.
    pub revision: Option<Name>,
    /// The process behind the id.
    pub pid: Option<u32>,
}

/// What `hello` says; a backend's own endpoint may leave out any of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Greeting {
    /// The server id; none exactly while the server is not ready, whatever the phase.
    pub id: Option<Name>,
    /// Milliseconds since the process behind the id was started.
    pub id_age: Option<u64>,
    /// The state of the page files.
    pub revision: Option<Name>,
    /// What the server is doing.
    pub phase: Option<Phase>,
    /// The process behind the id.
    pub pid: Option<u32>,
    /// The interval of the pings in milliseconds.
    pub heartbeat: Option<u64>,
    /// Whether this page may ask for a restart.
    pub may_restart: bool,
    /// Why it may not.
    pub refused: Option<Name>,
}

/// What a service is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doing {
    /// Its name.
    pub service: Name,
    /// What.
    pub phase: Phase,
    /// Its process, where one runs.
    pub pid: Option<u32>,
    /// The operation that it is part of.
    pub op_id: Option<Name>,
}

/// The machine's timers; at most one of each runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Until the next connection attempt.
    Retry,
    /// Until an attempt that neither opens nor fails is given up.
    Connect,
    /// Until a silent stream is taken for dead.
    Watchdog,
    /// Between detection and action.
    Delay,
    /// Until the next knock, or until one without an answer is given up.
    Knock,
    /// Until the loop guard lets go.
    Quiet,
    /// Until a page load that was asked for must have begun.
    Leave,
    /// Until a lost connection, or a restart, is worth a word.
    Notice,
    /// Until the record of a restart is asked for again.
    Follow,
    /// Until a restart that has not ended is worth a word.
    Patience,
    /// Until the server is asked for its id, because no stream says it.
    Poll,
    /// Until a leader that does not answer is replaced.
    Join,
    /// Until a leader that nobody sees is replaced.
    Rob,
    /// Until a document that seemed to be left has turned out to stay.
    Stay,
}

impl Timer {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 14] = [
        Self::Retry,
        Self::Connect,
        Self::Watchdog,
        Self::Delay,
        Self::Knock,
        Self::Quiet,
        Self::Leave,
        Self::Notice,
        Self::Follow,
        Self::Patience,
        Self::Poll,
        Self::Join,
        Self::Rob,
        Self::Stay,
    ];
}

/// The buttons of the toast and the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Load the page again.
    Reload,
    /// Leave it as it is.
    Dismiss,
    /// Take the overlay away.
    Close,
}

impl Choice {
    /// All of them, in the order of their declaration.
    pub const ALL: &[Self] = &[Self::Reload, Self::Dismiss, Self::Close];
}
