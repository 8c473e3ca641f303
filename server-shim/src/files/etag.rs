//! Entity tags: a name for the bytes themselves.
//!
//! A tag by content, not by time: two edits within one tick of the file system's clock, of equal
//! length, still differ.

use std::hash::{DefaultHasher, Hasher};

use http::HeaderValue;

/// The strong tag of these bytes. Another version of the program may give another tag.
pub(crate) fn etag_of(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    let tag = format!("\"{:016x}-{:x}\"", hasher.finish(), bytes.len());
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether a value of `If-None-Match` names the tag ([RFC 9110, section 13.1.2][rfc]: weakly).
///
/// [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
pub(crate) fn matches_any(if_none_match: &str, etag: &str) -> bool {
    if_none_match.trim() == "*"
        || if_none_match
            .split(',')
            .map(str::trim)
            .any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Whether a value of `If-Range` names the tag (strongly: a weak one never does, nor does a date).
pub(crate) fn matches_strongly(if_range: &str, etag: &str) -> bool {
    if_range.trim() == etag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_differ_with_the_bytes() {
        assert_eq!(etag_of(b"one"), etag_of(b"one"));
        assert_ne!(etag_of(b"one"), etag_of(b"two"));
        assert_ne!(etag_of(b""), etag_of(b"\0"));
    }

    #[test]
    fn if_none_match() {
        for (value, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(matches_any(value, "\"a\""), expected, "{value}");
        }
    }

    #[test]
    fn if_range() {
        assert!(matches_strongly("\"a\"", "\"a\""));
        assert!(!matches_strongly("W/\"a\"", "\"a\""));
        assert!(!matches_strongly("Mon, 23 Nov 2026 08:00:00 GMT", "\"a\""));
    }
}
