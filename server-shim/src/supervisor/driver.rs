//! Carries out what the machine decides. It decides nothing itself.
//!
//! Everything that happens comes in as a [`Message`] on one channel; everything to be done goes to the
//! hub, to the person, or to a task of its own, which ends when it is dropped.

mod backend;
mod ended;
mod look;
mod message;
mod observed;
mod refusal;
mod rest;
mod task;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use server_reload_protocol::payload::{Change, ChangeKind, Phase, PhaseChange, Problem};
use tokio::sync::mpsc;

use super::machine::{Effect, Input, Machine, PortState, Run, ServiceNo, Timer};
use super::process::Guardian;
use super::records::Records;
use super::watch::{Reader, Watch};
use super::{News, Reporter, Service, Source, Supervision, records, watch};
use crate::shim::Shim;
use backend::Backend;
pub(super) use message::{Message, Sender};
use task::Task;

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
        Ok(Self {
            machine: Machine::new(backends.iter().map(Backend::rules), OPEN_QUIET),
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
                    backend.held = *state != PortState::Free;
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
            Effect::Arm(timer, after) => {
                let due = self.sender.clone();
                self.timers.insert(
                    timer,
                    Task::spawn(async move {
                        tokio::time::sleep(after).await;
                        due.input(Input::Due(timer));
                    }),
                );
            }
            Effect::Disarm(timer) => drop(self.timers.remove(&timer)),
            Effect::Announce(service) => self.announce(service),
            Effect::Withdraw => self.shim.hub().identify(None),
            Effect::Change { kind, urls } => self.change(kind, urls),
            Effect::News(service, mut news) => {
                if let (News::Ready { url, .. }, Some(backend)) =
                    (&mut news, self.backends.get(service))
                {
                    *url = backend.url();
                }
                self.news(service, &news);
            }
            Effect::Done => self.over = true,
            Effect::Phase {
                service,
                phase,
                pid,
                reason,
                op,
            } => self.phase(service, phase, pid, reason, op),
            Effect::Problem {
                service,
                title,
                output,
            } => self.problem(service, &title, &output),
            Effect::Solved(service) => {
                if let Some(backend) = self.backends.get(service) {
                    self.shim.hub().solve(&backend.service.name);
                }
            }
            Effect::Ended {
                service,
                op,
                status,
            } => tracing::debug!("service {service}: restart {op} ended: {status:?}"),
            effect => self.work(&effect),
        }
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
        // Not a task: it has to be answered once, and the file system decides how long it takes.
        tokio::task::spawn_blocking(move || {
            let changes = reader.map(|reader| reader.read(paths));
            sender.input(Input::Read(changes.unwrap_or_default()));
        });
    }

    fn announce(&mut self, service: ServiceNo) {
        let identity = self.backends.get(service).and_then(Backend::identity);
        self.shim.hub().identify(identity);
    }

    /// With the revision that the files have by now, so that a page which follows knows where it is.
    fn change(&mut self, kind: ChangeKind, paths: Vec<String>) {
        let shim = self.shim.clone();
        let asked = shim.pages().map(|pages| pages.revision.ask());
        tokio::spawn(async move {
            let revision = match asked {
                Some(asked) => asked.answer().await,
                None => None,
            };
            shim.hub().change(&Change {
                kind,
                paths,
                revision,
            });
        });
    }

    fn phase(
        &mut self,
        service: ServiceNo,
        phase: Phase,
        pid: Option<u32>,
        reason: Option<String>,
        op: Option<u64>,
    ) {
        let Some(backend) = self.backends.get(service) else {
            return;
        };
        let change = PhaseChange {
            seq: 0,
            service: backend.service.name.clone(),
            phase,
            pid,
            reason,
            op_id: op.map(|op| op.to_string()),
        };
        self.shim.hub().phase(service, change);
    }

    fn problem(&mut self, service: ServiceNo, title: &str, output: &str) {
        // A title is one line; what tells more stands above the output.
        let (title, more) = title.split_once('\n').unwrap_or((title, ""));
        let more = [more.trim(), output];
        let output = more.iter().filter(|part| !part.is_empty());
        if let Some(backend) = self.backends.get(service) {
            self.shim.hub().problem(Problem {
                service: backend.service.name.clone(),
                title: title.to_owned(),
                output: output.copied().collect::<Vec<_>>().join("\n\n"),
            });
        }
    }

    fn news(&self, service: ServiceNo, news: &News) {
        let backend = self.backends.get(service);
        let name = backend.map_or("", |backend| backend.service.name.as_str());
        self.reporter.news(name, news);
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
    if supervision.watch.roots.is_empty() {
        return Ok(None);
    }
    let (sender, reporter) = (sender.clone(), Arc::clone(reporter));
    let send = move |event| sender.input(Input::File(event));
    watch::start(&supervision.watch, send, move |news| {
        reporter.news("", &news);
    })
    .map(Some)
}
