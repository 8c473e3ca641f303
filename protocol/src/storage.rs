//! Keys under which the client keeps things in the browser.

/// In `localStorage`: whether pages of this origin reload by themselves, [`ON`] or [`OFF`].
pub const ENABLED: &str = "server-reload:enabled";

/// Value of [`ENABLED`]: on.
pub const ON: &str = "true";

/// Value of [`ENABLED`]: off.
pub const OFF: &str = "false";

/// In `sessionStorage`: what a document leaves for the next one in the same tab.
pub const MEMORY: &str = "server-reload:memory";
