//! What the hub, and the person, are told.

use server_reload_protocol::payload::{Change, ChangeKind, Phase, PhaseChange, Problem};

use super::Driver;
use super::backend::Backend;
use crate::supervisor::machine::{Op, ServiceNo};
use crate::supervisor::{News, looks};

/// What a service does now.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) service: ServiceNo,
    pub(super) phase: Phase,
    pub(super) pid: Option<u32>,
    pub(super) reason: Option<String>,
    pub(super) ops: Vec<Op>,
}

impl Driver {
    pub(super) fn announce(&mut self, service: ServiceNo) {
        let backend = self.backends.get(service);
        self.shim
            .hub()
            .identify(backend.and_then(Backend::identity));
    }

    /// With the revision that the files have by now, so that a page which follows knows where it is.
    pub(super) fn change(&mut self, kind: ChangeKind, paths: Vec<String>) {
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

    pub(super) fn phase(&mut self, told: Told) {
        let Told {
            service,
            phase,
            pid,
            reason,
            ops,
        } = told;
        let Some(backend) = self.backends.get(service) else {
            return;
        };
        let name = &backend.service.name;
        self.stands(service, phase, pid, &ops);
        let change = PhaseChange {
            seq: 0,
            service: name.clone(),
            phase,
            pid,
            reason,
            op_id: self.main_op(&ops),
        };
        self.shim.hub().phase(service, change, backend.started_at());
    }

    /// The operations' records say where a part of them stands.
    pub(super) fn stands(&self, service: ServiceNo, phase: Phase, pid: Option<u32>, ops: &[Op]) {
        let Some(backend) = self.backends.get(service) else {
            return;
        };
        for id in self.op_ids(ops) {
            let name = &backend.service.name;
            self.shim.operations().phase(&id, name, phase, pid);
        }
    }

    pub(super) fn problem(&mut self, service: ServiceNo, title: &str, output: &str) {
        // A title is one line; what tells more stands above the output.
        let (title, more) = title.split_once('\n').unwrap_or((title, ""));
        let more = [more.trim(), output];
        let output = more.iter().filter(|part| !part.is_empty());
        if let Some(backend) = self.backends.get(service) {
            let (output, looks) = looks::read(&output.copied().collect::<Vec<_>>().join("\n\n"));
            self.shim.hub().problem(Problem {
                service: backend.service.name.clone(),
                title: title.to_owned(),
                output,
                looks,
            });
        }
    }

    pub(super) fn solved(&self, service: ServiceNo) {
        if let Some(backend) = self.backends.get(service) {
            self.shim.hub().solve(&backend.service.name);
        }
    }

    /// Who is ready is told with the address that it has.
    pub(super) fn tell_news(&self, service: ServiceNo, mut news: News) {
        if let (News::Ready { url, .. }, Some(backend)) = (&mut news, self.backends.get(service)) {
            *url = backend.url();
        }
        self.news(service, &news);
    }

    pub(super) fn news(&self, service: ServiceNo, news: &News) {
        let backend = self.backends.get(service);
        let name = backend.map_or("", |backend| backend.service.name.as_str());
        self.reporter.news(name, news);
    }
}
