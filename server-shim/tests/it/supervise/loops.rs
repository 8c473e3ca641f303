//! A backend that changes the files that it is restarted for.

use super::{Args, Run, answering, run};

#[test]
fn a_loop_is_found_named_and_paused() {
    let mut run = run("writes=counter.txt", &["--heartbeat", "1s"]);
    let line = run.shim.line("each restart changes ");
    assert!(line.contains("--ignore counter.txt"), "{line}");
    let starts = run.starts();
    assert!((3..=12).contains(&starts), "{starts}");
    run.await_quiet();
    let starts = run.starts();

    // A person's save goes on as ever; whether it is the cure shows anew.
    run.save("two\n");
    run.story.id();
    run.await_quiet();
    assert_eq!(run.answer(), "two");
    let more = run.starts() - starts;
    assert!((1..=6).contains(&more), "{more}");
}

impl Run {
    /// Until a service that is ready has been so from one ping to the next but one.
    fn await_quiet(&mut self) {
        let mut quiet = 0;
        while quiet < 2 {
            match self.story.next().name.as_str() {
                "ping" if self.shim.health()["status"] == "ready" => quiet += 1,
                _ => quiet = 0,
            }
        }
    }
}

#[test]
fn what_is_ignored_is_no_loop() {
    let args = ["--ignore", "counter.txt", "--heartbeat", "1s"];
    let mut run = Run::start(answering("writes=counter.txt").args(&args));
    run.story.named("ping");
    assert_eq!(run.starts(), 1);
}
