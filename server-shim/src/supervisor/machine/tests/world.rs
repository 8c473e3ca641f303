//! A world around the machine: processes, ports, checks, files and timers that answer in any order.
//!
//! It asserts with every step what holds for any sequence of inputs.

use std::collections::VecDeque;

use server_reload_protocol::payload::Phase;

use super::*;

/// The files that there are.
pub(super) const FILES: [&str; 6] = ["a.py", "b.py", "c.py", "d.css", "e.html", "1/f.py"];

/// What they have in them.
pub(super) type Contents = BTreeMap<PathBuf, Digest>;

pub(super) struct World {
    pub(super) machine: Machine,
    pub(super) now: Duration,
    pub(super) timers: BTreeMap<Timer, Duration>,
    pub(super) services: Vec<Backend>,
    pub(super) files: Contents,
    /// What was read of them.
    index: Contents,
    /// What the watch has not told yet.
    pub(super) events: VecDeque<FileEvent>,
    pub(super) reads: VecDeque<Vec<PathBuf>>,
    /// Pages have an id.
    has_id: bool,
    /// The operations that have not ended, and what they restart.
    open: BTreeMap<Op, Vec<ServiceNo>>,
    /// How many there were.
    opened: Op,
    pub(super) done: bool,
    /// A loop was found: some files are not followed.
    pub(super) looped: bool,
    /// How often the id has moved.
    pub(super) moves: usize,
    fresh: Digest,
}

/// One service, as the world sees it.
#[derive(Default)]
pub(super) struct Backend {
    pub(super) rules: Option<Rules>,
    /// Being born, with the files as they were when that began.
    pub(super) born: Option<(Run, Contents)>,
    pub(super) alive: Option<Process>,
    pub(super) check: Option<CheckNo>,
    /// Its probe is asked what is missing.
    pub(super) asked: Option<Run>,
    /// Questions about its port that are not answered.
    pub(super) ports: usize,
    pub(super) told: Option<Phase>,
    /// The last check has failed.
    pub(super) failed: bool,
}

/// A process of the world.
pub(super) struct Process {
    pub(super) run: Run,
    /// What it has read.
    pub(super) has: Contents,
    pub(super) ready: bool,
    pub(super) ending: bool,
    /// It is looked at.
    pub(super) probed: bool,
}

impl World {
    pub(super) fn new(rules: &[Rules]) -> Self {
        let files: Contents = FILES.iter().map(|name| (name.into(), 0)).collect();
        let backend = |rules: &Rules| Backend {
            rules: Some(rules.clone()),
            ..Backend::default()
        };
        let mut world = Self {
            machine: Machine::new(rules.iter().cloned(), Duration::from_millis(10)),
            now: ms(1_000),
            timers: BTreeMap::new(),
            services: rules.iter().map(backend).collect(),
            index: files.clone(),
            files,
            events: VecDeque::new(),
            reads: VecDeque::new(),
            has_id: false,
            open: BTreeMap::new(),
            opened: 0,
            done: false,
            looped: false,
            moves: 0,
            fresh: 1_000,
        };
        world.tell(&Input::Start);
        world
    }

    pub(super) fn tell(&mut self, input: &Input) {
        let effects = self.machine.step(self.now, input.clone());
        assert!(
            !self.done || effects.is_empty(),
            "after the end: {input:?} leads to {effects:?}"
        );
        for effect in &effects {
            self.carry_out(effect);
        }
        self.look(input, &effects);
    }

    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::Read(paths) => {
                assert!(self.reads.is_empty(), "two reads at once");
                self.reads.push_back(paths.clone());
            }
            Effect::Arm(timer, after) => {
                self.timers.insert(*timer, self.now + *after);
            }
            Effect::Disarm(timer) => {
                self.timers.remove(timer);
            }
            Effect::Announce(_) => self.announced(),
            Effect::Withdraw => self.has_id = false,
            Effect::Phase {
                service,
                phase,
                ops,
                ..
            } => {
                self.services[*service].told = Some(*phase);
                self.are_told(*service, *phase, ops);
            }
            Effect::Stands {
                service,
                phase,
                ops,
                ..
            } => {
                let told = self.services[*service].told;
                assert_eq!(told, Some(*phase), "others were told");
                self.are_told(*service, *phase, ops);
            }
            Effect::Opened { op, services, .. } => {
                self.opened += 1;
                assert_eq!(*op, self.opened, "they are counted");
                self.open.insert(*op, services.clone());
            }
            Effect::Accepted { op } => {
                assert!(self.open.contains_key(op), "{op} has ended");
            }
            Effect::Ended { op, .. } => {
                assert!(self.open.remove(op).is_some(), "{op} has ended twice");
            }
            Effect::News(_, News::Loop { .. }) => self.looped = true,
            Effect::Done => self.done = true,
            Effect::Change { .. }
            | Effect::Turned { .. }
            | Effect::Problem { .. }
            | Effect::Solved(_)
            | Effect::News(..) => {}
            Effect::Check(no, _)
            | Effect::StopCheck(no)
            | Effect::AwaitPort(no)
            | Effect::Spawn(no, _)
            | Effect::Stop(no)
            | Effect::Kill(no)
            | Effect::Probe(no, _)
            | Effect::AskProbe(no, _) => {
                if let Effect::Spawn(..) = effect {
                    self.has_what_it_needs(*no);
                }
                let backend = &mut self.services[*no];
                assert!(
                    backend.is_ours(),
                    "{effect:?} for a process of somebody else"
                );
                backend.work(effect, &self.files);
            }
        }
    }

    /// These have not ended, and the service is part of them.
    fn are_told(&self, service: ServiceNo, phase: Phase, ops: &[Op]) {
        for op in ops {
            let services = self.open.get(op);
            let services = services.unwrap_or_else(|| panic!("{op} has ended: {phase:?}"));
            assert!(services.contains(&service), "{service} is not of {op}");
        }
    }

    fn has_what_it_needs(&self, no: ServiceNo) {
        let needs = self.services[no].rules.iter().flat_map(|it| &it.needs);
        for need in needs {
            let alive = self.services[need.service].alive.as_ref();
            assert!(
                alive.is_some_and(|it| it.ready && !it.ending),
                "{no} is started before {}",
                need.service
            );
        }
    }

    fn announced(&mut self) {
        for (no, backend) in self.depended_on() {
            let alive = backend.alive.as_ref();
            assert!(
                alive.is_some_and(|it| it.ready && !it.ending),
                "announced: not ready"
            );
            let last = alive.is_some_and(|it| self.is_last(no, it));
            let unheard = !self.events.is_empty();
            let may_differ = self.looped || self.machine.paused || backend.failed || unheard;
            assert!(
                last || may_differ || !backend.is_ours(),
                "announced: a follow-up is pending"
            );
        }
        assert!(
            self.machine.paused || self.reads.is_empty(),
            "announced: files are being read"
        );
        self.has_id = true;
        self.moves += 1;
    }

    /// Those that pages depend on.
    fn depended_on(&self) -> impl Iterator<Item = (ServiceNo, &Backend)> {
        let all = self.services.iter().enumerate();
        all.filter(|(_, backend)| backend.rules.as_ref().is_some_and(|rules| rules.reload))
    }

    /// The files that are its code.
    fn code(&self, no: ServiceNo) -> impl Iterator<Item = PathBuf> {
        let all = self.services.len();
        let code = FILES
            .iter()
            .filter(move |name| code_of(name, all).contains(&no));
        code.map(PathBuf::from)
    }

    /// Whether it has its code as that was last read.
    fn is_last(&self, no: ServiceNo, process: &Process) -> bool {
        let mut paths = self.code(no);
        paths.all(|path| process.has[&path] == self.index[&path])
    }

    /// What holds after every step.
    fn look(&mut self, said: &Input, effects: &[Effect]) {
        for (no, backend) in self.services.iter().enumerate() {
            let service = &self.machine.services[no];
            let ready = backend
                .alive
                .as_ref()
                .is_some_and(|it| it.ready && !it.ending);
            let counts = backend.rules.as_ref().is_some_and(|rules| rules.reload);
            assert!(
                !self.has_id || ready || self.done || !counts,
                "{said:?}: an id, and {no} is not ready: {effects:?}"
            );
            let told = service.process.is_none_or(|process| process.told);
            let is_said = told || service.stage != Stage::Ready;
            if is_said && service.stage != Stage::Over {
                let phase = service.stage.phase(service.failed);
                let told = backend.told == Some(phase);
                let down = service.stage == Stage::Down && backend.told.is_none();
                assert!(
                    told || down || self.done,
                    "{said:?}: {:?}, {:?} told",
                    service.stage,
                    backend.told
                );
            }
        }
        if self.done {
            let nothing = |it: &Backend| {
                let alive = it.is_ours() && it.alive.is_some();
                it.born.is_none() && !alive && it.check.is_none()
            };
            assert!(
                self.services.iter().all(nothing),
                "{said:?}: done, and something runs"
            );
            assert_eq!(
                self.timers,
                BTreeMap::new(),
                "{said:?}: done, and a timer runs"
            );
            self.all_have_ended();
        }
    }

    /// Each operation has come to its one end.
    pub(super) fn all_have_ended(&self) {
        assert_eq!(self.open, BTreeMap::new(), "these have not ended");
    }

    /// What nobody has read yet is followed by something new: that a file was changed and put back
    /// between two looks at it, nobody can see.
    pub(super) fn write(&mut self, name: &str, content: Digest) {
        self.fresh += 1;
        let path = PathBuf::from(name);
        let unread = self.files[&path] != self.index[&path];
        let content = if unread { self.fresh } else { content };
        self.files.insert(path, content);
    }

    /// Answers a read with what differs by now.
    pub(super) fn answer_read(&mut self) -> bool {
        let Some(paths) = self.reads.pop_front() else {
            return false;
        };
        let mut changes = Vec::new();
        for path in paths {
            let after = self.files.get(&path).copied().unwrap_or_default();
            let before = self.index.insert(path.clone(), after);
            if before != Some(after) {
                changes.push(Change {
                    class: class(&path.to_string_lossy()),
                    services: code_of(&path.to_string_lossy(), self.services.len()),
                    url: path.to_string_lossy().into_owned(),
                    before,
                    after: Some(after),
                    path,
                });
            }
        }
        self.tell(&Input::Read(changes));
        true
    }

    /// Whether the process of this service has the code as it is.
    pub(super) fn runs_what_is(&self, no: ServiceNo) -> bool {
        let process = self.services[no].alive.as_ref();
        let mut code = self.code(no);
        process.is_some_and(|process| code.all(|path| process.has[&path] == self.files[&path]))
    }
}

impl Backend {
    pub(super) fn is_ours(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| !rules.attached)
    }

    fn work(&mut self, effect: &Effect, files: &Contents) {
        match effect {
            Effect::Check(_, check) => {
                assert_eq!(self.check.replace(*check), None, "two checks at once");
            }
            Effect::StopCheck(_) => {
                assert!(self.check.take().is_some(), "no check runs");
            }
            Effect::AwaitPort(_) => {
                assert!(self.alive.is_none(), "its own process is on its port");
                self.ports += 1;
            }
            Effect::Spawn(_, run) => {
                let other = self.born.replace((*run, files.clone()));
                assert!(
                    other.is_none() && self.alive.is_none(),
                    "two processes at once"
                );
                self.failed = false;
            }
            Effect::Stop(_) | Effect::Kill(_) => {
                self.alive.as_mut().expect("a process to end").ending = true;
            }
            Effect::Probe(_, run) => self.process(*run).probed = true,
            Effect::AskProbe(_, run) => self.asked = Some(self.process(*run).run),
            _ => {}
        }
    }

    fn process(&mut self, run: Run) -> &mut Process {
        let process = self.alive.as_mut().filter(|process| process.run == run);
        process.expect("the process that it is")
    }
}

impl Process {
    /// One that is ready.
    pub(super) fn new(run: Run, has: Contents) -> Self {
        let (ready, ending, probed) = (true, false, false);
        Self {
            run,
            has,
            ready,
            ending,
            probed,
        }
    }
}
