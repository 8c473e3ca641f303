//! What a person hears, and the dashboard as well.

use std::sync::Arc;

use server_reload_protocol::dashboard::Writer;

use super::{News, Reporter, Source, Speaker, Supervision};
use crate::shim::Shim;

/// Hands everything on, and keeps for the dashboard what that shows.
pub(super) struct Tee {
    shim: Shim,
    reporter: Arc<dyn Reporter>,
}

impl Tee {
    /// A reporter for all that is supervised.
    pub(super) fn over(
        reporter: Arc<dyn Reporter>,
        shim: &Shim,
        supervision: &Supervision,
    ) -> Arc<dyn Reporter> {
        for service in &supervision.services {
            let attached = matches!(service.source, Source::Attach(_));
            shim.board().expect(&service.name, attached);
        }
        let shim = shim.clone();
        Arc::new(Self { shim, reporter })
    }
}

impl Reporter for Tee {
    fn output(&self, service: &str, speaker: Speaker, line: &str) {
        let from = match speaker {
            Speaker::Stdout => Writer::Stdout,
            Speaker::Stderr => Writer::Stderr,
        };
        self.shim.board().write(service, from, line);
        self.reporter.output(service, speaker, line);
    }

    fn news(&self, service: &str, news: &News) {
        let board = self.shim.board();
        if let News::Ready { url, .. } = news {
            board.found(service, url.as_deref());
        }
        if let Some(note) = note(news) {
            board.write(service, Writer::Note, &note);
        }
        self.reporter.news(service, news);
    }
}

/// What tells the lines of one process from those of the next.
fn note(news: &News) -> Option<String> {
    match news {
        News::Starting { cause: None } => Some("starting".to_owned()),
        News::Starting { cause: Some(cause) } => Some(format!("starting again: {cause}")),
        News::Ready { pid: Some(pid), .. } => Some(format!("ready, pid {pid}")),
        News::Crashed { exit, .. } => Some(exit.to_string()),
        News::CannotStart { reason } => Some(format!("cannot be started: {reason}")),
        News::NeverReady { reason, .. } => Some(format!("not ready in time: {reason}")),
        _ => None,
    }
}
