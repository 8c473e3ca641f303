//! Who owns a listening socket, and which of the owners do the serving.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// A process, told apart from a later one of the same number. The oldest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Proc {
    /// When it was started: counted by the system, only good for comparing.
    pub(super) start: u64,
    /// Its number.
    pub(super) pid: u32,
}

/// A process that has the listening socket open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Which one.
    pub(super) proc: Proc,
    /// Who started it.
    pub(super) parent: Option<u32>,
    /// Its program's name, as the system has it (Linux: 15 bytes).
    pub(super) name: String,
    /// When it was started, by the wall clock.
    pub(super) started: Option<SystemTime>,
}

/// All owners of one port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owners(pub(super) Vec<Owner>);

impl Owners {
    /// Those who serve: each owner that no other owner has started, or in its stead the owners that it
    /// has started, where there are any.
    ///
    /// So it is the worker of `uvicorn --reload` and the workers of gunicorn, not their master; and a
    /// process pool that inherits a worker's socket does not count.
    pub(super) fn workers(&self) -> BTreeSet<Proc> {
        let roots = self.0.iter().filter(|owner| self.parent(owner).is_none());
        roots
            .flat_map(|root| {
                let mut children = self.children(root.proc.pid).peekable();
                let alone = children.peek().is_none().then_some(root.proc);
                children.chain(alone).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The owners that only keep the socket for their workers.
    pub(super) fn masters(&self) -> BTreeSet<Proc> {
        let roots = self.0.iter().filter(|owner| self.parent(owner).is_none());
        roots
            .filter(|root| self.children(root.proc.pid).next().is_some())
            .map(|root| root.proc)
            .collect()
    }

    /// All of them.
    pub(super) fn procs(&self) -> BTreeSet<Proc> {
        self.0.iter().map(|owner| owner.proc).collect()
    }

    /// Their numbers.
    pub(super) fn pids(&self) -> BTreeSet<u32> {
        self.0.iter().map(|owner| owner.proc.pid).collect()
    }

    /// Their programs' names.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|owner| owner.name.as_str()).collect()
    }

    /// When these were started, by process.
    pub(super) fn started(&self) -> BTreeMap<Proc, SystemTime> {
        let told = |owner: &Owner| Some((owner.proc, owner.started?));
        self.0.iter().filter_map(told).collect()
    }

    fn parent(&self, owner: &Owner) -> Option<&Owner> {
        let parent = owner.parent?;
        self.0
            .iter()
            .find(|other| other.proc.pid == parent && other.proc != owner.proc)
    }

    fn children(&self, pid: u32) -> impl Iterator<Item = Proc> + '_ {
        self.0
            .iter()
            .filter(move |owner| owner.parent == Some(pid) && owner.proc.pid != pid)
            .map(|owner| owner.proc)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn owners(tree: &[(u32, u32)]) -> Owners {
        let owner = |&(pid, parent): &(u32, u32)| Owner {
            proc: Proc {
                start: u64::from(pid),
                pid,
            },
            parent: Some(parent),
            name: "python3".to_owned(),
            started: None,
        };
        Owners(tree.iter().map(owner).collect())
    }

    fn pids(procs: &BTreeSet<Proc>) -> Vec<u32> {
        procs.iter().map(|proc| proc.pid).collect()
    }

    #[test]
    fn workers_are_told_from_masters_and_helpers() {
        type Row = (
            &'static str,
            &'static [(u32, u32)],
            &'static [u32],
            &'static [u32],
        );
        let table: [Row; 6] = [
            ("one process", &[(10, 1)], &[10], &[]),
            ("uvicorn --reload", &[(10, 1), (11, 10)], &[11], &[10]),
            ("gunicorn", &[(10, 1), (11, 10), (12, 10)], &[11, 12], &[10]),
            ("one socket a worker", &[(11, 9), (12, 9)], &[11, 12], &[]),
            (
                "a worker with a pool",
                &[(10, 1), (11, 10), (12, 11)],
                &[11],
                &[10],
            ),
            (
                "two servers on two addresses",
                &[(10, 1), (20, 1), (21, 20)],
                &[10, 21],
                &[20],
            ),
        ];
        for (name, tree, workers, masters) in table {
            let owners = owners(tree);
            assert_eq!(pids(&owners.workers()), workers, "{name}");
            assert_eq!(pids(&owners.masters()), masters, "{name}");
        }
    }
}
