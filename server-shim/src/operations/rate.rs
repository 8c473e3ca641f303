//! How often restarts may be asked for.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::store::Store;

/// Over which it is counted.
const WINDOW: Duration = Duration::from_secs(10);

/// So many requests are heard in a window; most of a storm only join the restart that runs.
const REQUESTS: usize = 200;

/// So many restarts are begun on demand in a window.
const BEGUN: usize = 10;

/// The requests of the last window.
#[derive(Debug, Default)]
pub(super) struct Rate(VecDeque<Instant>);

impl Rate {
    /// Whether one more request is heard; else after how long.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        while self.0.front().is_some_and(|at| is_over(*at, now)) {
            self.0.pop_front();
        }
        if self.0.len() >= REQUESTS {
            return Err(left(self.0.front(), now));
        }
        self.0.push_back(now);
        Ok(())
    }
}

/// Whether one more restart may be begun on demand; else after how long.
pub(super) fn open(now: Instant, store: &Store) -> Result<(), Duration> {
    let begun = store.begun_on_demand().filter(|at| !is_over(*at, now));
    let begun: Vec<Instant> = begun.collect();
    // The newest that still has to leave the window.
    match begun.len().checked_sub(BEGUN) {
        Some(last) => Err(left(begun.get(last), now)),
        None => Ok(()),
    }
}

fn is_over(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) >= WINDOW
}

/// Until this is no longer in the window.
fn left(oldest: Option<&Instant>, now: Instant) -> Duration {
    let age = oldest.map(|at| now.saturating_duration_since(*at));
    WINDOW.saturating_sub(age.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{begun, closed, now_at};
    use super::*;
    use server_reload_protocol::payload::{OperationCause, OperationStatus};

    fn ended(cause: OperationCause, count: usize, now: Instant) -> Store {
        let mut store = Store::default();
        for at in 0..count {
            let id = format!("op{at}");
            store.open(begun(&id, cause), None, now_at(now));
            store.close(&id, closed(OperationStatus::Restarted), true, now_at(now));
        }
        store
    }

    #[test]
    fn a_storm_is_heard_up_to_a_bound() {
        let now = Instant::now();
        let mut rate = Rate::default();
        for _ in 0..REQUESTS {
            assert_eq!(rate.admit(now), Ok(()));
        }
        assert_eq!(rate.admit(now), Err(WINDOW));
        let later = now + WINDOW / 2;
        assert_eq!(rate.admit(later), Err(WINDOW / 2));
        assert_eq!(rate.admit(now + WINDOW), Ok(()));
    }

    #[test]
    fn so_many_are_begun_on_demand_and_no_more() {
        let now = Instant::now();
        assert_eq!(
            open(now, &ended(OperationCause::Api, BEGUN - 1, now)),
            Ok(())
        );
        let mut store = ended(OperationCause::Api, BEGUN, now);
        let later = now + WINDOW / 4;
        assert_eq!(open(later, &store), Err(WINDOW * 3 / 4));
        assert_eq!(open(now + WINDOW, &store), Ok(()));
        // Another service's that runs changes nothing; it counts as well.
        store.open(begun("more", OperationCause::Page), None, now_at(later));
        assert_eq!(open(later, &store), Err(WINDOW * 3 / 4));
    }

    #[test]
    fn more_than_allowed_have_to_leave_the_window_first() {
        let now = Instant::now();
        let mut store = ended(OperationCause::Api, 3, now);
        let later = now + WINDOW / 2;
        for at in 0..BEGUN {
            let id = format!("later{at}");
            store.open(begun(&id, OperationCause::Api), None, now_at(later));
        }
        assert_eq!(open(later, &store), Err(WINDOW));
    }

    #[test]
    fn what_files_and_keys_begin_does_not_count() {
        let now = Instant::now();
        for cause in [
            OperationCause::Files,
            OperationCause::Key,
            OperationCause::Crash,
        ] {
            let store = ended(cause, 3 * BEGUN, now);
            assert_eq!(open(now, &store), Ok(()));
        }
    }
}
