//! Waiting for something that is about to exist.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::config::Patience;

/// How long it was waited, and how often it was looked meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waited {
    pub(crate) attempts: u32,
    pub(crate) time: Duration,
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.attempts == 1 { "" } else { "s" };
        let (attempts, time) = (self.attempts, self.time.as_secs_f64());
        write!(f, "after {attempts} attempt{s} in {time:.3} s")
    }
}

/// Looks for something at once, whenever `changes` tells that it may have come, and every `retry_delay`,
/// until it is there or `max_wait` is over.
///
/// What is told between two looks is not missed: `changes` retains it.
///
/// # Errors
///
/// The figures, where it has not come.
pub(crate) async fn await_resource<T, C>(
    mut lookup: impl FnMut() -> Option<T>,
    changes: &mut watch::Receiver<C>,
    patience: Patience,
) -> Result<(T, Waited), Waited> {
    let began = Instant::now();
    let deadline = began + patience.max_wait;
    let mut attempts = 0;
    loop {
        let now = Instant::now();
        attempts += 1;
        let found = lookup();
        let waited = Waited {
            attempts,
            time: now - began,
        };
        if let Some(found) = found {
            return Ok((found, waited));
        }
        if now >= deadline {
            return Err(waited);
        }
        tokio::select! {
            biased;
            () = changed(changes) => {}
            () = sleep_until(deadline.min(now + patience.retry_delay)) => {}
        }
    }
}

/// Where nobody is left to tell, only looking helps.
async fn changed<C>(changes: &mut watch::Receiver<C>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const PATIENCE: Patience = Patience {
        retry_delay: Duration::from_millis(200),
        max_wait: Duration::from_secs(6),
    };

    fn waited(attempts: u32, millis: u64) -> Waited {
        Waited {
            attempts,
            time: Duration::from_millis(millis),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_found_at_once() {
        let (_tell, mut changes) = watch::channel(());
        let found = await_resource(|| Some(1), &mut changes, PATIENCE).await;
        assert_eq!(found, Ok((1, waited(1, 0))));
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_wakes_who_waits() {
        let (tell, mut changes) = watch::channel(false);
        let there = tell.subscribe();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            tell.send_replace(true);
            std::future::pending::<()>().await;
        });
        let lookup = || there.borrow().then_some(());
        let found = await_resource(lookup, &mut changes, PATIENCE).await;
        assert_eq!(found, Ok(((), waited(2, 50))));
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_while_it_is_looked_for_is_not_missed() {
        let (tell, mut changes) = watch::channel(());
        let looks = Cell::new(0);
        let lookup = || {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                tell.send_replace(());
                return None;
            }
            Some(())
        };
        let found = await_resource(lookup, &mut changes, PATIENCE).await;
        assert_eq!(found, Ok(((), waited(2, 0))));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_tell_is_looked_for_now_and_then() {
        let (tell, mut changes) = watch::channel(());
        drop(tell);
        let came = Instant::now() + Duration::from_millis(450);
        let lookup = || (Instant::now() >= came).then_some(());
        let found = await_resource(lookup, &mut changes, PATIENCE).await;
        assert_eq!(found, Ok(((), waited(4, 600))));
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_given_up_with_both_figures() {
        let (_tell, mut changes) = watch::channel(());
        let found = await_resource(|| None::<()>, &mut changes, PATIENCE).await;
        assert_eq!(found, Err(waited(31, 6000)));
        let text = waited(31, 6000).to_string();
        assert_eq!(text, "after 31 attempts in 6.000 s");
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_look_is_at_the_deadline() {
        let (_tell, mut changes) = watch::channel(());
        let patience = Patience {
            retry_delay: Duration::from_mins(1),
            max_wait: Duration::from_secs(1),
        };
        let came = Instant::now() + Duration::from_secs(1);
        let lookup = || (Instant::now() >= came).then_some(());
        let found = await_resource(lookup, &mut changes, patience).await;
        assert_eq!(found, Ok(((), waited(2, 1000))));
        let never = await_resource(
            || None::<()>,
            &mut changes,
            Patience {
                max_wait: Duration::ZERO,
                ..patience
            },
        );
        assert_eq!(never.await, Err(waited(1, 0)));
    }
}
