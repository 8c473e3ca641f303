//! The origin of the page that asks, and the origins that a flag lets in.

use std::fmt;
use std::str::FromStr;

use super::authority::Host;

/// The value of an `Origin` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `null`, or `file://` as some web views say it: a file, a sandboxed frame.
    Opaque,
    Page {
        scheme: String,
        host: Host,
        /// The whole value in lower case.
        text: String,
    },
}

impl Origin {
    /// Reads `scheme://host[:port]` or `null`. `None` where that is malformed.
    pub(super) fn parse(value: &str) -> Option<Self> {
        if value == "null" || value.eq_ignore_ascii_case("file://") {
            return Some(Self::Opaque);
        }
        let text = value.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://")?;
        is_scheme(scheme).then_some(())?;
        Some(Self::Page {
            scheme: scheme.to_owned(),
            host: Host::of_authority(authority)?,
            text,
        })
    }

    /// Whether it is a web page of this machine, or of the host that it asks.
    pub(super) fn is_web_page_of(&self, asked: &Host) -> bool {
        match self {
            Self::Opaque => false,
            Self::Page { scheme, host, .. } => {
                matches!(scheme.as_str(), "http" | "https") && (host.is_loopback() || host == asked)
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque => f.write_str("null"),
            Self::Page { text, .. } => f.write_str(text),
        }
    }
}

fn is_scheme(scheme: &str) -> bool {
    let inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_lowercase()) && scheme.bytes().all(inner)
}

/// An origin to let in: `http://dev.example:8000`, a pattern such as `vscode-webview://*`, or `null`.
///
/// A `*` stands for any characters but `/`. A bare `*`, or `http://*`, is refused: it would let in
/// every web page that the developer visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern(String);

/// What was given is no origin, or all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginPatternError {
    /// It has no scheme, or something after the host and port.
    #[error(
        "`{0}` is no origin; give scheme and host, such as `http://dev.example:8000`, or `null`"
    )]
    Malformed(String),
    /// It would let in every page of the web.
    #[error(
        "`{0}` would let in every web page that you visit; name the host, such as `http://*.example.test`"
    )]
    Everyone(String),
}

impl OriginPattern {
    pub(super) fn matches(&self, origin: &Origin) -> bool {
        match origin {
            Origin::Opaque => self.0 == "null",
            Origin::Page { text, .. } => glob(&self.0, text),
        }
    }
}

impl FromStr for OriginPattern {
    type Err = OriginPatternError;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let pattern = given.to_ascii_lowercase();
        if matches!(pattern.as_str(), "null" | "file://") {
            return Ok(Self("null".to_owned()));
        }
        if pattern == "*" {
            return Err(OriginPatternError::Everyone(given.to_owned()));
        }
        let malformed = || OriginPatternError::Malformed(given.to_owned());
        // A digit in the place of each star makes it an ordinary origin, or shows that it is none.
        let Some(Origin::Page { scheme, .. }) = Origin::parse(&pattern.replace('*', "1")) else {
            return Err(malformed());
        };
        let authority = pattern
            .strip_prefix(&scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .ok_or_else(malformed)?;
        let host = authority.split(':').next().unwrap_or_default();
        if scheme.starts_with("http") && host.bytes().all(|byte| b"*.".contains(&byte)) {
            return Err(OriginPatternError::Everyone(given.to_owned()));
        }
        Ok(Self(pattern))
    }
}

/// Whether `text`, which has no `/` after its scheme, is what `pattern` describes.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((front, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(tail) = text.strip_prefix(front) else {
        return false;
    };
    (0..=tail.len())
        .filter_map(|at| tail.get(at..))
        .any(|tail| glob(rest, tail))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn patterns() {
        for (pattern, origin, expected) in [
            ("http://dev:8000", "http://dev:8000", true),
            ("http://dev:8000", "http://dev", false),
            ("http://dev:*", "http://dev:8000", true),
            ("HTTP://Dev", "http://dev", true),
            ("vscode-webview://*", "vscode-webview://0abc", true),
            (
                "vscode-webview://*",
                "vscode-webview://b421f05c-bc2d-4615-afaa-2a4df3cbdfb1",
                true,
            ),
            ("vscode-webview://*", "http://vscode-webview", false),
            (
                "https://*.vscode-cdn.net",
                "https://0f3k2q.vscode-cdn.net",
                true,
            ),
            (
                "https://*.vscode-cdn.net",
                "https://vscode-cdn.net.evil.example",
                false,
            ),
            ("https://*.example.test", "https://a.example.test", true),
            ("https://*.example.test", "https://example.test", false),
            (
                "https://*.example.test",
                "https://a.example.test.evil.example",
                false,
            ),
            ("null", "null", true),
            ("null", "file://", true),
            ("file://", "null", true),
            ("http://dev", "null", false),
        ] {
            let origin = Origin::parse(origin).unwrap();
            let matches = pattern.parse::<OriginPattern>().unwrap().matches(&origin);
            assert_eq!(matches, expected, "{pattern} on {origin}");
        }
    }

    #[test]
    fn everyone_is_refused() {
        for given in ["*", "http://*", "https://*:8000", "http://*.*", "http://**"] {
            assert!(
                matches!(
                    given.parse::<OriginPattern>(),
                    Err(OriginPatternError::Everyone(_))
                ),
                "{given}"
            );
        }
    }

    #[test]
    fn what_is_no_origin() {
        for given in ["", "dev", "dev:80", "http://dev/", "*://dev", "http://a b"] {
            assert!(
                matches!(
                    given.parse::<OriginPattern>(),
                    Err(OriginPatternError::Malformed(_))
                ),
                "{given}"
            );
        }
    }
}
