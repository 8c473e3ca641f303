//! What was told lately.

use std::collections::VecDeque;

use bytes::Bytes;

/// So many events are kept for slow readers.
const KEPT: usize = 256;

/// The last events, numbered from 0 on.
#[derive(Debug, Default)]
pub(super) struct Log {
    next: u64,
    events: VecDeque<Bytes>,
}

impl Log {
    /// The number of the next event.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Drops the oldest event where there are too many.
    pub(super) fn add(&mut self, event: Bytes) {
        self.next += 1;
        self.events.push_back(event);
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
    }

    /// From this number on, as far as they are kept.
    pub(super) fn since(&self, number: u64) -> Vec<Bytes> {
        let missing = usize::try_from(self.next.saturating_sub(number)).unwrap_or(usize::MAX);
        let first = self.events.len().saturating_sub(missing);
        self.events.iter().skip(first).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest() {
        let mut log = Log::default();
        for number in 0..300_u32 {
            log.add(number.to_string().into());
        }
        assert_eq!(log.next(), 300);
        assert_eq!(log.since(0).len(), KEPT);
        assert_eq!(log.since(298), ["298", "299"]);
        assert!(log.since(300).is_empty());
    }
}
