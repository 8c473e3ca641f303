//! Paths of the shim's own HTTP.

/// The event stream.
pub const EVENTS: &str = "/events/server";

/// The browser client.
pub const CLIENT: &str = "/reload.js";

/// Health of the shim, as JSON ([`crate::payload::Health`]).
pub const HEALTH: &str = "/_reload/health";
