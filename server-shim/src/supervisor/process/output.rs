//! What a service has written.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::supervisor::{Reporter, Speaker};

/// How many lines are kept.
const KEPT_LINES: usize = 200;

/// The last lines of a service, and who hears them; a handle, cheap to clone.
#[derive(Clone)]
pub(crate) struct Output(Arc<Inner>);

struct Inner {
    service: String,
    reporter: Option<Arc<dyn Reporter>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    listeners: Vec<mpsc::UnboundedSender<String>>,
}

impl Output {
    /// Of the service of this name.
    pub(crate) fn new(service: &str, reporter: Arc<dyn Reporter>) -> Self {
        Self::with(service, Some(reporter))
    }

    /// Kept, and told to nobody.
    pub(crate) fn mute() -> Self {
        Self::with("", None)
    }

    fn with(service: &str, reporter: Option<Arc<dyn Reporter>>) -> Self {
        Self(Arc::new(Inner {
            service: service.to_owned(),
            reporter,
            kept: Mutex::default(),
        }))
    }

    /// The last lines, as many as fit, with their ANSI escapes. Of a last line that is too long, its end.
    pub(crate) fn tail(&self, max_bytes: usize) -> String {
        let kept = self.kept();
        // Each takes a line break with it, but the last.
        let mut taken = 0;
        let fits = kept.lines.iter().rev().take_while(|line| {
            taken += line.len() + 1;
            taken <= max_bytes.saturating_add(1)
        });
        let mut lines: Vec<&str> = fits.map(String::as_str).collect();
        if lines.is_empty() {
            lines.extend(kept.lines.back().map(|line| end_of(line, max_bytes)));
        }
        lines.reverse();
        lines.join("\n")
    }

    /// Forgets what was written, before the next start.
    pub(crate) fn clear(&self) {
        self.kept().lines.clear();
    }

    /// The lines that are kept by now, then each that follows: none is missed that came since [`Output::clear`].
    pub(crate) fn watch_lines(&self) -> Lines {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut kept = self.kept();
        for line in &kept.lines {
            // The receiver is right here.
            let _ = sender.send(line.clone());
        }
        kept.listeners.push(sender);
        Lines(receiver)
    }

    pub(super) fn push(&self, speaker: Speaker, line: &str) {
        {
            let mut kept = self.kept();
            kept.lines.push_back(line.to_owned());
            if kept.lines.len() > KEPT_LINES {
                kept.lines.pop_front();
            }
            let heard = |listener: &mpsc::UnboundedSender<_>| listener.send(line.to_owned());
            kept.listeners.retain(|listener| heard(listener).is_ok());
        }
        if let Some(reporter) = &self.0.reporter {
            reporter.output(&self.0.service, speaker, line);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Output").field(&self.0.service).finish()
    }
}

fn end_of(line: &str, max_bytes: usize) -> &str {
    let start = line.len().saturating_sub(max_bytes);
    let start = (start..=line.len()).find(|at| line.is_char_boundary(*at));
    line.get(start.unwrap_or_default()..).unwrap_or_default()
}

/// Lines as they are written.
#[derive(Debug)]
pub(crate) struct Lines(mpsc::UnboundedReceiver<String>);

impl Lines {
    /// The next one. Waits for ever where the output is gone.
    pub(crate) async fn next(&mut self) -> String {
        match self.0.recv().await {
            Some(line) => line,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines_that_fit() {
        let output = Output::mute();
        assert_eq!(output.tail(100), "");
        for number in 0..300 {
            output.push(Speaker::Stdout, &number.to_string());
        }
        let all = output.tail(10_000);
        assert_eq!(all.lines().count(), KEPT_LINES);
        assert!(all.starts_with("100\n") && all.ends_with("\n299"), "{all}");
        let cases = [
            (3, "299"),
            (2, "99"),
            (6, "299"),
            (7, "298\n299"),
            (10, "298\n299"),
            (0, ""),
        ];
        for (max, expected) in cases {
            assert_eq!(output.tail(max), expected, "{max} bytes");
        }
        output.push(Speaker::Stderr, "\u{e9}\u{e9}");
        assert_eq!(output.tail(3), "\u{e9}", "never within a character");
        output.clear();
        assert_eq!(output.tail(100), "");
    }

    #[tokio::test]
    async fn lines_written_before_and_after_are_heard() {
        let output = Output::mute();
        output.push(Speaker::Stdout, "before");
        let mut lines = output.watch_lines();
        output.push(Speaker::Stderr, "after");
        assert_eq!(lines.next().await, "before");
        assert_eq!(lines.next().await, "after");
        drop(lines);
        output.push(Speaker::Stdout, "nobody hears");
        assert!(output.kept().listeners.is_empty());
    }
}
