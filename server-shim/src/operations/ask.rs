//! How a restart is asked for.

use std::time::Duration;

use server_reload_protocol::payload::{Accepted, OperationCause};
use tokio::sync::oneshot;

/// Somebody asks for a restart.
#[derive(Debug)]
pub(crate) struct Ask {
    /// Which service; all that pages depend on where it is `None`.
    pub(crate) service: Option<String>,
    /// The id that the operation is to have.
    pub(crate) op_id: Option<String>,
    /// Who asks.
    pub(crate) cause: OperationCause,
    /// Told the operation, or why there is none.
    pub(crate) reply: oneshot::Sender<Result<Accepted, Declined>>,
}

/// Why a restart was not begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Declined {
    /// Nobody is supervised who could be restarted.
    #[error("nothing can be restarted: {0}")]
    Nothing(String),
    /// There is no service of that name.
    #[error("there is no service `{service}`\n\nname one of these: {}", known.join(", "))]
    Unknown {
        /// The name that was given.
        service: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There were too many; one more is begun after this time.
    #[error("too many restarts are asked for")]
    TooMany(Duration),
    /// The id that was chosen is that of another operation.
    #[error("the operation `{0}` is there already\n\nchoose another id, or none")]
    Taken(String),
    /// Everything ends.
    #[error("server-reload is stopping\n\nstart it again")]
    Stopping,
}
