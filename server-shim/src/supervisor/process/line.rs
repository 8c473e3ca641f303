//! From bytes to lines.

/// The longest line, in bytes; a longer one comes in parts.
const LONGEST: usize = 16 * 1024;

/// Cuts what comes in pieces into lines. What is not UTF-8 is replaced.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    pending: Vec<u8>,
}

impl Splitter {
    /// Tells the lines that are complete by now, without their line breaks.
    pub(super) fn push(&mut self, bytes: &[u8], mut tell: impl FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.pending.extend_from_slice(piece);
            self.cut(&mut tell);
            if self.pending.last() == Some(&b'\n') {
                self.pending.pop();
                self.end(&mut tell);
            }
        }
    }

    /// Tells the last line, where it has no line break.
    pub(super) fn finish(&mut self, tell: impl FnMut(&str)) {
        if !self.pending.is_empty() {
            self.end(tell);
        }
    }

    fn end(&mut self, mut tell: impl FnMut(&str)) {
        let line = self.pending.strip_suffix(b"\r").unwrap_or(&self.pending);
        tell(&String::from_utf8_lossy(line));
        self.pending.clear();
    }

    fn cut(&mut self, mut tell: impl FnMut(&str)) {
        while self.pending.len() > LONGEST + 1 {
            let part: Vec<u8> = self.pending.drain(..boundary(&self.pending)).collect();
            tell(&String::from_utf8_lossy(&part));
        }
    }
}

/// The last place up to [`LONGEST`] that is not within a character.
fn boundary(bytes: &[u8]) -> usize {
    let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    let mut steps = (LONGEST - 3..=LONGEST).rev();
    steps.find(begins).unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        for piece in pieces {
            splitter.push(piece, |line| lines.push(line.to_owned()));
        }
        splitter.finish(|line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        let cases: [(&[&[u8]], &[&str]); 8] = [
            (&[b"a\nb\n"], &["a", "b"]),
            (&[b"a", b"b\nc"], &["ab", "c"]),
            (&[b"a\r\n", b"\n", b"b\r"], &["a", "", "b"]),
            (&[b"\xc3", b"\xa9\n"], &["\u{e9}"]),
            (&[b"a\xffb\n"], &["a\u{fffd}b"]),
            (&[b"\x1b[1mbold\x1b[0m\n"], &["\u{1b}[1mbold\u{1b}[0m"]),
            (&[b""], &[]),
            (&[b"no end"], &["no end"]),
        ];
        for (pieces, expected) in cases {
            assert_eq!(lines(pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn a_very_long_line_comes_in_parts_and_nothing_is_lost() {
        // One byte, then two at a time: each cut would fall within a character.
        let long = format!("x{}", "\u{e9}".repeat(3 * LONGEST));
        let pieces: Vec<&[u8]> = long.as_bytes().chunks(1000).collect();
        let parts = lines(&pieces);
        assert!(parts.len() > 5, "{} parts", parts.len());
        assert!(parts.iter().all(|part| part.len() <= LONGEST + 1));
        assert_eq!(parts.concat(), long);
        let exact = format!("{}\n", "a".repeat(LONGEST));
        assert_eq!(lines(&[exact.as_bytes()]), [exact.trim_end()]);
    }
}
