//! How long to wait before the next connection attempt.

/// Steps of the ladder: until so many milliseconds after the loss, attempts come so many apart.
const LADDER: [(u64, u64); 3] = [(500, 50), (2_000, 100), (10_000, 250)];

/// The distance of attempts past the last step, in milliseconds.
const SLOWEST: u64 = 1_000;

/// The first wait, in milliseconds; it doubles until it meets the ladder. A server that gives up its
/// listening socket refuses the attempt that comes at once, and is often back a few milliseconds later.
const SHORTEST: u64 = 5;

/// Half of the first wait for news of a restart, in milliseconds; it doubles up to a second and a half.
const SHORTEST_LOOK: u64 = 50;

/// How many times slower a hidden page asks.
const HIDDEN_FACTOR: u64 = 4;

/// The wait in milliseconds before attempt number `attempt` (the first is 0), `elapsed` milliseconds
/// after the connection was lost.
///
/// The first attempt comes at once: a server that keeps its listening socket over a restart answers
/// it the moment it can. `chance` spreads the attempts of many pages by up to a fifth either way; it
/// is any byte, evenly distributed.
#[must_use]
pub fn wait(attempt: u32, elapsed: u64, hidden: bool, chance: u8) -> u64 {
    if attempt == 0 {
        return 0;
    }
    let step = LADDER
        .iter()
        .find(|(until, _)| elapsed < *until)
        .map_or(SLOWEST, |(_, apart)| *apart)
        .min(SHORTEST << (attempt - 1).min(8));
    spread(step, hidden, chance)
}

/// The wait past the last step, whatever came before.
#[must_use]
pub fn slowest(hidden: bool, chance: u8) -> u64 {
    spread(SLOWEST, hidden, chance)
}

/// The wait before the record of a restart is asked for again, `idle` times after the last news.
#[must_use]
pub fn look(idle: u32, hidden: bool, chance: u8) -> u64 {
    spread(SHORTEST_LOOK << idle.min(5), hidden, chance)
}

fn spread(step: u64, hidden: bool, chance: u8) -> u64 {
    let spread = step * 4 / 5 + step * 2 * u64::from(chance) / (5 * 255);
    if hidden {
        spread * HIDDEN_FACTOR
    } else {
        spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The byte that leaves a step as it stands.
    const MIDDLE: u8 = 128;

    #[test]
    fn first_attempt_is_immediate() {
        assert_eq!(wait(0, 0, false, 255), 0);
        assert_eq!(wait(0, 60_000, true, 255), 0);
    }

    #[test]
    fn ladder() {
        for (elapsed, expected) in [
            (0, 50),
            (499, 50),
            (500, 100),
            (1_999, 100),
            (2_000, 250),
            (9_999, 250),
            (10_000, 1_000),
            (u64::MAX / 8, 1_000),
        ] {
            let waited = wait(9, elapsed, false, MIDDLE);
            assert!(
                waited.abs_diff(expected) <= expected / 100 + 1,
                "{waited} ms at {elapsed} ms, expected about {expected}"
            );
        }
    }

    #[test]
    fn the_first_waits_double_until_they_meet_the_ladder() {
        let waits = [1, 2, 3, 4, 5].map(|attempt| wait(attempt, 0, false, MIDDLE));
        assert_eq!(waits, [5, 10, 20, 40, 50]);
    }

    #[test]
    fn jitter_is_a_fifth_either_way() {
        assert_eq!(wait(9, 600, false, 0), 80);
        assert_eq!(wait(9, 600, false, 255), 120);
    }

    #[test]
    fn hidden_pages_ask_four_times_slower() {
        for chance in [0, 7, 255] {
            assert_eq!(wait(2, 0, true, chance), 4 * wait(2, 0, false, chance));
        }
    }
}
