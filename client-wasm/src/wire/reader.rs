//! Numbers from the browser side.

use std::slice::Iter;

use crate::machine::number;
use crate::machine::{
    Ask, ChangeKind, Changed, Confirm, Doing, Event, Greeting, Health, Operated, Operation,
    OperationStatus, Phase, Problem, Why,
};
use crate::name::Name;

/// Numbers that are being read.
pub(super) struct Reader<'a>(Iter<'a, f64>);

impl<'a> Reader<'a> {
    pub(super) fn new(numbers: &'a [f64]) -> Self {
        Self(numbers.iter())
    }

    /// All that is left, as it is.
    pub(super) fn rest(&self) -> Vec<f64> {
        self.0.as_slice().to_vec()
    }

    /// The next one; past the end there are none.
    fn next(&mut self) -> f64 {
        self.0.next().copied().unwrap_or(f64::NAN)
    }

    pub(super) fn time(&mut self) -> Option<u64> {
        number::time(self.next())
    }

    pub(super) fn whole(&mut self) -> Option<u32> {
        number::whole(self.next())
    }

    pub(super) fn counted(&mut self) -> u32 {
        number::counted(self.next())
    }

    pub(super) fn name(&mut self) -> Option<Name> {
        number::name(self.next())
    }

    pub(super) fn flag(&mut self) -> bool {
        self.next() > 0.0
    }

    /// On, unless it is said to be off.
    pub(super) fn flag_or_on(&mut self) -> bool {
        self.next() != 0.0
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        number::one_of(all, self.next())
    }

    /// A reason; every answer has one.
    pub(super) fn why(&mut self) -> Why {
        let number = self.next();
        match number::name(number) {
            Some(name) => Why::Said(name),
            None => number::one_of(WHYS, -1.0 - number).unwrap_or(Why::NoConnection),
        }
    }

    /// All that is left.
    fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        for number in self.0.by_ref() {
            names.extend(number::name(*number));
        }
        names
    }

    fn greeting(&mut self) -> Greeting {
        Greeting {
            id: self.name(),
            id_age: self.time(),
            revision: self.name(),
            phase: self.one_of(Phase::ALL),
            pid: self.whole(),
            heartbeat: self.time(),
            may_restart: self.flag(),
            refused: self.name(),
        }
    }

    pub(super) fn ask(&mut self) -> Option<Ask> {
        let op_id = self.name()?;
        let service = self.name();
        let confirm = self.counted();
        let text = self.name();
        Some(Ask {
            op_id,
            service,
            confirm: match (confirm, text) {
                (1, _) => Confirm::Off,
                (2, Some(text)) => Confirm::Text(text),
                _ => Confirm::Default,
            },
            call: self.whole(),
        })
    }

    fn operation(&mut self) -> Option<Operation> {
        Some(Operation {
            op_id: self.name()?,
            passed: self.counted(),
            ended: self
                .one_of(OperationStatus::ALL)
                .filter(|status| *status != OperationStatus::Running),
            id_after: self.name(),
            took: self.time(),
            pid_before: self.whole(),
            pid_after: self.whole(),
        })
    }

    pub(super) fn health(&mut self) -> Option<Health> {
        self.flag().then(|| Health {
            id: self.name(),
            id_age: self.time(),
            revision: self.name(),
            pid: self.whole(),
        })
    }

    /// What comes over the page's stream.
    pub(super) fn event(&mut self, kind: u32) -> Option<Event> {
        Some(match kind {
            3 => Event::Hello(self.greeting()),
            4 => Event::Id(self.name()?),
            5 => Event::Phase(Doing {
                service: self.name()?,
                phase: self.one_of(Phase::ALL)?,
                pid: self.whole(),
                op_id: self.name(),
            }),
            6 => Event::Change(Changed {
                kind: self.one_of(ChangeKind::ALL)?,
                revision: self.name(),
                paths: self.names(),
            }),
            7 => Event::Problem(Problem {
                service: self.name()?,
                what: self.name()?,
            }),
            8 => Event::Ping,
            9 => Event::Shutdown,
            _ => Event::Done,
        })
    }

    /// What is known of a restart.
    pub(super) fn operated(&mut self, kind: u32) -> Option<Operated> {
        Some(match kind {
            26 => Operated::Known(self.operation()?),
            27 => Operated::Untold(self.why()),
            _ => Operated::Lost,
        })
    }
}

/// Reasons that are no texts of the server's, by numbers below 0 in this order, from -1 on.
const WHYS: &[Why] = &[
    Why::Off,
    Why::OwnEndpoint,
    Why::NotOffered,
    Why::NoConnection,
    Why::Cancelled,
    Why::Blocked,
];
