//! Plays a scenario and puts it on record.

use std::cell::RefCell;
use std::env;
use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::driver::Engine;

/// What tells the runner which scenario was really played in which browser: a file to which a line
/// is added for each.
const LEDGER: &str = "SERVER_RELOAD_E2E_LEDGER";

/// A scenario that takes longer hangs.
const LONGEST: Duration = Duration::from_mins(5);

/// Where every scenario is played, and where the browsers' sessions live, which outlive scenarios.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

thread_local! {
    /// The browsers that the scenario of this thread has used.
    static USED: RefCell<Vec<(Engine, String)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        let built = Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build();
        built.expect("a runtime")
    })
}

/// Takes note of a browser that this thread's scenario uses.
pub(crate) fn uses(engine: Engine, version: &str) {
    USED.with_borrow_mut(|used| used.push((engine, version.to_owned())));
}

/// Plays `scenario`, which has to use `engine` and no other.
pub fn play(engine: Engine, scenario: impl Future<Output = ()>) {
    let begun = Instant::now();
    runtime().block_on(async {
        let mut scenario = pin!(scenario);
        // It is still there while this panics, so that its browser shows what it was at.
        let played = timeout(LONGEST, scenario.as_mut()).await;
        assert!(played.is_ok(), "it is not done after {LONGEST:?}");
    });
    let used = USED.take();
    assert!(
        !used.is_empty() && used.iter().all(|(it, _)| *it == engine),
        "it has to be played in {engine:?}, not in {used:?}"
    );
    record(engine, begun.elapsed(), &used[0].1);
}

/// The name of the scenario that this thread plays.
pub(crate) fn name() -> String {
    thread::current().name().unwrap_or("e2e").to_owned()
}

fn record(engine: Engine, took: Duration, version: &str) {
    let Some(file) = env::var_os(LEDGER) else {
        return;
    };
    let (seconds, name) = (took.as_secs_f64(), name());
    let line = format!("{engine:?}\t{seconds:.1}\t{name}\t{version}\n");
    let opened = OpenOptions::new().create(true).append(true).open(file);
    opened
        .expect("a ledger")
        .write_all(line.as_bytes())
        .expect("a line in the ledger");
}
