//! Carries out what the machine decides. It decides nothing itself.
//!
//! Everything that happens comes in as a [`Message`] on one channel; everything to be done goes to the
//! hub, to the person, or to a task of its own, which ends when it is dropped.

mod backend;
mod ended;
mod former;
mod look;
mod message;
mod observed;
mod operations;
mod ports;
mod refusal;
mod rest;
mod task;
mod tell;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::machine::{Effect, Input, Machine, Op, PortState, Run, ServiceNo, Timer};
use super::process::Guardian;
use super::records::Records;
use super::watch::{Reader, Watch};
use super::{News, Reporter, Service, Source, Supervision, records, watch};
use crate::shim::Shim;
use backend::Backend;
pub(super) use message::{Message, Sender};
use operations::Begun;
use task::Task;
use tell::Told;

/// How long a file that is still open may be quiet until it is taken for whole.
///
/// Where its closing is told, that is the sign; only who keeps a file open for good is waited for so
/// long. Elsewhere nothing else says that a writer has come to its end.
const OPEN_QUIET: Duration =
    Duration::from_millis(if cfg!(target_os = "linux") { 200 } else { 10 });

/// The machine, and what it has had made.
pub(super) struct Driver {
    machine: Machine,
    began: Instant,
    shim: Shim,
    reporter: Arc<dyn Reporter>,
    sender: Sender,
    messages: mpsc::UnboundedReceiver<Message>,
    /// What is to be told to the machine before anything else.
    inbox: VecDeque<Input>,
    timers: BTreeMap<Timer, Task>,
    backends: Vec<Backend>,
    watch: Option<Watch>,
    /// Where earlier runs have left theirs.
    records: Option<PathBuf>,
    /// The operations that have not ended, as others know them.
    ops: BTreeMap<Op, Begun>,
    /// The ids of those that were begun last, ended or not.
    ids: BTreeMap<Op, String>,
    /// The id that the operation which is asked for is to have.
    chosen: Option<String>,
    /// The id of the one that was last accepted.
    accepted: Option<String>,
    /// The last id that was made, in microseconds since the Unix epoch.
    last_id: u128,
    over: bool,
}

impl Driver {
    /// Begins to watch, and runs nothing yet.
    pub(super) fn new(
        supervision: Supervision,
        shim: Shim,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Self, watch::WatchError> {
        let (sender, messages) = mpsc::unbounded_channel();
        let sender = Sender(sender);
        let watch = start_watch(&supervision, &sender, &reporter)?;
        let shared = backend::Shared {
            sender: sender.clone(),
            reporter: Arc::clone(&reporter),
            guardian: start_guardian(&supervision),
            records: keep_records(&supervision),
            own_ports: supervision.own_ports.clone().into(),
        };
        let backends: Vec<_> = supervision
            .services
            .into_iter()
            .enumerate()
            .map(|(no, service)| Backend::new(no, service, shared.clone()))
            .collect();
        if !backends.is_empty() {
            shim.hub()
                .expect(backends.iter().map(Backend::health).collect());
        }
        let number = |name: &str| backends.iter().position(|it| it.service.name == name);
        let rules = backends.iter().map(|backend| backend.rules(number));
        Ok(Self {
            machine: Machine::new(rules, OPEN_QUIET),
            began: Instant::now(),
            shim,
            reporter,
            sender,
            messages,
            inbox: VecDeque::new(),
            timers: BTreeMap::new(),
            backends,
            watch,
            records: supervision.records,
            ops: BTreeMap::new(),
            ids: BTreeMap::new(),
            chosen: None,
            accepted: None,
            last_id: 0,
            over: false,
        })
    }

    /// By which it is told what happens.
    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Runs until everything that it has started has ended.
    pub(super) async fn run(mut self) {
        self.reclaim().await;
        self.backends.iter_mut().for_each(Backend::observe);
        self.tell(Input::Start);
        while !self.over {
            let Some(message) = self.messages.recv().await else {
                return;
            };
            if let Some(input) = self.receive(message) {
                self.tell(input);
            }
        }
    }

    /// Ends what an earlier run of ours has left behind.
    async fn reclaim(&self) {
        let (Some(folder), Ok(here)) = (self.records.clone(), std::env::current_dir()) else {
            return;
        };
        let wanted = self.backends.iter().flat_map(Backend::wanted_ports);
        let ports: Vec<u16> = wanted.collect();
        let reclaim = move || records::reclaim(&folder, &here, &ports);
        let reclaimed = tokio::task::spawn_blocking(reclaim).await;
        for pid in reclaimed.unwrap_or_default() {
            self.news(0, &News::Reclaimed { pid });
        }
    }

    /// Keeps what the machine need not know.
    fn receive(&mut self, message: Message) -> Option<Input> {
        match message {
            Message::Input(input) => {
                self.note(&input);
                Some(input)
            }
            Message::IsReady { service, run, is } => {
                self.backend_with(service, run)?.is_ready(is);
                Some(Input::Ready { service, run })
            }
            Message::Listens {
                service,
                run,
                ports,
                shared,
            } => {
                self.backend_with(service, run)?.listens(ports, shared);
                None
            }
            Message::Wants { service, port } => {
                self.backends.get_mut(service)?.wants(port);
                None
            }
            Message::HandedOver { service, run, is } => {
                let pid = self.backend_with(service, run)?.handed_over(is);
                Some(Input::HandedOver { service, run, pid })
            }
            Message::Ask(ask) => {
                self.asked(ask);
                None
            }
            Message::Seen(service, seen) => self.backends.get_mut(service)?.seen(seen),
        }
    }

    fn note(&mut self, input: &Input) {
        match input {
            Input::Gone { service, run, .. } => {
                if let Some(backend) = self.backend_with(*service, *run) {
                    backend.gone();
                }
            }
            Input::Port(service, state) => {
                if let Some(backend) = self.backends.get_mut(*service) {
                    backend.ports.held = *state != PortState::Free;
                }
            }
            _ => {}
        }
    }

    /// The backend, where this is the start of its present process.
    fn backend_with(&mut self, service: ServiceNo, run: Run) -> Option<&mut Backend> {
        self.backends.get_mut(service).filter(|it| it.is_of(run))
    }

    fn tell(&mut self, input: Input) {
        self.inbox.push_back(input);
        while let Some(input) = self.inbox.pop_front() {
            tracing::trace!("{input:?}");
            for effect in self.machine.step(self.began.elapsed(), input) {
                tracing::trace!("→ {effect:?}");
                self.carry_out(effect);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Read(paths) => self.read(paths),
            Effect::Arm(timer, after) => self.arm(timer, after),
            Effect::Disarm(timer) => drop(self.timers.remove(&timer)),
            Effect::Announce(service) => self.announce(service),
            Effect::Withdraw => self.shim.hub().identify(None),
            Effect::Change { kind, urls } => self.change(kind, urls),
            Effect::News(service, news) => self.tell_news(service, news),
            Effect::Done => self.over = true,
            Effect::Phase {
                service,
                phase,
                pid,
                reason,
                ops,
            } => self.phase(Told {
                service,
                phase,
                pid,
                reason,
                ops,
            }),
            Effect::Stands {
                service,
                phase,
                pid,
                ops,
            } => self.stands(service, phase, pid, &ops),
            Effect::Problem {
                service,
                title,
                output,
            } => self.problem(service, &title, &output),
            Effect::Solved(service) => self.solved(service),
            Effect::Opened {
                op,
                services,
                cause,
                plan,
            } => self.opened(op, services, &cause, plan),
            Effect::Accepted { op } => self.accepted(op),
            Effect::Turned {
                service,
                status,
                took,
            } => self.turned(service, status, took),
            Effect::Ended {
                op,
                service,
                outcome,
            } => self.ended(op, service, outcome),
            effect => self.work(&effect),
        }
    }

    fn arm(&mut self, timer: Timer, after: Duration) {
        let due = self.sender.clone();
        let run_out = async move {
            tokio::time::sleep(after).await;
            due.input(Input::Due(timer));
        };
        self.timers.insert(timer, Task::spawn(run_out));
    }

    /// What a backend does.
    fn work(&mut self, effect: &Effect) {
        let (Effect::Check(service, _)
        | Effect::StopCheck(service)
        | Effect::AwaitPort(service)
        | Effect::Spawn(service, _)
        | Effect::Stop(service)
        | Effect::Kill(service)
        | Effect::Probe(service, _)
        | Effect::AskProbe(service, _)) = effect
        else {
            return;
        };
        if let Some(backend) = self.backends.get_mut(*service) {
            self.inbox.extend(backend.work(effect));
        }
    }

    fn read(&mut self, paths: Vec<PathBuf>) {
        let reader: Option<Reader> = self.watch.as_ref().map(Watch::reader);
        let sender = self.sender.clone();
        let reporter = Arc::clone(&self.reporter);
        let metrics = Arc::clone(self.shim.metrics());
        // Not a task: it has to be answered once, and the file system decides how long it takes.
        tokio::task::spawn_blocking(move || {
            let seen = paths.len();
            let found = reader.map(|reader| reader.read(paths)).unwrap_or_default();
            if let Some(path) = found.config {
                reporter.news("", &News::NewConfig { path });
            }
            metrics.changes(seen, found.changes.len());
            sender.input(Input::Read(found.changes));
        });
    }
}

/// Without it a backend outlives us when we are killed, which is no reason to run none.
fn start_guardian(supervision: &Supervision) -> Option<Guardian> {
    let runs = |service: &Service| matches!(service.source, Source::Run(_));
    if !supervision.services.iter().any(runs) {
        return None;
    }
    let command = supervision.guardian.as_ref()?;
    let started = Guardian::start(command);
    started
        .inspect_err(|error| tracing::warn!("no guardian could be started: {error}"))
        .ok()
}

fn keep_records(supervision: &Supervision) -> Option<Arc<Records>> {
    let records = Records::new(supervision.records.as_deref()?);
    records
        .inspect_err(|error| tracing::warn!("no record can be kept: {error}"))
        .ok()
        .map(Arc::new)
}

fn start_watch(
    supervision: &Supervision,
    sender: &Sender,
    reporter: &Arc<dyn Reporter>,
) -> Result<Option<Watch>, watch::WatchError> {
    let Some(given) = watch::Given::of(supervision) else {
        return Ok(None);
    };
    let (sender, reporter) = (sender.clone(), Arc::clone(reporter));
    let send = move |event| sender.input(Input::File(event));
    watch::start(&given, send, move |news| {
        reporter.news("", &news);
    })
    .map(Some)
}
