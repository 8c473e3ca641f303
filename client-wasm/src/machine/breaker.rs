//! The loop guard: a circuit breaker for reloads.

use super::memory::Memory;

/// The window, and the quiet after which a paused page goes on, in milliseconds.
pub(super) const WINDOW: u64 = 10_000;

/// More counted acts than this within the window are a loop.
const MOST: usize = 3;

impl Memory {
    /// Whether the loop guard lets a counted act through at `now` (wall clock), and counts it then.
    ///
    /// After a pause one act is let through on trial; a second one within the window pauses again.
    pub(super) fn admit(&mut self, now: u64) -> bool {
        self.counted.retain(|at| *at <= now && now - *at < WINDOW);
        if self.counted.is_empty() {
            self.trial = false;
        }
        let most = if self.trial { 1 } else { MOST };
        if self.counted.len() >= most {
            return false;
        }
        self.counted.push(now);
        true
    }

    /// Lets one act through after a pause.
    pub(super) fn admit_on_trial(&mut self, now: u64) {
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
            assert!(memory.admit(at));
        }
        assert!(!memory.admit(9_999));
        assert!(memory.admit(10_000), "the first has left the window");
    }

    #[test]
    fn after_a_pause_a_second_one_is_refused_at_once() {
        let mut memory = Memory::default();
        memory.admit_on_trial(20_000);
        assert!(!memory.admit(20_100));
        assert!(memory.admit(30_000), "quiet again");
        assert!(memory.admit(30_001));
        assert!(!memory.trial);
    }

    #[test]
    fn a_clock_that_steps_back_does_not_pause() {
        let mut memory = Memory::default();
        for _ in 0..3 {
            assert!(memory.admit(1_000_000));
        }
        assert!(memory.admit(1_000));
    }
}
