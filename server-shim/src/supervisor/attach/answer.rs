//! What a backend answers when it is asked.

use std::time::{Duration, SystemTime};

use serde_json::Value;

/// Numbers above this are milliseconds, not seconds: it is the year 5138 in seconds, 1973 in milliseconds.
const MILLISECONDS_FROM: f64 = 1e11;

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// No connection.
    Refused,
    /// A connection, closed from the other side before a byte was sent.
    Closed,
    /// A connection, and nothing in the time that we give it.
    Silent,
    /// A connection that stays open; nothing was asked.
    Open,
    /// Some bytes; nobody has read what they say.
    Bytes,
    /// An HTTP answer.
    Http {
        /// Its status.
        status: u16,
        /// What its JSON says about the process.
        token: Token,
    },
}

/// What a JSON answer says about the process that sent it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Token {
    /// Its field `pid`.
    pub(super) pid: Option<u32>,
    /// Its field `started_at` as it stands, for comparing.
    pub(super) started_at: Option<Value>,
}

impl Token {
    /// Reads an answer's body; one that is no JSON object says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let pid = json.get("pid").and_then(Value::as_u64);
        Self {
            pid: pid.and_then(|pid| u32::try_from(pid).ok()),
            started_at: json.get("started_at").filter(|it| !it.is_null()).cloned(),
        }
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it comes from another process than `other`; only what both say is compared.
    pub(super) fn differs(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            a.zip(b).is_some_and(|(a, b)| a != b)
        }
        differ(self.pid.as_ref(), other.pid.as_ref())
            || differ(self.started_at.as_ref(), other.started_at.as_ref())
    }

    /// `started_at` as a time, in whole microseconds, where it is a number (or the text of one) of
    /// seconds or milliseconds since the Unix epoch.
    pub(super) fn started(&self) -> Option<SystemTime> {
        let number = match self.started_at.as_ref()? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.parse().ok()?,
            _ => return None,
        };
        let seconds = if number >= MILLISECONDS_FROM {
            number / 1000.0
        } else {
            number
        };
        let since_epoch = Duration::try_from_secs_f64(seconds).ok()?;
        let whole = Duration::new(since_epoch.as_secs(), since_epoch.subsec_micros() * 1000);
        SystemTime::UNIX_EPOCH.checked_add(whole)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn started_at_is_read_in_seconds_or_milliseconds() {
        let table = [
            (
                r#"{"started_at": 1766082209.512345}"#,
                Some(1_766_082_209_512_345),
            ),
            (r#"{"started_at": 1766082209}"#, Some(1_766_082_209_000_000)),
            (
                r#"{"started_at": 1766082209512}"#,
                Some(1_766_082_209_512_000),
            ),
            (
                r#"{"started_at": "1766082209.5"}"#,
                Some(1_766_082_209_500_000),
            ),
            (r#"{"started_at": "2026-11-23T12:00:00Z"}"#, None),
            (r#"{"started_at": -1}"#, None),
            (r#"{"started_at": 1e300}"#, None),
            (r#"{"started_at": null}"#, None),
            ("[1]", None),
            ("ok", None),
        ];
        for (body, micros) in table {
            let started = Token::read(body.as_bytes()).started();
            let expected = micros.map(|it| SystemTime::UNIX_EPOCH + Duration::from_micros(it));
            assert_eq!(started, expected, "{body}");
        }
    }

    #[test]
    fn only_what_both_say_makes_a_difference() {
        let table = [
            (r#"{"pid": 1}"#, r#"{"pid": 1}"#, false),
            (r#"{"pid": 1}"#, r#"{"pid": 2}"#, true),
            (r#"{"pid": 1}"#, r#"{"started_at": 2}"#, false),
            (
                r#"{"pid": 1, "started_at": 1}"#,
                r#"{"pid": 1, "started_at": 2}"#,
                true,
            ),
            (r#"{"started_at": "a"}"#, r#"{"started_at": "b"}"#, true),
            (r#"{"status": "ok"}"#, "ok", false),
        ];
        for (a, b, differs) in table {
            let (one, other) = (Token::read(a.as_bytes()), Token::read(b.as_bytes()));
            assert_eq!(one.differs(&other), differs, "{a} {b}");
        }
    }
}
