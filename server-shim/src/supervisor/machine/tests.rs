//! What the machine does, story by story, and what holds for any sequence of inputs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod asides;
mod checks;
mod crashes;
mod depends;
mod happening;
mod loops;
mod operations;
mod ports;
mod properties;
mod quits;
mod restarts;
mod settling;
mod several;
mod strays;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::*;
use crate::supervisor::{Cause, Exit, Holder};

/// A service that we run.
const PLAIN: Rules = rules(false, false);

/// The same with a check.
const CHECKED: Rules = rules(false, true);

/// One that somebody else runs.
const ATTACHED: Rules = rules(true, false);

const fn rules(attached: bool, check: bool) -> Rules {
    Rules {
        attached,
        check,
        reload: true,
        needs: Vec::new(),
        stop_timeout: Duration::from_secs(3),
        ready_timeout: Duration::from_secs(30),
    }
}

/// A machine with its clock, its timers and its files.
struct Story {
    machine: Machine,
    now: Duration,
    timers: BTreeMap<Timer, Duration>,
    index: BTreeMap<PathBuf, Digest>,
    /// All that it wanted done.
    effects: Vec<Effect>,
    saves: Digest,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn outcome(passed: bool) -> CheckOutcome {
    if passed {
        return CheckOutcome::Passed;
    }
    CheckOutcome::Failed {
        reason: "no".to_owned(),
        output: "the end".to_owned(),
    }
}

/// `.css` is a style sheet, `.html` a page, all else code.
fn class(path: &str) -> Class {
    match path.rsplit('.').next() {
        Some("css") => Class::Style,
        Some("html") => Class::Page,
        _ => Class::Code,
    }
}

/// The services for which it is code: `1/a.py` is the code of service 1, `a.py` of all.
fn code_of(path: &str, all: usize) -> Vec<ServiceNo> {
    let only: Option<ServiceNo> = path.split_once('/').and_then(|(no, _)| no.parse().ok());
    let is_for = |no: &ServiceNo| class(path) == Class::Code && only.is_none_or(|only| only == *no);
    (0..all).filter(is_for).collect()
}

impl Story {
    /// Before the start.
    fn new(rules: impl IntoIterator<Item = Rules>) -> Self {
        Self {
            machine: Machine::new(rules, ms(10)),
            now: ms(1_000),
            timers: BTreeMap::new(),
            index: BTreeMap::new(),
            effects: Vec::new(),
            saves: 0,
        }
    }

    /// One service, announced as run 1, and no suspicion that a change comes soon after its start.
    fn ready(rules: Rules) -> Self {
        let mut story = Self::new([rules]);
        story.tell(Input::Start);
        story.free();
        story.spawned(1);
        assert_eq!(story.is_ready(1), "ready, id");
        story.pass(60_000);
        story
    }

    /// What the machine then wants, in short; see [`short`].
    fn tell(&mut self, input: Input) -> String {
        let effects = self.machine.step(self.now, input);
        for effect in &effects {
            match effect {
                Effect::Arm(timer, after) => {
                    self.timers.insert(*timer, self.now + *after);
                }
                Effect::Disarm(timer) => {
                    self.timers.remove(timer);
                }
                _ => {}
            }
        }
        let short = short(&effects);
        self.effects.extend(effects);
        short
    }

    fn pass(&mut self, by: u64) {
        self.now += ms(by);
    }

    /// Lets time pass until this timer, which has to be armed.
    fn due(&mut self, timer: Timer) -> String {
        let at = self.timers.remove(&timer);
        let at = at.unwrap_or_else(|| panic!("{timer:?} is not armed: {:?}", self.timers));
        self.now = self.now.max(at);
        self.tell(Input::Due(timer))
    }

    fn whole(&mut self, path: &str) -> String {
        self.tell(Input::File(FileEvent::Whole(path.into())))
    }

    fn touched(&mut self, path: &str) -> String {
        self.tell(Input::File(FileEvent::Touched(path.into())))
    }

    /// These files have another content than ever before.
    fn read(&mut self, paths: &[&str]) -> String {
        let contents: Vec<_> = paths.iter().map(|path| (*path, self.fresh())).collect();
        self.read_as(&contents)
    }

    fn fresh(&mut self) -> Digest {
        self.saves += 1;
        1_000 + self.saves
    }

    /// These files have these contents now; at first, all have content 0.
    fn read_as(&mut self, contents: &[(&str, Digest)]) -> String {
        let changes = contents.iter().map(|(path, after)| Change {
            class: class(path),
            services: code_of(path, self.machine.services.len()),
            url: format!("/{path}"),
            before: Some(self.index.insert(path.into(), *after).unwrap_or(0)),
            after: Some(*after),
            path: path.into(),
        });
        let changes = changes.collect();
        self.tell(Input::Read(changes))
    }

    /// A file is saved, with new content, and no other in a while.
    fn save(&mut self, path: &str) -> String {
        let content = self.fresh();
        self.save_as(path, content)
    }

    fn save_as(&mut self, path: &str, content: Digest) -> String {
        self.pass(5_000);
        self.save_now(path, content)
    }

    fn save_now(&mut self, path: &str, content: Digest) -> String {
        assert_eq!(self.whole(path), format!("read {path}"));
        self.read_as(&[(path, content)])
    }

    fn free(&mut self) -> String {
        self.tell(Input::Port(0, PortState::Free))
    }

    fn held(&mut self) -> String {
        self.held_by(Self::holder(false))
    }

    /// By a process of the same service that has left its group.
    fn former(&mut self) -> String {
        self.held_by(Self::holder(true))
    }

    fn held_by(&mut self, holder: Holder) -> String {
        let ours = false;
        self.tell(Input::Port(0, PortState::Held { holder, ours }))
    }

    fn holder(former: bool) -> Holder {
        Holder {
            port: 8_000,
            pid: Some(7),
            name: former.then(|| "app".to_owned()),
            former,
        }
    }

    /// Its pid is the number of its run and 100.
    fn spawned(&mut self, run: Run) -> String {
        let pid = 100 + u32::try_from(run).unwrap();
        self.tell(Input::Spawned {
            service: 0,
            run,
            pid,
        })
    }

    fn is_ready(&mut self, run: Run) -> String {
        self.tell(Input::Ready { service: 0, run })
    }

    fn gone(&mut self, run: Run) -> String {
        self.tell(Input::Gone {
            service: 0,
            run,
            exit: Exit {
                code: Some(1),
                signal: None,
            },
            output: "the end".to_owned(),
        })
    }

    fn checked(&mut self, check: CheckNo, passed: bool) -> String {
        let outcome = outcome(passed);
        let took = ms(10);
        self.tell(Input::Checked {
            service: 0,
            check,
            outcome,
            took,
        })
    }

    fn ask(&mut self) -> String {
        self.ask_for(&[0])
    }

    fn ask_for(&mut self, services: &[ServiceNo]) -> String {
        self.tell(Input::Restart {
            services: services.to_vec(),
            cause: Cause::Key,
        })
    }

    /// From the end of the old process to the new id.
    fn rises(&mut self, run: Run) -> String {
        let mut all = vec![self.gone(run - 1), self.free()];
        all.extend([self.spawned(run), self.is_ready(run)]);
        all.join(" | ")
    }

    /// The operations that were begun: what each restarts, and the phases to come.
    fn opened(&self) -> Vec<(Vec<ServiceNo>, Vec<&'static str>)> {
        let opened = self.effects.iter().filter_map(|effect| match effect {
            Effect::Opened { services, plan, .. } => {
                let plan = plan.iter().map(|phase| phase.as_str());
                Some((services.clone(), plan.collect()))
            }
            _ => None,
        });
        opened.collect()
    }

    /// The operation that the last request was given.
    fn accepted(&self) -> Option<Op> {
        let mut effects = self.effects.iter().rev();
        effects.find_map(|effect| match effect {
            Effect::Accepted { op } => Some(*op),
            _ => None,
        })
    }

    /// How each operation has ended: its number, its status, who has failed and why.
    fn ended(&self) -> Vec<(Op, effect::Status, Option<ServiceNo>, Option<&str>)> {
        let ended = self.effects.iter().filter_map(|effect| match effect {
            Effect::Ended {
                op,
                service,
                outcome,
            } => Some((*op, outcome.status, *service, outcome.reason.as_deref())),
            _ => None,
        });
        ended.collect()
    }

    /// The phases of an operation's record.
    fn phases_of(&self, op: Op) -> Vec<&'static str> {
        let phases = self.effects.iter().filter_map(|effect| match effect {
            Effect::Phase { phase, ops, .. } | Effect::Stands { phase, ops, .. } => {
                ops.contains(&op).then_some(phase.as_str())
            }
            _ => None,
        });
        phases.collect()
    }

    /// How each service's restart has ended, and after how many milliseconds.
    fn turned(&self) -> Vec<(ServiceNo, effect::Status, u128)> {
        let turned = self.effects.iter().filter_map(|effect| match effect {
            Effect::Turned {
                service,
                status,
                took,
            } => Some((*service, *status, took.as_millis())),
            _ => None,
        });
        turned.collect()
    }

    /// How often the id has moved.
    fn moves(&self) -> usize {
        let is_move = |effect: &&Effect| matches!(effect, Effect::Announce(_));
        self.effects.iter().filter(is_move).count()
    }

    /// What people were told since the last question.
    fn news(&mut self) -> Vec<News> {
        let effects = std::mem::take(&mut self.effects);
        let news = effects.into_iter().filter_map(|effect| match effect {
            Effect::News(_, news) => Some(news),
            _ => None,
        });
        news.collect()
    }
}

/// Effects in words, without what people are told and the timers that end; `1:` is a service's number,
/// 0 is not named.
fn short(effects: &[Effect]) -> String {
    let words = effects.iter().filter_map(word);
    words.collect::<Vec<_>>().join(", ")
}

fn word(effect: &Effect) -> Option<String> {
    let (no, word) = match effect {
        Effect::Read(paths) => {
            let names: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
            (0, format!("read {}", names.join(" ")))
        }
        Effect::Arm(timer, after) => {
            let (no, name) = timer_name(*timer);
            (no, format!("{name} in {}", after.as_millis()))
        }
        Effect::Check(no, check) => (*no, format!("check {check}")),
        Effect::StopCheck(no) => (*no, "stop check".to_owned()),
        Effect::AwaitPort(no) => (*no, "port?".to_owned()),
        Effect::Spawn(no, run) => (*no, format!("spawn {run}")),
        Effect::Stop(no) => (*no, "stop".to_owned()),
        Effect::Kill(no) => (*no, "kill".to_owned()),
        Effect::Probe(no, run) => (*no, format!("probe {run}")),
        Effect::AskProbe(no, run) => (*no, format!("ask {run}")),
        Effect::Phase { service, phase, .. } => (*service, phase.as_str().to_owned()),
        Effect::Announce(no) => (*no, "id".to_owned()),
        Effect::Withdraw => (0, "no id".to_owned()),
        Effect::Change { kind, urls } => (0, format!("{} {}", kind.as_str(), urls.join(" "))),
        Effect::Problem { service, title, .. } => (*service, format!("problem `{title}`")),
        Effect::Solved(no) => (*no, "solved".to_owned()),
        Effect::Ended { op, outcome, .. } => (0, format!("op {op} {:?}", outcome.status)),
        Effect::Done => (0, "done".to_owned()),
        Effect::Disarm(_)
        | Effect::News(..)
        | Effect::Opened { .. }
        | Effect::Accepted { .. }
        | Effect::Stands { .. }
        | Effect::Turned { .. } => return None,
    };
    let mut text = String::new();
    if no > 0 {
        write!(text, "{no}:").unwrap();
    }
    Some(text + &word)
}

fn timer_name(timer: Timer) -> (ServiceNo, &'static str) {
    match timer {
        Timer::Settle => (0, "settle"),
        Timer::Stop(no) => (no, "kill"),
        Timer::Ready(no) => (no, "too late"),
        Timer::Pause(no) => (no, "again"),
    }
}
