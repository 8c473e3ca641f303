//! What the machine wants done, as plain values.

use super::input::{Problem, Stream, Timer};
use crate::notice::{Notice, Remark};

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    SwapStyles(Vec<String>),
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
    },
    /// Keep this for the next document of the tab.
    Remember(String),
    /// Keep this for all documents of the origin: whether the toggle is on.
    Persist(bool),
    /// Write one line to the console.
    Say(Remark),
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
    pub op_id: Option<String>,
    /// The page files that are known to have changed, as the page would request them.
    pub paths: Vec<String>,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its id.
    pub id: String,
    /// Its process.
    pub pid: Option<u32>,
    /// When it was started, in milliseconds since the Unix epoch by this browser's clock.
    pub started_at: Option<u64>,
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
}

impl Status {
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
        }
    }
}
