//! What is behind the stream: the services, and whether they answer.

use super::input::{Doing, Phase, Time, Timer};
use super::{Kind, Notice, Server, State};
use crate::name::{self, Name};

/// What the phases on this stream have told.
#[derive(Clone, Debug, Default)]
pub(super) struct Services {
    /// Those that do not answer, by name.
    down: Vec<Name>,
    /// What one of them does, or did last.
    pub(super) doing: Option<Phase>,
    /// The operation that the last phase with one was part of.
    pub(super) op_id: Option<Name>,
    /// When the first of them went down, by the wall clock; until an id comes in.
    pub(super) down_at: Option<u64>,
    /// The newest process.
    pid: Option<u32>,
    /// When it was started, by the wall clock.
    started_at: Option<u64>,
}

impl Services {
    pub(super) fn new(doing: Option<Phase>) -> Self {
        Self {
            doing,
            ..Self::default()
        }
    }

    /// Whether nobody has said otherwise.
    pub(super) fn all_ready(&self) -> bool {
        self.doing.is_none_or(|phase| phase == Phase::Ready)
    }

    fn note(&mut self, now: Time, doing: &Doing) {
        self.doing = Some(doing.phase);
        self.op_id = doing.op_id.or(self.op_id);
        match doing.phase {
            Phase::Starting | Phase::WaitingUntilReady | Phase::Ready => {
                self.pid = doing.pid.or(self.pid);
                if doing.phase != Phase::Ready {
                    self.started_at.get_or_insert(now.wall);
                }
            }
            Phase::Checking | Phase::Failed => {}
            _ => (self.pid, self.started_at) = (None, None),
        }
    }

    /// An id has come in: all that pages depend on answers.
    pub(super) fn answer(&mut self) {
        self.down.clear();
        self.down_at = None;
        (self.pid, self.started_at) = (None, None);
    }
}

impl State {
    pub(super) fn phase_changed(&mut self, doing: Doing) {
        self.services.note(self.now, &doing);
        if doing.op_id.is_some() {
            self.follow();
        }
        match doing.phase {
            Phase::Ready => {
                // The id that comes with it says more.
                name::drop(&mut self.services.down, doing.service);
                self.troubles.solve(doing.service);
                if self.toast == Some(Kind::Unrestarted) {
                    self.hide();
                }
            }
            Phase::Starting
            | Phase::WaitingUntilReady
            | Phase::Stopping
            | Phase::WaitingForPort
            | Phase::WaitingForService
            | Phase::Crashed
            | Phase::BackingOff => self.go_down(doing.service),
            // The process of before goes on, if there was one.
            _ => {}
        }
        self.troubles.believe();
        if self.link.is_waiting() && self.toast == Some(Kind::Waiting) {
            self.show(Notice::Waiting(self.services.doing));
        }
    }

    fn go_down(&mut self, service: Name) {
        if self.services.down.is_empty() {
            self.services.down_at = Some(self.now.wall);
        }
        name::add(&mut self.services.down, &[service]);
        if self.link.set_ready(false) {
            // Never into a server that is not there; its next id is judged anew.
            self.drop_turn();
            self.arm(Timer::Notice, self.settings.timing.notice());
        }
    }

    /// Some time after the last phase: where no id has come, pages do not depend on what was down.
    pub(super) fn recovered(&mut self) {
        self.troubles.believe();
        if self.services.down.is_empty() && self.link.set_ready(true) {
            self.services.answer();
            self.disarm(Timer::Notice);
            // No id may come: pages need not depend on what was down. What was begun before was dropped then.
            if let Some(server) = self.known.server {
                self.judge(server, None);
            }
            self.tell_return();
        }
    }

    /// The server of an id that has come in alone.
    pub(super) fn named(&self, id: Name) -> Server {
        let known = self.known.server.is_some_and(|known| known.id == id);
        let Services {
            pid, started_at, ..
        } = self.services;
        Server {
            id,
            pid: pid.filter(|_| !known),
            started_at: started_at.filter(|_| !known),
        }
    }
}
