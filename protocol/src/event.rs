//! Names of the events on the stream.
//!
//! None is called `open` or `error`: `EventSource` dispatches events of its own under these names.

/// First on every stream: [`crate::payload::Hello`] as JSON.
pub const HELLO: &str = "hello";

/// A service does something else now: [`crate::payload::PhaseChange`] as JSON.
pub const PHASE: &str = "phase";

/// A watched page file was changed: [`crate::payload::Change`] as JSON.
pub const CHANGE: &str = "change";

/// Something needs the developer: [`crate::payload::Problem`] as JSON. Repeated to a late joiner while
/// it lasts; over when a [`PHASE`] event, or `hello`, says that its service is ready.
pub const PROBLEM: &str = "problem";

/// Each heartbeat interval: the server's time in milliseconds since the Unix epoch, as text.
pub const PING: &str = "ping";

/// The server is stopping: [`crate::payload::Shutdown`] as JSON. [`DONE`] follows.
pub const SHUTDOWN: &str = "shutdown";

/// Nothing more will be sent; the body ends. Its data is empty JSON (`{}`).
pub const DONE: &str = "done";

/// The comment that goes with each [`PING`], for proxies and plain clients.
pub const HEARTBEAT_COMMENT: &str = "heartbeat";

/// First on an operation's stream: [`crate::payload::Operation`] as JSON, as far as it has come.
/// [`PHASE`] events follow, of [`crate::payload::OperationPhase`], each with its number as the event's
/// id, and at last [`DONE`] with the final record.
pub const OPERATION: &str = "operation";

/// On the dashboard's stream: [`crate::dashboard::State`] as JSON, whenever it is another.
pub const STATE: &str = "state";

/// On the dashboard's stream: all that is wrong, as a JSON array of [`crate::payload::Problem`].
pub const PROBLEMS: &str = "problems";

/// On the dashboard's stream: [`crate::dashboard::Written`] as JSON.
pub const OUTPUT: &str = "output";
