//! The end of an output.

use std::collections::VecDeque;

use server_reload_protocol::dashboard::Line;

/// So many lines are kept.
const MOST_LINES: usize = 400;

/// So many bytes are kept; a single line may have more.
const MOST_BYTES: usize = 64 * 1024;

/// The last lines, numbered from 0 on.
#[derive(Debug, Default)]
pub(super) struct Ring {
    next: u64,
    bytes: usize,
    lines: VecDeque<Line>,
}

impl Ring {
    /// The number of the next line.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Drops the oldest lines where there are too many.
    pub(super) fn push(&mut self, line: Line) {
        self.next += 1;
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > MOST_LINES || (self.bytes > MOST_BYTES && self.lines.len() > 1) {
            let dropped = self.lines.pop_front();
            self.bytes -= dropped.map_or(0, |line| line.text.len());
        }
    }

    /// The lines from this number on, and how many before them are not kept; `None` where there is none.
    pub(super) fn since(&self, number: u64) -> Option<(u64, Vec<Line>)> {
        let missing = self.next.saturating_sub(number);
        if missing == 0 {
            return None;
        }
        let kept = self.lines.len();
        let wanted = usize::try_from(missing).unwrap_or(usize::MAX).min(kept);
        let lines = self.lines.iter().skip(kept - wanted).cloned().collect();
        Some((missing - wanted as u64, lines))
    }
}

#[cfg(test)]
mod tests {
    use server_reload_protocol::dashboard::Writer;

    use super::*;

    fn line(text: &str) -> Line {
        Line {
            from: Writer::Stdout,
            text: text.to_owned(),
        }
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn it_keeps_the_newest_lines() {
        let mut ring = Ring::default();
        assert_eq!(ring.since(0), None);
        for number in 0..1000 {
            ring.push(line(&number.to_string()));
        }
        let (skipped, lines) = ring.since(0).unwrap_or_default();
        assert_eq!((skipped, lines.len()), (600, MOST_LINES));
        let (skipped, lines) = ring.since(998).unwrap_or_default();
        assert_eq!((skipped, texts(&lines)), (0, vec!["998", "999"]));
        assert_eq!(ring.since(1000), None);
    }

    #[test]
    fn it_keeps_no_more_than_so_many_bytes() {
        let mut ring = Ring::default();
        for _ in 0..100 {
            ring.push(line(&"x".repeat(1024)));
        }
        let (skipped, lines) = ring.since(0).unwrap_or_default();
        assert_eq!((skipped, lines.len()), (36, 64));
        ring.push(line(&"x".repeat(2 * MOST_BYTES)));
        let (skipped, lines) = ring.since(0).unwrap_or_default();
        assert_eq!((skipped, lines.len()), (100, 1), "a long one alone");
        ring.push(line("short"));
        let lines = ring.since(0).unwrap_or_default().1;
        assert_eq!(texts(&lines), ["short"]);
    }
}
