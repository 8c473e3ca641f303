//! Paths of the shim's own HTTP.

/// The event stream.
pub const EVENTS: &str = "/events/server";

/// The browser client.
pub const CLIENT: &str = "/reload.js";

/// Health of the shim, as JSON ([`crate::payload::Health`]).
pub const HEALTH: &str = "/_reload/health";

/// Asks for a restart by `POST` ([`crate::payload::RestartRequest`]); below it, each operation:
/// `/{op_id}` ([`crate::payload::Operation`]) and `/{op_id}/events`, its stream.
pub const RESTART: &str = "/_reload/restart";

/// What follows an operation's path for its stream.
pub const OPERATION_EVENTS: &str = "/events";

/// Files of the served folder that may be written: below it, by its path in the folder, each one. `GET` tells
/// whether it may be, `PUT` writes it.
pub const SOURCE: &str = "/_reload/source";

/// Ends the shim by `POST`, for who has the control token.
pub const STOP: &str = "/_reload/stop";

/// Counts and durations in the [Prometheus text format](https://prometheus.io/docs/instrumenting/exposition_formats/).
pub const METRICS: &str = "/_reload/metrics";

/// The page that shows what is going on; see [`crate::dashboard`].
pub const DASHBOARD: &str = "/_reload/";

/// That page's own stream.
pub const DASHBOARD_EVENTS: &str = "/_reload/events";

/// That page's script.
pub const DASHBOARD_SCRIPT: &str = "/_reload/dashboard.js";

/// That page's style sheet.
pub const DASHBOARD_STYLE: &str = "/_reload/dashboard.css";
