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

/// The payloads are plain structs, which always become JSON.
pub(crate) fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        assert_eq!(frame(None, "1.5"), "data: 1.5\n\n");
        assert_eq!(frame(Some("ping"), "1"), "event: ping\ndata: 1\n\n");
    }
}
