//! Finds out what the machine wants to know, and tells what it says.

use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::ended::Ends;
use super::look::{Pulse, look, sockets};
use super::machine::{Asked, Input, Machine, Sight};
use super::probe::ask;
use super::seen::Seen;
use super::target::Target;
use super::wants::{Look, Probe, Wants};
use crate::supervisor::{Attach, Ready};

/// Observes it for ever. Cancelled by dropping.
pub(crate) async fn observe(attach: &Attach, ready: &Ready, tell: impl Fn(Seen) + Send + Sync) {
    observe_aloud(attach, ready, tell, |_| ()).await;
}

/// As [`observe`]; `heard` is told each thing that is found out.
pub(super) async fn observe_aloud(
    attach: &Attach,
    ready: &Ready,
    tell: impl Fn(Seen) + Send + Sync,
    heard: impl Fn(&Input) + Send + Sync,
) {
    let target = Target::new(attach);
    let mut observer = Observer {
        here: target.is_here().await,
        target,
        ready: ready.clone(),
        machine: Machine::new(asked(ready)),
        began: Instant::now(),
        ends: Ends::default(),
        pulse: None,
    };
    observer.run(tell, heard).await;
}

/// A log line is never seen of a process that is not ours.
fn asked(ready: &Ready) -> Asked {
    match ready {
        Ready::Http(_) => Asked::Url,
        Ready::Tcp(_) => Asked::Tcp,
        Ready::Listens | Ready::Log(_) => Asked::Listens,
    }
}

struct Observer {
    target: Target,
    /// Whether it is on this machine.
    here: bool,
    ready: Ready,
    machine: Machine,
    began: Instant,
    ends: Ends,
    /// As it was before the last look.
    pulse: Option<Pulse>,
}

type Doing<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Something under way, and how it was wanted.
type Task<W, T> = Option<(W, Doing<T>)>;

#[derive(Default)]
struct Tasks {
    look: Task<Look, (Input, Option<Pulse>)>,
    probe: Task<(Probe, Duration), Answer>,
}

impl Observer {
    async fn run(&mut self, tell: impl Fn(Seen), heard: impl Fn(&Input)) {
        let mut tasks = Tasks::default();
        loop {
            self.start(&mut tasks, self.machine.wants());
            self.ends.watch(&self.machine.procs());
            let input = tokio::select! {
                () = self.ends.next() => Input::Ended,
                (input, pulse) = done(&mut tasks.look) => {
                    self.pulse = pulse;
                    input
                }
                answer = done(&mut tasks.probe) => Input::Answered(answer),
            };
            heard(&input);
            for seen in self.machine.step(self.began.elapsed(), input) {
                tell(seen);
            }
        }
    }

    /// What is no longer wanted is dropped; what is wanted as before goes on.
    fn start(&mut self, tasks: &mut Tasks, wants: Wants) {
        if tasks.look.as_ref().map(|it| it.0) != wants.look {
            tasks.look = wants.look.map(|look| (look, self.look(look)));
        }
        if tasks.probe.as_ref().map(|it| it.0) != wants.probe {
            tasks.probe = wants.probe.map(|wanted| (wanted, self.probe(wanted)));
        }
    }

    fn look(&self, wanted: Look) -> Doing<(Input, Option<Pulse>)> {
        let at = self.began + wanted.at;
        let (here, port) = (self.here, self.target.port());
        let (before, procs) = (self.pulse.clone(), self.machine.procs());
        Box::pin(async move {
            sleep_until(at).await;
            if !here {
                return (Input::Looked(Sight::Untold), None);
            }
            let sockets = sockets(port).await;
            let looking = spawn_blocking(move || {
                let now = Pulse::take(&sockets, &procs);
                let unchanged = !wanted.full && now.is_some() && now == before;
                let input = if unchanged {
                    Input::Unchanged
                } else {
                    Input::Looked(look(port, sockets))
                };
                (input, now)
            });
            match looking.await {
                Ok(found) => found,
                // The runtime ends.
                Err(_) => pending().await,
            }
        })
    }

    fn probe(&self, (probe, at): (Probe, Duration)) -> Doing<Answer> {
        let at = self.began + at;
        let (target, ready) = (self.target.clone(), self.ready.clone());
        Box::pin(async move {
            sleep_until(at).await;
            ask(probe, &target, &ready).await
        })
    }
}

/// Resolves when it is done, once. May be cancelled.
async fn done<W, T>(task: &mut Task<W, T>) -> T {
    let Some((_, doing)) = task else {
        return pending().await;
    };
    let found = doing.await;
    *task = None;
    found
}
