//! Keys under which the client keeps things in the browser.

/// In `localStorage`: whether pages of this origin reload by themselves, [`ON`] or [`OFF`].
pub const ENABLED: &str = "server-reload:enabled";

/// Value of [`ENABLED`]: on.
pub const ON: &str = "true";

/// Value of [`ENABLED`]: off.
pub const OFF: &str = "false";

/// In `sessionStorage`, followed by the document's path: what it leaves for the next one in its tab.
pub const MEMORY: &str = "server-reload:memory";

/// In `localStorage`, followed by the address of the stream: there while a tab of this origin has that stream for
/// all of them.
pub const LEADS: &str = "server-reload:leads ";
