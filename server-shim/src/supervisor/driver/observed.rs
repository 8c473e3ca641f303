//! A backend that somebody else runs.

use super::Message;
use super::backend::Backend;
use super::task::Task;
use crate::config::Identity;
use crate::supervisor::attach::{self, Seen, Server};
use crate::supervisor::machine::Input;
use crate::supervisor::{Attach, News, Source};

impl Backend {
    /// Begins to look, where somebody else runs it.
    pub(super) fn observe(&mut self) {
        let Source::Attach(attach) = self.service.source.clone() else {
            return;
        };
        let (ready, sender, service) = (
            self.service.ready.clone(),
            self.shared.sender.clone(),
            self.no,
        );
        self.observing = Some(Task::spawn(async move {
            let tell = move |seen| sender.send(Message::Seen(service, seen));
            attach::observe(&attach, &ready, tell).await;
        }));
    }

    pub(super) fn seen(&mut self, seen: Seen) -> Option<Input> {
        match seen {
            Seen::Up(server) => Some(self.is_up(&server, false)),
            Seen::Restarted { server, .. } => Some(self.is_up(&server, true)),
            Seen::Gone => {
                if !std::mem::replace(&mut self.told_away, true) {
                    self.news(&News::Away {
                        address: self.address(),
                    });
                }
                Some(Input::Away(self.no))
            }
            Seen::Forwarded { name } => {
                if let Source::Attach(Attach { port, .. }) = self.service.source {
                    self.news(&News::Forwarded { name, port });
                }
                None
            }
        }
    }

    fn is_up(&mut self, server: &Server, another: bool) -> Input {
        self.told_away = false;
        let same = self.identity.take().filter(|_| !another);
        self.identity = Some(match (server.started, same) {
            (Some(started), _) => Identity::since(started, server.age(), server.pid),
            // It was only away; nobody tells since when it runs.
            (None, Some(same)) => same.with_pid(server.pid),
            (None, None) => Identity::now().with_pid(server.pid),
        });
        Input::Up {
            service: self.no,
            pid: server.pid,
        }
    }

    fn address(&self) -> String {
        match &self.service.source {
            Source::Attach(attach) => format!("{}:{}", attach.host, attach.port),
            Source::Run(_) => String::new(),
        }
    }
}
