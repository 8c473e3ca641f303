//! Restarts, as those who ask for them see them.

use std::time::Duration;

use server_reload_protocol::payload::{OperationCause, OperationStatus, Phase};

use super::Driver;
use crate::config::Identity;
use crate::operations::{Ask, Closed, Declined, Opened};
use crate::supervisor::Cause;
use crate::supervisor::machine::{Input, Op, Outcome, ServiceNo};

/// So many operations can be named as what has taken another's place.
const NAMED: usize = 100;

/// An operation of the machine, as others know it.
#[derive(Debug)]
pub(super) struct Begun {
    id: String,
    services: Vec<ServiceNo>,
    /// Somebody has asked for it, and follows it perhaps.
    asked_for: bool,
    /// The server id of then.
    id_before: Option<String>,
}

impl Driver {
    /// Restarts, and answers which operation that is.
    pub(super) fn asked(&mut self, ask: Ask) {
        let services = match self.wanted(ask.service.as_deref()) {
            Ok(services) => services,
            Err(declined) => return drop(ask.reply.send(Err(declined))),
        };
        // Somebody else may have been faster with this id.
        if let Err(declined) = self.shim.operations().may_begin(ask.op_id.as_deref()) {
            return drop(ask.reply.send(Err(declined)));
        }
        let names = services.iter().filter_map(|no| self.backends.get(*no));
        let names: Vec<_> = names.map(|it| it.service.name.as_str()).collect();
        if let Err(declined) = self.shim.operations().may_open(&names) {
            return drop(ask.reply.send(Err(declined)));
        }
        self.chosen = ask.op_id;
        self.tell(Input::Restart {
            services,
            cause: cause_of(ask.cause),
        });
        // Where everything ends, nobody has taken it.
        self.chosen = None;
        let accepted = self.accepted.take();
        let accepted = accepted.and_then(|id| self.shim.operations().accepted(&id));
        // Who has gone away need not be answered.
        let _ = ask.reply.send(accepted.ok_or(Declined::Stopping));
    }

    fn wanted(&self, service: Option<&str>) -> Result<Vec<ServiceNo>, Declined> {
        let runs: Vec<_> = self.backends.iter().filter(|it| it.runs()).collect();
        let known = runs.iter().map(|it| it.service.name.clone());
        let known: Vec<String> = known.collect();
        let Some(service) = service else {
            let depended_on = runs.iter().filter(|it| it.service.reload);
            let depended_on: Vec<_> = depended_on.map(|it| it.no).collect();
            return match (depended_on.is_empty(), runs.is_empty()) {
                (false, _) => Ok(depended_on),
                (true, true) => Err(nothing(
                    "no backend is run here\n\nadd the command that runs it: server-reload -- COMMAND",
                )),
                (true, false) => Err(nothing(&format!(
                    "pages depend on none of the services\n\nname one: {}",
                    known.join(", ")
                ))),
            };
        };
        let named = self.backends.iter().find(|it| it.service.name == service);
        match named {
            Some(backend) if backend.runs() => Ok(vec![backend.no]),
            Some(_) => Err(nothing(&format!(
                "`{service}` is run by somebody else\n\nrestart it there, or run it here by a `command`"
            ))),
            None => Err(Declined::Unknown {
                service: service.to_owned(),
                known,
            }),
        }
    }

    pub(super) fn opened(
        &mut self,
        op: Op,
        services: Vec<ServiceNo>,
        cause: &Cause,
        plan: Vec<Phase>,
    ) {
        let identity = self.shim.hub().state().identity;
        let id_before = identity.map(|it| it.id().to_owned());
        let is_free = |id: &String| self.shim.operations().find(id).is_none();
        let id = self.chosen.take().filter(is_free);
        let id = id.unwrap_or_else(|| self.fresh_id());
        let backends = services.iter().filter_map(|no| self.backends.get(*no));
        let first = backends.clone().next();
        self.shim.operations().open(Opened {
            op_id: id.clone(),
            cause: operation_cause(cause),
            reason: cause.to_string(),
            services: backends.map(|it| it.service.name.clone()).collect(),
            plan,
            pid_before: first.and_then(|it| it.identity()?.pid()),
            id_before: id_before.clone(),
        });
        self.ops.insert(
            op,
            Begun {
                id: id.clone(),
                services,
                asked_for: false,
                id_before,
            },
        );
        self.ids.insert(op, id);
        if self.ids.len() > NAMED {
            self.ids.pop_first();
        }
    }

    /// It is known by the id that was chosen before anybody hears of it, and nothing else gets that id.
    pub(super) fn accepted(&mut self, op: Op) {
        let chosen = self.chosen.take();
        let Some(begun) = self.ops.get_mut(&op) else {
            return;
        };
        begun.asked_for = true;
        if let Some(chosen) = chosen {
            self.shim.operations().alias(chosen, &begun.id);
        }
        self.accepted = Some(begun.id.clone());
    }

    /// A service's restart has ended.
    pub(super) fn turned(&self, service: ServiceNo, status: OperationStatus, took: Duration) {
        self.shim.hub().turned(service, status);
        if let Some(backend) = self.backends.get(service) {
            let name = &backend.service.name;
            self.shim.metrics().restarted(name, status, took);
        }
    }

    /// `service`: the first that has failed.
    pub(super) fn ended(&mut self, op: Op, service: Option<ServiceNo>, end: Outcome) {
        let Some(begun) = self.ops.remove(&op) else {
            return;
        };
        let identity = self.shim.hub().state().identity;
        let id = identity.map(|it| it.id().to_owned());
        let first = begun.services.first();
        let first = first.and_then(|no| self.backends.get(*no));
        let failed = service.and_then(|no| self.backends.get(no));
        // Where it is one of several, it has to be named.
        let failed = failed.filter(|_| begun.services.len() > 1);
        let reason = end.reason.map(|reason| match failed {
            Some(failed) => format!("{}: {reason}", failed.service.name),
            None => reason,
        });
        let successor = end.successor.and_then(|op| self.ids.get(&op));
        let reason = reason.map(|reason| match successor {
            Some(successor) => format!("{reason}: operation {successor}"),
            None => reason,
        });
        // That of the first, as the one of before.
        let is_first = service.as_ref() == begun.services.first();
        let stayed = end.stayed.filter(|_| is_first);
        self.shim.operations().close(
            &begun.id,
            Closed {
                status: end.status,
                reason,
                output: end.output,
                pid_after: stayed.or_else(|| first?.pid()),
                id_after: id.filter(|id| begun.id_before.as_ref() != Some(id)),
            },
        );
    }

    /// The operations' ids, as others know them.
    pub(super) fn op_ids(&self, ops: &[Op]) -> Vec<String> {
        let begun = ops.iter().filter_map(|op| self.ops.get(op));
        begun.map(|begun| begun.id.clone()).collect()
    }

    /// The id of the one that people mean: rather one that somebody has asked for than one that files have begun.
    pub(super) fn main_op(&self, ops: &[Op]) -> Option<String> {
        let mut begun = ops.iter().filter_map(|op| self.ops.get(op));
        let first = begun.clone().next();
        let main = begun.find(|it| it.asked_for).or(first)?;
        Some(main.id.clone())
    }

    /// One that nobody has, and that is greater than those of before: the time in microseconds.
    fn fresh_id(&mut self) -> String {
        let now = Identity::now().started_at().as_micros();
        let mut micros = now.max(self.last_id + 1);
        loop {
            let id = format!("{}-{:06}", micros / 1_000_000, micros % 1_000_000);
            if self.shim.operations().find(&id).is_none() {
                self.last_id = micros;
                return id;
            }
            micros += 1;
        }
    }
}

fn nothing(why: &str) -> Declined {
    Declined::Nothing(why.to_owned())
}

/// Only people and programs ask by HTTP.
fn cause_of(cause: OperationCause) -> Cause {
    match cause {
        OperationCause::Page => Cause::Page,
        OperationCause::Key => Cause::Key,
        _ => Cause::Api,
    }
}

fn operation_cause(cause: &Cause) -> OperationCause {
    match cause {
        Cause::Files(_) => OperationCause::Files,
        Cause::Key => OperationCause::Key,
        Cause::Page => OperationCause::Page,
        Cause::Api => OperationCause::Api,
        Cause::Crash => OperationCause::Crash,
        Cause::Dependency => OperationCause::Dependency,
    }
}
