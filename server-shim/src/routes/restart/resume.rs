//! Where a broken stream goes on.

use http::HeaderName;

use crate::routes::Head;
use crate::routes::permit::Denied;

/// What a browser sends when it opens a stream again by itself.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The same for who cannot set a header.
const QUERY: &str = "last_event_id=";

/// How many events the client has had.
///
/// A browser that opens a stream again sends the query of the first time, and the newer number in its
/// header.
pub(super) fn resume(head: &Head) -> Result<usize, Denied> {
    let query = head
        .query
        .split('&')
        .filter_map(|pair| pair.strip_prefix(QUERY));
    let query = query.map(str::as_bytes);
    let header = head.headers.get_all(LAST_EVENT_ID).iter();
    let given = query.chain(header.map(http::HeaderValue::as_bytes));
    given
        .map(number)
        .try_fold(0, |most, given| Ok(most.max(given?)))
}

/// An empty one is that of a client that has had none.
fn number(given: &[u8]) -> Result<usize, Denied> {
    let malformed = || Denied::EventId(String::from_utf8_lossy(given).into_owned());
    if given.is_empty() {
        return Ok(0);
    }
    let digits = given.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(given).ok().filter(|_| digits);
    text.and_then(|text| text.parse().ok())
        .ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn head(query: &str, header: Option<&str>) -> Head {
        let mut headers = http::HeaderMap::new();
        if let Some(header) = header {
            headers.insert(LAST_EVENT_ID, header.parse().unwrap());
        }
        Head {
            method: http::Method::GET,
            authority: Ok(None),
            path: "/".to_owned(),
            query: query.to_owned(),
            headers,
            peer: None,
        }
    }

    #[test]
    fn the_newer_number_counts() {
        for (query, header, after) in [
            ("", None, 0),
            ("last_event_id=3", None, 3),
            ("wait=1&last_event_id=3", Some("5"), 5),
            ("", Some("2"), 2),
            ("last_event_id=", Some(""), 0),
        ] {
            assert_eq!(
                resume(&head(query, header)).unwrap(),
                after,
                "{query} {header:?}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for given in ["x", "-1", "+1", "1.5", " 1", "99999999999999999999999999"] {
            assert!(
                resume(&head(&format!("last_event_id={given}"), None)).is_err(),
                "{given}"
            );
        }
        assert!(resume(&head("", Some("abc"))).is_err());
    }
}
