//! The loop guard: a circuit breaker for reloads.

use super::memory::Memory;

/// More counted acts than this within the window are a loop.
const MOST_COUNTED: usize = 3;

/// So many acts of any kind within the window are a loop too: nobody saves that fast, but a stream
/// with a new id for each connection does.
const MOST: usize = 30;

impl Memory {
    /// Whether the loop guard lets an act through at `now` (wall clock), and takes note of it then;
    /// `window` is how long it looks back.
    ///
    /// After a pause one act is let through on trial; a second counted one within the window pauses
    /// again.
    pub(super) fn admit(&mut self, now: u64, window: u64, counted: bool) -> bool {
        let recent = |at: &u64| *at <= now && now - *at < window;
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
        self.acts.clear();
        self.acts.push(now);
        self.counted.clone_from(&self.acts);
        self.trial = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: u64 = 10_000;

    #[test]
    fn the_fourth_within_ten_seconds_is_refused() {
        let mut memory = Memory::default();
        for at in [0, 3_000, 6_000] {
            assert!(memory.admit(at, WINDOW, true));
        }
        assert!(!memory.admit(9_999, WINDOW, true));
        assert!(memory.admit(9_999, WINDOW, false), "an ordinary restart");
        assert!(
            memory.admit(10_000, WINDOW, true),
            "the first has left the window"
        );
    }

    #[test]
    fn the_thirty_first_of_any_kind_is_refused() {
        let mut memory = Memory::default();
        for at in 0..30 {
            assert!(memory.admit(at, WINDOW, false));
        }
        assert!(!memory.admit(31, WINDOW, false));
        assert!(memory.admit(10_000, WINDOW, false));
    }

    #[test]
    fn after_a_pause_a_second_one_is_refused_at_once() {
        let mut memory = Memory::default();
        memory.admit_on_trial(20_000);
        assert!(!memory.admit(20_100, WINDOW, true));
        assert!(memory.admit(30_000, WINDOW, true), "quiet again");
        assert!(memory.admit(30_001, WINDOW, true));
        assert!(!memory.trial);
    }

    #[test]
    fn a_clock_that_steps_back_does_not_pause() {
        let mut memory = Memory::default();
        for _ in 0..3 {
            assert!(memory.admit(1_000_000, WINDOW, true));
        }
        assert!(memory.admit(1_000, WINDOW, true));
    }
}
