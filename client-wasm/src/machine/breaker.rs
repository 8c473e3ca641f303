//! The loop guard: a circuit breaker for reloads.

use super::memory::Memory;

/// The window, and the quiet after which a paused page goes on, in milliseconds.
pub(super) const WINDOW: u64 = 10_000;

/// More counted acts than this within the window are a loop.
const MOST_COUNTED: usize = 3;

/// So many acts of any kind within the window are a loop too: nobody saves that fast, but a stream
/// with a new id for each connection does.
const MOST: usize = 30;

impl Memory {
    /// Whether the loop guard lets an act through at `now` (wall clock), and takes note of it then.
    ///
    /// After a pause one act is let through on trial; a second counted one within the window pauses
    /// again.
    pub(super) fn admit(&mut self, now: u64, counted: bool) -> bool {
        let recent = |at: &u64| *at <= now && now - *at < WINDOW;
        self.acts.retain(recent);
        self.counted.retain(recent);
        if self.counted.is_empty() {
            self.trial = false;
        }
        let most = if self.trial { 1 } else { MOST_COUNTED };
        if self.acts.len() >= MOST || counted && self.counted.len() >= most {
            return false;
        }
        self.acts.push(now);
        if counted {
            self.counted.push(now);
        }
        true
    }

    /// Lets one act through after a pause.
    pub(super) fn admit_on_trial(&mut self, now: u64) {
        self.acts = vec![now];
        self.counted = vec![now];
        self.trial = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_within_ten_seconds_is_refused() {
        let mut memory = Memory::default();
        for at in [0, 3_000, 6_000] {
            assert!(memory.admit(at, true));
        }
        assert!(!memory.admit(9_999, true));
        assert!(memory.admit(9_999, false), "an ordinary restart");
        assert!(memory.admit(10_000, true), "the first has left the window");
    }

    #[test]
    fn the_thirty_first_of_any_kind_is_refused() {
        let mut memory = Memory::default();
        for at in 0..30 {
            assert!(memory.admit(at, false));
        }
        assert!(!memory.admit(31, false));
        assert!(memory.admit(10_000, false));
    }

    #[test]
    fn after_a_pause_a_second_one_is_refused_at_once() {
        let mut memory = Memory::default();
        memory.admit_on_trial(20_000);
        assert!(!memory.admit(20_100, true));
        assert!(memory.admit(30_000, true), "quiet again");
        assert!(memory.admit(30_001, true));
        assert!(!memory.trial);
    }

    #[test]
    fn a_clock_that_steps_back_does_not_pause() {
        let mut memory = Memory::default();
        for _ in 0..3 {
            assert!(memory.admit(1_000_000, true));
        }
        assert!(memory.admit(1_000, true));
    }
}
