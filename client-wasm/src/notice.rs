//! What people read: the toast's texts and the console's lines.

mod timeline;

use server_reload_protocol::payload::OperationStatus;

use crate::config::Invalid;
use crate::machine::{Cause, Phase};
pub(crate) use timeline::Late;
pub use timeline::{Mark, Step, Timeline};

/// What the toast shows.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    Failed(String),
    /// Ask the person.
    Prompt(Cause),
    /// Several servers answer in turns.
    Workers,
    /// The loop guard has stopped the reloads.
    Paused,
    /// A restart that was asked for in this page.
    Restarting(Timeline),
    /// It has ended so.
    Ended(OperationStatus, Timeline),
    /// There is none, for this reason.
    Refused(String),
}

/// What a finished reload or re-rendering can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Notice {
    /// The notice's name, for style sheets and tests.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stopped => "stopped",
            Self::Waiting(_) => "waiting",
            Self::Back => "back",
            Self::Reloading(_) => "reloading",
            Self::Reloaded(_) => "reloaded",
            Self::Updating(_) => "updating",
            Self::Updated(_) => "updated",
            Self::Told(_) => "told",
            Self::Styles => "styles",
            Self::Failed(_) => "failed",
            Self::Prompt(_) => "prompt",
            Self::Workers => "workers",
            Self::Paused => "paused",
            Self::Restarting(_) => "restarting",
            Self::Ended(OperationStatus::Restarted, _) => "restarted",
            Self::Ended(OperationStatus::Cancelled, _) => "cancelled",
            Self::Ended(..) => "unrestarted",
            Self::Refused(_) => "refused",
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Lost => "Connection lost. Reconnecting…".to_owned(),
            Self::Stopped => "Server stopped. Waiting for it to come back…".to_owned(),
            Self::Waiting(phase) => waiting(*phase).to_owned(),
            Self::Back => "Connected again. Nothing has changed.".to_owned(),
            Self::Reloading(cause) => [happened(*cause), ". Reloading…"].concat(),
            Self::Reloaded(receipt) if receipt.asked => receipt.text("Restarted"),
            Self::Reloaded(receipt) => receipt.text("Reloaded"),
            Self::Updating(cause) => [happened(*cause), ". Updating the page…"].concat(),
            Self::Updated(receipt) => receipt.text("Updated in place"),
            Self::Told(receipt) => receipt.text("Page told"),
            Self::Styles => "Styles updated".to_owned(),
            Self::Failed(message) => ["The page could not update itself: ", message].concat(),
            Self::Prompt(cause) => [happened(*cause), ". Reload the page?"].concat(),
            Self::Workers => {
                "Several servers answer in turns. That is not taken for a restart.".to_owned()
            }
            Self::Paused => {
                "Reload loop: more than 3 reloads in 10 s. Paused until it is quiet for 10 s."
                    .to_owned()
            }
            Self::Restarting(timeline) | Self::Ended(_, timeline) => timeline.text.clone(),
            Self::Refused(why) => ["Not restarted: ", why].concat(),
        }
    }

    /// The steps below the text.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        match self {
            Self::Restarting(timeline) | Self::Ended(_, timeline) => &timeline.steps,
            _ => &[],
        }
    }

    /// How long it stays, in milliseconds; `None` while it lasts.
    #[must_use]
    pub const fn stays(&self) -> Option<u32> {
        match self {
            Self::Back | Self::Styles => Some(2_000),
            Self::Reloaded(_)
            | Self::Updated(_)
            | Self::Told(_)
            | Self::Ended(OperationStatus::Restarted, _) => Some(4_000),
            Self::Workers | Self::Refused(_) | Self::Ended(OperationStatus::Cancelled, _) => {
                Some(10_000)
            }
            _ => None,
        }
    }

    /// Whether it offers to load the page again.
    #[must_use]
    pub const fn offers_reload(&self) -> bool {
        matches!(self, Self::Prompt(_) | Self::Paused | Self::Failed(_))
    }
}

const fn happened(cause: Cause) -> &'static str {
    match cause {
        Cause::Restart => "Server restarted",
        Cause::Change => "Page files changed",
    }
}

const fn waiting(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Stopping) => "Server is restarting…",
        Some(Phase::WaitingForPort) => "Server is restarting: its port is still in use…",
        Some(Phase::WaitingForService) => "Server is restarting: it waits for another service…",
        Some(Phase::BackingOff) => "Server has crashed. Starting it again…",
        Some(Phase::Crashed) => "Server has crashed. Waiting for a change…",
        Some(Phase::Failed) => "Server is not ready. Waiting for a change…",
        _ => "Server is starting…",
    }
}

impl Receipt {
    fn text(&self, done: &str) -> String {
        let mut text = done.to_owned();
        match self.cause {
            Cause::Change => text.push_str(": page files changed"),
            Cause::Restart => match pids(self.pids) {
                Some(pids) => text.push_str(&pids),
                None if self.asked => {}
                None => text.push_str(": server restarted"),
            },
        }
        if let Some(took) = self.took {
            text.push_str(" in ");
            text.push_str(&seconds(took));
        }
        text
    }
}

fn pids(pids: Option<(u32, u32)>) -> Option<String> {
    let (old, new) = pids?;
    Some([": pid ", &old.to_string(), " → ", &new.to_string()].concat())
}

/// Milliseconds as seconds with one decimal; without float formatting, which costs 3 KB of wasm.
fn seconds(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    [
        &(tenths / 10).to_string(),
        ".",
        &(tenths % 10).to_string(),
        " s",
    ]
    .concat()
}

/// What the console is told, once for each cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// No stream has been opened for a while; the browser does not say why.
    Unreached,
    /// The same as [`Notice::Workers`].
    Workers,
    /// The same as [`Notice::Paused`].
    Paused,
    /// The selector for the toggle matches nothing.
    Unmatched(String),
    /// An attribute of the script tag makes no sense.
    Invalid(Invalid),
}

/// Where the page and the stream are, for [`unreached`].
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The page's origin; `null` where it is opaque.
    pub origin: &'a str,
    /// The page's host name.
    pub page: &'a str,
    /// The stream's host name.
    pub host: &'a str,
    /// The stream's URL.
    pub events: &'a str,
}

/// The likely cause of a stream that has never opened: an `EventSource` cannot read a refusal.
#[must_use]
pub fn unreached(places: Places<'_>) -> String {
    let Places {
        origin,
        page,
        host,
        events,
    } = places;
    let mut text = ["no event stream at ", events, " yet. "].concat();
    if origin == "null" {
        text.push_str("This page has an opaque origin (a sandboxed frame or a file): start server-reload with `--allow-origin null`. ");
    } else if page != host && !is_loopback(page) {
        text.extend([
            "If it runs, it may refuse this page: start server-reload with `--allow-origin ",
            origin,
            "`. ",
        ]);
    } else if !is_loopback(host) && !is_address(host) {
        text.extend([
            "If it runs, it may refuse the name: start server-reload with `--allow-host ",
            host,
            "`. ",
        ]);
    }
    text.push_str("Trying again.");
    text
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]"
}

fn is_address(host: &str) -> bool {
    host.starts_with('[')
        || host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

impl Remark {
    /// The line, but for the prefix.
    #[must_use]
    pub fn text(&self, places: Places<'_>) -> String {
        match self {
            Self::Unreached => unreached(places),
            Self::Workers => "ids come back, which are not taken for restarts: several servers answer in turns at one address (workers, replicas), or the page carries an outdated `data-server-id`".to_owned(),
            Self::Paused => "reload loop: more than 3 reloads in 10 s without an ordinary restart between them. Does the stream carry a new id for each connection? Paused until it is quiet for 10 s".to_owned(),
            Self::Unmatched(selector) => [
                "data-toggle=\"", selector, "\" matches no element of this page, so there is no toggle",
            ]
            .concat(),
            Self::Invalid(invalid) => [
                invalid.attribute, "=\"", &invalid.value, "\" is ignored: it takes ", invalid.takes,
            ]
            .concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts() {
        let receipt = |cause, pids, took| Receipt {
            cause,
            pids,
            took,
            asked: false,
        };
        for (notice, text) in [
            (
                Notice::Reloaded(receipt(Cause::Restart, Some((4711, 4722)), Some(840))),
                "Reloaded: pid 4711 → 4722 in 0.8 s",
            ),
            (
                Notice::Reloaded(receipt(Cause::Restart, None, Some(12_960))),
                "Reloaded: server restarted in 13.0 s",
            ),
            (
                Notice::Updated(receipt(Cause::Restart, None, None)),
                "Updated in place: server restarted",
            ),
            (
                Notice::Updated(receipt(Cause::Change, Some((1, 1)), None)),
                "Updated in place: page files changed",
            ),
        ] {
            assert_eq!(notice.text(), text);
        }
    }

    #[test]
    fn the_likely_refusal_is_named_with_its_flag() {
        let places = |origin, page, host| Places {
            origin,
            page,
            host,
            events: "http://it/events/server",
        };
        for (places, flag) in [
            (places("null", "", "localhost"), "--allow-origin null"),
            (
                places("http://app.test", "app.test", "localhost"),
                "--allow-origin http://app.test`",
            ),
            (
                places("http://dev-laptop:8000", "dev-laptop", "dev-laptop"),
                "--allow-host dev-laptop`",
            ),
        ] {
            let text = unreached(places);
            assert!(text.contains(flag), "{text}");
        }
        for host in ["localhost", "127.0.0.1", "192.168.1.5", "[fe80::1]"] {
            let text = unreached(places("http://it", host, host));
            assert!(!text.contains("--allow"), "{text}");
        }
    }
}
