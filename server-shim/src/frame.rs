//! Events as they stand on the stream
//! ([WHATWG HTML section 9.2.6](https://html.spec.whatwg.org/multipage/server-sent-events.html)).

use std::fmt::Write as _;

use serde::Serialize;

/// One event; `data` has no line break in it, as JSON and ids have none.
pub(crate) fn frame(name: Option<&str>, data: &str) -> String {
    let mut frame = String::with_capacity(data.len() + 32);
    if let Some(name) = name {
        // Writing to a string cannot fail.
        let _ = writeln!(frame, "event: {name}");
    }
    let _ = write!(frame, "data: {data}\n\n");
    frame
}

/// The names of the events in what is sent; an unnamed one is a `message`, as browsers call it.
#[cfg(feature = "supervisor")]
pub(crate) fn names(sent: &[u8]) -> impl Iterator<Item = &str> {
    let sent = std::str::from_utf8(sent).unwrap_or_default();
    sent.split("\n\n").filter_map(|event| {
        let named = event.lines().find_map(|line| line.strip_prefix("event: "));
        named.or_else(|| event.starts_with("data: ").then_some("message"))
    })
}

/// The payloads are plain structs, which always become JSON.
pub(crate) fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "supervisor")]
    #[test]
    fn names_of_what_is_sent() {
        let sent = "retry: 1000\n\n".to_owned()
            + &frame(Some("hello"), "{}")
            + &frame(None, "1.5")
            + ": heartbeat\n\nid: 3\n"
            + &frame(Some("phase"), "event: x");
        let names: Vec<_> = names(sent.as_bytes()).collect();
        assert_eq!(names, ["hello", "message", "phase"]);
    }

    #[test]
    fn frames() {
        assert_eq!(frame(None, "1.5"), "data: 1.5\n\n");
        assert_eq!(frame(Some("ping"), "1"), "event: ping\ndata: 1\n\n");
    }
}
