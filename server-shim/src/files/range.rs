//! `Range: bytes=…`, one range.

use std::fmt;

/// What a request wants of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: no range was asked for, or one in a form that may be ignored.
    Whole,
    /// These bytes.
    Part(ByteRange),
    /// Bytes that it does not have.
    Unsatisfiable,
}

/// The bytes from `start` to before `end`, of `total`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
    total: u64,
}

impl Wanted {
    /// Reads the value of `Range` for a file of `total` bytes ([RFC 9110, section 14.1.2][rfc]).
    ///
    /// Several ranges, other units and what is malformed may be ignored, and are.
    ///
    /// [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
    pub(crate) fn parse(range: &str, total: u64) -> Self {
        let Some((first, last)) = split(range) else {
            return Self::Whole;
        };
        let (start, end) = match (number(first), number(last)) {
            (Some(start), Some(last)) if start <= last => {
                (start, last.saturating_add(1).min(total))
            }
            (Some(start), None) if last.is_empty() => (start, total),
            (None, Some(suffix)) if first.is_empty() => (total.saturating_sub(suffix), total),
            _ => return Self::Whole,
        };
        if start < end {
            Self::Part(ByteRange { start, end, total })
        } else {
            Self::Unsatisfiable
        }
    }
}

impl ByteRange {
    pub(crate) fn len(self) -> u64 {
        self.end - self.start
    }
}

/// As in `Content-Range`.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}-{}/{}", self.start, self.end - 1, self.total)
    }
}

fn split(range: &str) -> Option<(&str, &str)> {
    let (unit, set) = range.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    unit.trim()
        .eq_ignore_ascii_case("bytes")
        .then_some((first, last))
}

/// Digits only; more of them than fit count as the largest number.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_of_ten_bytes() {
        for (range, expected) in [
            ("bytes=0-4", Some((0, 5))),
            ("bytes=5-", Some((5, 10))),
            ("bytes=-3", Some((7, 10))),
            ("bytes=-30", Some((0, 10))),
            ("bytes=0-99999999999999999999999", Some((0, 10))),
            ("BYTES=9-9", Some((9, 10))),
            ("bytes= 0-0", Some((0, 1))),
        ] {
            let expected = expected.map(|(start, end)| {
                Wanted::Part(ByteRange {
                    start,
                    end,
                    total: 10,
                })
            });
            assert_eq!(Some(Wanted::parse(range, 10)), expected, "{range}");
        }
        for range in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(Wanted::parse(range, 10), Wanted::Unsatisfiable, "{range}");
        }
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=4-3",
            "bytes=a-b",
            "bytes=0-1,4-5",
            "lines=0-1",
            "bytes=+1-2",
            "bytes=1-x",
        ] {
            assert_eq!(Wanted::parse(range, 10), Wanted::Whole, "{range}");
        }
        assert_eq!(Wanted::parse("bytes=0-", 0), Wanted::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_lies_inside(range in "(bytes=)?[0-9]{0,20}-?[0-9]{0,20}.{0,3}", total: u64) {
            if let Wanted::Part(part) = Wanted::parse(&range, total) {
                prop_assert!(part.start < part.end && part.end <= total);
                prop_assert_eq!(part.len(), part.end - part.start);
            }
        }
    }
}
