//! The default: its group listens.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sysinfo::{ProcessRefreshKind, UpdateKind};
use tokio::time::{Instant, sleep};

use super::super::port::{Socket, listening_now};
use super::super::process::{Group, Table};
use super::debugger::is_debugger;
use super::pause::pause;
use super::{IsReady, Probe, look};

/// The first pause between two looks at all listening sockets, each of 0.03 ms on Linux, elsewhere of 20 ms.
const SHORTEST: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 2 } else { 50 });

/// How often the group is looked at although there is no new socket.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How long a port of the run before may stay closed while others are open.
const MISSING_BOUND: Duration = Duration::from_secs(5);

/// From here on the system gives out ports at random (Linux; other systems begin later).
const FIRST_RANDOM_PORT: u16 = 32_768;

pub(super) async fn wait(probe: &Probe, group: &Group, known: &[u16]) -> IsReady {
    let start = Instant::now();
    let rule = Rule::new(known);
    let mut looked = Looked::default();
    let mut opened: Option<(Instant, BTreeSet<u16>)> = None;
    loop {
        looked.update(group).await;
        let ports = looked.services();
        // Each new port starts the wait for the others anew.
        if !ports.is_empty() && opened.as_ref().is_none_or(|(_, before)| *before != ports) {
            opened = Some((Instant::now(), ports.clone()));
        }
        let since = opened
            .as_ref()
            .map_or(Duration::ZERO, |(at, _)| at.elapsed());
        match rule.missing(&ports, &looked.debuggers(), since) {
            None => return looked.into_ready(),
            Some(missing) => probe.see(missing),
        }
        sleep(pause(start, SHORTEST)).await;
    }
}

/// The group's sockets; looked for again only when there is a new socket in the system.
#[derive(Default)]
struct Looked {
    all: BTreeSet<Socket>,
    at: Option<Instant>,
    /// With who has it open, and whether it is a debugger's.
    its: BTreeMap<Socket, (BTreeSet<u32>, bool)>,
}

impl Looked {
    async fn update(&mut self, group: &Group) {
        let all = listening_now().await;
        let is_new = !all.is_subset(&self.all);
        let is_old = self.at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN);
        let before = std::mem::replace(&mut self.all, all);
        if is_new || is_old {
            self.at = Some(Instant::now());
            self.its = sorted(look(group, move |socket| !before.contains(socket)).await);
        }
        let all = &self.all;
        self.its.retain(|socket, _| all.contains(socket));
    }

    fn ports(&self, debuggers: bool) -> BTreeSet<u16> {
        let its = self.its.iter().filter(|(_, (_, is))| *is == debuggers);
        its.map(|(socket, _)| socket.port).collect()
    }

    fn services(&self) -> BTreeSet<u16> {
        self.ports(false)
    }

    fn debuggers(&self) -> BTreeSet<u16> {
        self.ports(true)
    }

    fn into_ready(self) -> IsReady {
        let services = self.its.into_iter().filter(|(_, (_, debugger))| !debugger);
        let owned = services
            .flat_map(|(socket, (owners, _))| owners.into_iter().map(move |owner| (socket, owner)));
        owned.collect()
    }
}

fn sorted(found: Vec<(Socket, u32)>) -> BTreeMap<Socket, (BTreeSet<u32>, bool)> {
    let mut its = BTreeMap::<Socket, BTreeSet<u32>>::new();
    for (socket, owner) in found {
        its.entry(socket).or_default().insert(owner);
    }
    let its = its.into_iter().map(|(socket, owners)| {
        let debugger = is_debuggers(socket.port, &owners);
        (socket, (owners, debugger))
    });
    its.collect()
}

fn is_debuggers(port: u16, owners: &BTreeSet<u32>) -> bool {
    let owners: Vec<u32> = owners.iter().copied().collect();
    let what = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always);
    let table = Table::some(&owners, what);
    let arguments = |pid: &u32| {
        let words = table.get(*pid)?.cmd().iter();
        Some(
            words
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>(),
        )
    };
    owners
        .iter()
        .filter_map(arguments)
        .any(|arguments| is_debugger(port, &arguments))
}

/// Which ports must be open.
#[derive(Debug)]
struct Rule {
    awaited: BTreeSet<u16>,
}

impl Rule {
    fn new(known: &[u16]) -> Self {
        let known = known.iter().copied();
        Self {
            awaited: known.filter(|port| *port < FIRST_RANDOM_PORT).collect(),
        }
    }

    /// What is missing, for people. `since`: how long nothing new was opened.
    fn missing(
        &self,
        services: &BTreeSet<u16>,
        debuggers: &BTreeSet<u16>,
        since: Duration,
    ) -> Option<String> {
        if services.is_empty() {
            return Some(match debuggers.first() {
                None => "nothing listens yet".to_owned(),
                Some(port) => format!("only a debugger listens yet, on port `{port}`"),
            });
        }
        // A debugger may come later, or not at all.
        let opened = |port: &&u16| services.contains(port) || debuggers.contains(port);
        let missing = self.awaited.iter().find(|port| !opened(port))?;
        (since < MISSING_BOUND)
            .then(|| format!("nothing listens on port `{missing}` yet, as before the restart"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known, services, debuggers, since, and what is said.
    type Case<'a> = (&'a [u16], &'a [u16], &'a [u16], Duration, Option<&'a str>);

    #[test]
    fn what_is_missing() {
        let at_once = Duration::ZERO;
        let cases: [Case<'_>; 12] = [
            (&[], &[], &[], at_once, Some("nothing listens")),
            (&[], &[], &[9229], MISSING_BOUND, Some("debugger")),
            (&[], &[8000], &[], at_once, None),
            (&[], &[8000], &[9229], at_once, None),
            (&[8000], &[8000], &[], at_once, None),
            (&[8000], &[8000, 9000], &[], at_once, None),
            (&[8000, 9000], &[9000], &[], at_once, Some("`8000`")),
            (&[8000, 9000], &[9000], &[], MISSING_BOUND, None),
            (&[8000], &[], &[], MISSING_BOUND, Some("nothing listens")),
            (&[3000, 9229], &[3000], &[9229], at_once, None),
            (&[40_000], &[50_000], &[], at_once, None),
            (&[8000, 40_000], &[50_000], &[], at_once, Some("`8000`")),
        ];
        for (known, services, debuggers, since, expected) in cases {
            let set = |ports: &[u16]| ports.iter().copied().collect();
            let missing = Rule::new(known).missing(&set(services), &set(debuggers), since);
            let matches = match (&missing, expected) {
                (Some(missing), Some(expected)) => missing.contains(expected),
                (missing, expected) => missing.is_none() && expected.is_none(),
            };
            assert!(matches, "{known:?} {services:?} {debuggers:?}: {missing:?}");
        }
    }
}
