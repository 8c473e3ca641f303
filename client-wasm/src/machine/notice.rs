//! What people are told, without the words.

use server_reload_protocol::payload::{OperationStatus, Phase};

use super::bar::Why;
use super::effect::Cause;
use super::input::Run;
use crate::name::Name;

/// What the toast shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The connection was lost.
    Lost,
    /// The server has said that it stops.
    Stopped,
    /// The backend is not ready; what it is doing, where it says so.
    Waiting(Option<Phase>),
    /// The same server answers again.
    Back,
    /// The page is about to be loaded again.
    Reloading(Cause),
    /// The page has been loaded again.
    Reloaded(Receipt),
    /// The page brings itself up to date.
    Updating(Cause),
    /// The page has brought itself up to date.
    Updated(Receipt),
    /// The page has been told, and has not said what it does about it.
    Told(Receipt),
    /// Style sheets were swapped.
    Styles,
    /// The page's promise was rejected with this message.
    Failed(Name),
    /// Ask the person.
    Prompt(Cause),
    /// Several servers answer in turns.
    Workers,
    /// The loop guard has stopped the reloads.
    Paused,
    /// A restart that was asked for in this page.
    Restarting {
        /// Which.
        run: Run,
        /// Whether it takes so long that it is worth a word.
        late: bool,
        /// For how long.
        lasts: Lasts,
    },
    /// It has ended so.
    Ended {
        /// Which.
        run: Run,
        /// How.
        status: OperationStatus,
        /// After how long.
        lasts: Lasts,
    },
    /// Nobody tells how it ends.
    Unknown {
        /// Which.
        run: Run,
        /// Why.
        why: Why,
        /// After how long.
        lasts: Lasts,
    },
    /// There is none, for this reason.
    Refused(Why),
}

/// How long a restart lasts, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasts {
    /// Since it was asked for.
    pub asked: u64,
    /// Since it has come to its phase.
    pub since: u64,
}

/// What a finished reload or re-rendering can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Why.
    pub cause: Cause,
    /// The old and the new process, where the servers name them.
    pub pids: Option<(u32, u32)>,
    /// Milliseconds since the connection was lost, where it was.
    pub took: Option<u64>,
    /// It was a restart that the page had asked for.
    pub asked: bool,
}

/// What a toast is about: which may take the place of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is that of a Notice")]
pub enum Kind {
    Lost,
    Stopped,
    Waiting,
    Back,
    Reloading,
    Reloaded,
    Updating,
    Updated,
    Told,
    Styles,
    Failed,
    Prompt,
    Workers,
    Paused,
    Restarting,
    /// A restart has ended well.
    Restarted,
    /// A restart has failed.
    Unrestarted,
    /// Something else has come in a restart's place, or nobody knows how it has ended.
    Cancelled,
    Refused,
}

impl Notice {
    /// Its place in the order of their declaration.
    pub(crate) const fn number(&self) -> u32 {
        match self {
            Self::Ended { .. } => 15,
            Self::Unknown { .. } => 16,
            Self::Refused(_) => 17,
            _ => self.kind() as u32,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Lost => Kind::Lost,
            Self::Stopped => Kind::Stopped,
            Self::Waiting(_) => Kind::Waiting,
            Self::Back => Kind::Back,
            Self::Reloading(_) => Kind::Reloading,
            Self::Reloaded(_) => Kind::Reloaded,
            Self::Updating(_) => Kind::Updating,
            Self::Updated(_) => Kind::Updated,
            Self::Told(_) => Kind::Told,
            Self::Styles => Kind::Styles,
            Self::Failed(_) => Kind::Failed,
            Self::Prompt(_) => Kind::Prompt,
            Self::Workers => Kind::Workers,
            Self::Paused => Kind::Paused,
            Self::Restarting { .. } => Kind::Restarting,
            Self::Ended { status, .. } => match status {
                OperationStatus::Restarted => Kind::Restarted,
                OperationStatus::Cancelled => Kind::Cancelled,
                _ => Kind::Unrestarted,
            },
            Self::Unknown { .. } => Kind::Cancelled,
            Self::Refused(_) => Kind::Refused,
        }
    }
}

/// What the console is told, once for each cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// No stream has been opened for a while; the browser does not say why.
    Unreached,
    /// The same as [`Notice::Workers`].
    Workers,
    /// The same as [`Notice::Paused`].
    Paused,
    /// The page's policy forbids the stream.
    Forbidden,
    /// The server refuses the page.
    Refused,
}
