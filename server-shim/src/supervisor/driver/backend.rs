//! One backend: the processes and tasks that belong to it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use server_reload_protocol::MAX_PROBLEM_OUTPUT;
use server_reload_protocol::payload::{Phase, ServiceHealth};

use super::Sender;
use super::ended::{Ended, told};
use super::former::Formers;
use super::look::{Looked, look};
use super::ports::Ports;
use super::rest::Rest;
use super::task::Task;
use crate::config::Identity;
use crate::supervisor::machine::{CheckNo, Effect, Input, Need, Rules, Run, ServiceNo};
use crate::supervisor::process::{Group, Guardian, Launch, Output, spawn};
use crate::supervisor::ready::{IsReady, Probe};
use crate::supervisor::records::Records;
use crate::supervisor::{News, Program, Reporter, Service, Source, check, two_watchers};

/// What all backends share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) sender: Sender,
    pub(super) reporter: Arc<dyn Reporter>,
    pub(super) guardian: Option<Guardian>,
    pub(super) records: Option<Arc<Records>>,
    pub(super) own_ports: Arc<[u16]>,
}

/// One backend.
pub(super) struct Backend {
    pub(super) no: ServiceNo,
    pub(super) service: Service,
    pub(super) shared: Shared,
    output: Output,
    /// The process behind the next id.
    pub(super) identity: Option<Identity>,
    pub(super) ports: Ports,
    /// Whoever has left its group, and may still hold a port.
    pub(super) formers: Formers,
    pub(super) group: Option<Group>,
    /// Which start the group is of.
    run: Run,
    /// The group was asked to end.
    stopping: Arc<AtomicBool>,
    probe: Option<Probe>,
    told_two_watchers: bool,
    pub(super) told_away: bool,
    running: Option<Task>,
    probing: Option<Task>,
    checking: Option<Task>,
    pub(super) awaiting: Option<Task>,
    pub(super) observing: Option<Task>,
}

impl Backend {
    pub(super) fn new(no: ServiceNo, service: Service, shared: Shared) -> Self {
        Self {
            output: Output::new(&service.name, Arc::clone(&shared.reporter)),
            no,
            service,
            shared,
            identity: None,
            ports: Ports::default(),
            formers: Formers::default(),
            group: None,
            run: 0,
            stopping: Arc::default(),
            probe: None,
            told_two_watchers: false,
            told_away: false,
            running: None,
            probing: None,
            checking: None,
            awaiting: None,
            observing: None,
        }
    }

    /// `number` tells of a service which one it is.
    pub(super) fn rules(&self, number: impl Fn(&str) -> Option<ServiceNo>) -> Rules {
        let program = self.program();
        Rules {
            attached: program.is_none(),
            check: self.service.check.is_some(),
            reload: self.service.reload,
            needs: self.needs(number),
            stop_timeout: program.map_or(Duration::ZERO, |program| program.stop_timeout),
            ready_timeout: self.service.ready_timeout,
        }
    }

    fn needs(&self, number: impl Fn(&str) -> Option<ServiceNo>) -> Vec<Need> {
        let needs = self.service.depends_on.iter();
        let needs = needs.filter_map(|dependency| {
            Some(Need {
                service: number(&dependency.service)?,
                restart: dependency.restart,
            })
        });
        needs.collect()
    }

    pub(super) fn health(&self) -> ServiceHealth {
        ServiceHealth {
            name: self.service.name.clone(),
            phase: Phase::Starting,
            pid: None,
            reload: self.service.reload,
            restarts: 0,
            last_status: None,
            started_at: None,
        }
    }

    /// The process whose id is to be announced.
    pub(super) fn identity(&self) -> Option<Identity> {
        self.identity.clone()
    }

    /// The process that runs now.
    pub(super) fn pid(&self) -> Option<u32> {
        let runs = self.group.is_some() || !self.runs();
        self.identity.as_ref().filter(|_| runs)?.pid()
    }

    /// When the process that runs now was started, in seconds since the Unix epoch.
    pub(super) fn started_at(&self) -> Option<f64> {
        let runs = self.group.is_some() || !self.runs();
        let identity = self.identity.as_ref().filter(|_| runs);
        identity.map(|identity| identity.started_at().as_secs_f64())
    }

    /// Whether we run it.
    pub(super) fn runs(&self) -> bool {
        self.program().is_some()
    }

    fn program(&self) -> Option<&Program> {
        match &self.service.source {
            Source::Run(program) => Some(program),
            Source::Attach(_) => None,
        }
    }

    /// Does what the machine wants; what is known at once is answered.
    pub(super) fn work(&mut self, effect: &Effect) -> Option<Input> {
        match *effect {
            Effect::Check(_, check) => self.check(check),
            Effect::StopCheck(_) => self.checking = None,
            Effect::AwaitPort(_) => self.await_port(),
            Effect::Spawn(_, run) => return Some(self.spawn(run)),
            Effect::Stop(_) => self.stop(),
            Effect::Kill(_) => {
                if let Some(group) = &self.group {
                    group.kill();
                }
            }
            Effect::Probe(_, run) => self.look(run),
            Effect::AskProbe(_, run) => return Some(self.missing(run)),
            _ => {}
        }
        None
    }

    fn check(&mut self, no: CheckNo) {
        let (Some(check), Some(program)) = (self.service.check.clone(), self.program()) else {
            return;
        };
        let program = program.clone();
        let (service, shared) = (self.no, self.shared.clone());
        self.checking = Some(Task::spawn(async move {
            let guardian = shared.guardian.as_ref();
            let (outcome, took) = check::run(&check, &program, guardian).await;
            shared.sender.input(Input::Checked {
                service,
                check: no,
                outcome,
                took,
            });
        }));
    }

    /// Its process group is gone: there is nothing to look at.
    pub(super) fn gone(&mut self) {
        self.probing = None;
        self.group = None;
    }

    fn spawn(&mut self, run: Run) -> Input {
        let service = self.no;
        let failed = |reason: String| Input::SpawnFailed {
            service,
            run,
            reason,
        };
        self.output.clear();
        let identity = Identity::now();
        let Some(program) = self.program().cloned() else {
            return failed(String::new());
        };
        let launched = spawn(&Launch {
            program: &program,
            id: identity.id(),
            guardian: self.shared.guardian.as_ref(),
            output: self.output.clone(),
        });
        let (group, mut running) = match launched {
            Ok(launched) => launched,
            Err(error) => return failed(error.to_string()),
        };
        let pid = group.pid();
        self.formers.add(identity.id());
        if let Some(records) = &self.shared.records {
            told(records.started(&group, identity.id(), &program.command));
        }
        let rest = Rest {
            group: group.clone(),
            signal: program.stop_signal,
            timeout: program.stop_timeout,
            stopping: Arc::default(),
        };
        self.stopping = Arc::clone(&rest.stopping);
        let ended = Ended {
            service,
            run,
            pid,
            ports: self.ports.all.clone(),
            formers: self.formers.clone(),
            output: self.output.clone(),
            shared: self.shared.clone(),
        };
        self.running = Some(Task::spawn(async move {
            let exit = rest.gone(&mut running).await;
            ended.tell(exit).await;
        }));
        self.identity = Some(identity.with_pid(Some(pid)));
        self.group = Some(group);
        self.run = run;
        Input::Spawned { service, run, pid }
    }

    fn stop(&mut self) {
        self.probing = None;
        self.stopping.store(true, Ordering::Relaxed);
        if let (Some(group), Some(program)) = (&self.group, self.program()) {
            group.stop(program.stop_signal);
        }
    }

    fn look(&mut self, run: Run) {
        let Some(group) = self.group.clone() else {
            return;
        };
        let probe = Probe::new(&self.service.ready);
        self.probe = Some(probe.clone());
        let looked = Looked {
            service: self.no,
            run,
            group,
            output: self.output.clone(),
            known: self.ports.all.iter().copied().collect(),
        };
        let sender = self.shared.sender.clone();
        self.probing = Some(Task::spawn(look(looked, probe, sender)));
    }

    fn missing(&self, run: Run) -> Input {
        let what = self.probe.as_ref().map(Probe::awaited);
        Input::Missing {
            service: self.no,
            run,
            what: what.unwrap_or_default(),
            output: self.output.tail(MAX_PROBLEM_OUTPUT),
        }
    }

    /// Whether what is told of this start is told of the present process.
    pub(super) fn is_of(&self, run: Run) -> bool {
        self.run == run
    }

    pub(super) fn is_ready(&mut self, is: IsReady) {
        self.listens(is.ports, BTreeSet::new());
        if self.flag().is_some() {
            self.tell_two_watchers();
        }
    }

    /// The command has restarted itself: its new process, where the system tells.
    pub(super) fn handed_over(&mut self, is: IsReady) -> Option<u32> {
        self.tell_two_watchers();
        let leader = self.group.as_ref().map(Group::pid);
        let mut owners = is.owners.into_iter();
        let pid = owners.rfind(|owner| Some(*owner) != leader);
        self.identity = Some(Identity::now().with_pid(pid));
        pid
    }

    fn flag(&self) -> Option<String> {
        let program = self.program()?;
        let ours = std::env::vars_os()
            .filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        let env: Vec<_> = ours.chain(program.env.clone()).collect();
        two_watchers::flag(&program.command, &env)
    }

    fn tell_two_watchers(&mut self) {
        if !std::mem::replace(&mut self.told_two_watchers, true) {
            let drop = self.flag();
            self.news(&News::TwoWatchers { drop });
        }
    }

    pub(super) fn news(&self, news: &News) {
        self.shared.reporter.news(&self.service.name, news);
    }
}
