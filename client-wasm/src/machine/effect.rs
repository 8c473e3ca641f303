//! What the machine wants done, as plain values.

use super::bar::{Bar, Why};
use super::input::{Ask, Call, Problem, Run, Stream, Time, Timer};
use super::notice::{Notice, Remark};
use crate::name::Name;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open the stream under this number.
    Open(Stream),
    /// Close the stream.
    Close,
    /// Start a timer of so many milliseconds, in place of the one of that name.
    Arm(Timer, u64),
    /// Stop a timer.
    Disarm(Timer),
    /// Ask the page's own server whether it answers.
    Knock,
    /// Forget the knock that is under way.
    StopKnock,
    /// Dispatch `server-reload`, and answer with [`super::Input::Answered`].
    Announce(Change),
    /// Load the page again.
    Reload,
    /// Show this in the toast.
    Show(Notice),
    /// Take the toast away.
    Hide,
    /// Load these style sheets again, by their paths, in the place of those in the page, and answer
    /// with [`super::Input::Swapped`] when one is applied.
    SwapStyles(Vec<Name>),
    /// Show what needs the developer in the overlay, in the place of what it shows; with no problem,
    /// take it away.
    Explain {
        /// The newest first.
        problems: Vec<Problem>,
        /// Whether the server of before goes on answering.
        kept: bool,
    },
    /// Dispatch `server-state`.
    Status {
        /// How things stand.
        now: Status,
        /// How they stood.
        before: Status,
        /// Whether the toggle is on.
        enabled: bool,
        /// The server that answers, or answered last.
        server: Option<Server>,
    },
    /// Keep this for the next document of the tab.
    Remember(Vec<f64>),
    /// Keep this for all documents of the origin: whether the toggle is on.
    Persist(bool),
    /// Write one line to the console.
    Say(Remark),
    /// Ask the person by this text, or by the usual one, and answer with [`super::Input::Restart`] or
    /// [`super::Input::Unconfirmed`].
    Confirm(Option<Name>, Ask),
    /// Ask the server for a restart, and answer with [`super::Input::Accepted`] or
    /// [`super::Input::Refused`].
    Request(Request),
    /// Ask for the record of this restart, and answer with [`super::Input::Operated`].
    Look(Run),
    /// Tell who has called `serverReload.restart()` how it has ended.
    Settle {
        /// The run; none where it was refused before it began.
        run: Option<Run>,
        /// Why there is no record; none where there is one.
        why: Option<Why>,
        /// Whom.
        calls: Vec<Call>,
    },
    /// Hide what can't be used, and show the rest again.
    Bar(Bar),
    /// Ask the server what its stream would say, in the place of who still asks, and answer with
    /// [`super::Input::Health`].
    AskHealth,
    /// Ask for the lock of the tabs, instead of what was asked for before: in the queue, or by robbing who has it.
    Lock {
        /// Whether it is taken from who has it.
        rob: bool,
    },
    /// Let the lock go, or no longer ask for it.
    Unlock,
    /// Hear of the stream from the tab that leads, and ask it how it stands; for this tab it has this number.
    Join(Stream),
    /// Pass this tab's own stream on.
    Lead {
        /// See [`super::input::Leader::term`].
        term: u64,
        /// Whether there is a stream.
        open: bool,
        /// Whether only those hear so who ask.
        quiet: bool,
    },
    /// Have those that lead, too, say how they stand.
    Census,
    /// Neither hear nor tell of any stream.
    Part,
}

/// What the server is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The number of the run.
    pub run: Run,
    /// The service; none for all that pages depend on.
    pub service: Option<Name>,
    /// The id that the operation is to have.
    pub op_id: Name,
    /// Without an answer for so many milliseconds it is given up.
    pub within: u64,
}

/// What `server-reload` tells the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the announcement.
    pub turn: u32,
    /// Why.
    pub cause: Cause,
    /// The server that the document goes with: it made it, was the first to be heard, or the last
    /// that the page has brought itself up to date with.
    pub old: Option<Server>,
    /// The server that answers now.
    pub new: Server,
    /// The operation that restarted it, where the stream has named one.
    pub op_id: Option<Name>,
    /// The page files that are known to have changed, as the page would request them.
    pub paths: Vec<Name>,
}

/// Why a page is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server was restarted.
    Restart,
    /// Page files were changed.
    Change,
}

impl Cause {
    /// All of them, in the order of their declaration.
    pub const ALL: &[Self] = &[Self::Restart, Self::Change];

    /// As it stands in the event's detail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Change => "change",
        }
    }
}

/// What is known of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its id.
    pub id: Name,
    /// Its process.
    pub pid: Option<u32>,
    /// When it was started, in milliseconds since the Unix epoch by this browser's clock.
    pub started_at: Option<u64>,
}

impl Server {
    /// One that is `age` milliseconds old at `now`.
    pub(super) fn new(now: Time, id: Name, age: Option<u64>, pid: Option<u32>) -> Self {
        Self {
            id,
            pid,
            started_at: age.map(|age| now.wall.saturating_sub(age)),
        }
    }
}

/// How things stand, for `serverReload.state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Switched off.
    Off,
    /// The first connection is being made.
    #[default]
    Connecting,
    /// Listening.
    Connected,
    /// The connection was lost.
    Reconnecting,
    /// The server has said that it stops.
    Stopped,
    /// The stream stands, the backend is not ready.
    Waiting,
    /// The server was restarted or files were changed; about to act.
    Restarted,
    /// Waiting for the person.
    Prompt,
    /// The page brings itself up to date.
    Updating,
    /// The page is being loaded again.
    Reloading,
    /// Stopped by the loop guard.
    Paused,
    /// The document has been left.
    Away,
    /// No stream comes through, so the server is asked for its id now and then.
    Polling,
}

impl Status {
    /// All of them, in the order of their declaration.
    pub const ALL: &[Self] = &[
        Self::Off,
        Self::Connecting,
        Self::Connected,
        Self::Reconnecting,
        Self::Stopped,
        Self::Waiting,
        Self::Restarted,
        Self::Prompt,
        Self::Updating,
        Self::Reloading,
        Self::Paused,
        Self::Away,
        Self::Polling,
    ];

    /// As it stands in `serverReload.state`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Reconnecting => "reconnecting",
            Self::Stopped => "stopped",
            Self::Waiting => "waiting",
            Self::Restarted => "restarted",
            Self::Prompt => "prompt",
            Self::Updating => "updating",
            Self::Reloading => "reloading",
            Self::Paused => "paused",
            Self::Away => "away",
            Self::Polling => "polling",
        }
    }
}
