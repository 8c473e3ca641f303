//! What the dashboard shows beside the hub's state and the operations: the end of each service's
//! output, where each service is, and who listens.

mod ring;
mod visitor;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use http::HeaderMap;
use server_reload_protocol::dashboard::{Line, Page, Row, Writer, Written};
use server_reload_protocol::payload::ServiceHealth;
use tokio::sync::watch;

use crate::clock::since_epoch;
use ring::Ring;

/// So many of those who listen are named; the others are counted.
const MOST_PAGES: usize = 50;

/// Retained, and told of by [`Board::changes`].
#[derive(Debug, Default)]
pub(crate) struct Board {
    kept: Mutex<Kept>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    services: BTreeMap<String, Service>,
    visitors: BTreeMap<u64, Page>,
    /// How many visitors there were so far.
    came: u64,
}

#[derive(Debug, Default)]
struct Service {
    output: Ring,
    url: Option<String>,
    attached: bool,
}

impl Board {
    /// There is such a service.
    pub(crate) fn expect(&self, service: &str, attached: bool) {
        self.service(service, |it| it.attached = attached);
    }

    /// It is ready there.
    pub(crate) fn found(&self, service: &str, url: Option<&str>) {
        self.service(service, |it| {
            if url.is_some() {
                it.url = url.map(str::to_owned);
            }
        });
    }

    pub(crate) fn write(&self, service: &str, from: Writer, text: &str) {
        let text = text.to_owned();
        self.service(service, |it| it.output.push(Line { from, text }));
    }

    fn service(&self, name: &str, change: impl FnOnce(&mut Service)) {
        let mut kept = self.kept();
        // The name is copied once, not for each line.
        match kept.services.get_mut(name) {
            Some(service) => change(service),
            None => change(kept.services.entry(name.to_owned()).or_default()),
        }
        self.tell(kept);
    }

    /// Somebody listens on the stream for pages, as long as what is returned lives.
    pub(crate) fn enter(self: &Arc<Self>, headers: &HeaderMap) -> Visit {
        let mut kept = self.kept();
        let no = kept.came;
        kept.came += 1;
        let page = Page {
            no,
            url: visitor::page(headers),
            browser: visitor::browser(headers),
            since: since_epoch(SystemTime::now()).as_secs_f64(),
        };
        kept.visitors.insert(no, page);
        self.tell(kept);
        Visit {
            board: Arc::clone(self),
            no,
        }
    }

    /// Those who listen, as many as are named.
    pub(crate) fn pages(&self) -> Vec<Page> {
        let kept = self.kept();
        kept.visitors.values().take(MOST_PAGES).cloned().collect()
    }

    /// The services of the hub, with what is known of them here.
    pub(crate) fn rows(&self, services: Vec<ServiceHealth>) -> Vec<Row> {
        let kept = self.kept();
        let row = |health: ServiceHealth| {
            let known = kept.services.get(&health.name);
            Row {
                url: known.and_then(|it| it.url.clone()),
                attached: known.is_some_and(|it| it.attached),
                health,
            }
        };
        services.into_iter().map(row).collect()
    }

    /// What was written since; `told` remembers up to where, for each service.
    pub(crate) fn written(&self, told: &mut BTreeMap<String, u64>) -> Vec<Written> {
        let kept = self.kept();
        let news = kept.services.iter().filter_map(|(name, service)| {
            let told = told.entry(name.clone()).or_default();
            let (skipped, lines) = service.output.since(*told)?;
            *told = service.output.next();
            Some(Written {
                service: name.clone(),
                skipped,
                lines,
            })
        });
        news.collect()
    }

    /// Wakes when something of this is another.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn leave(&self, no: u64) {
        let mut kept = self.kept();
        kept.visitors.remove(&no);
        self.tell(kept);
    }

    /// Nothing panics while it is held.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, kept: MutexGuard<'_, Kept>) {
        drop(kept);
        self.changed.send_replace(());
    }
}

/// Somebody listens, until this is dropped.
#[derive(Debug)]
pub(crate) struct Visit {
    board: Arc<Board>,
    no: u64,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.board.leave(self.no);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_told_once() {
        let board = Board::default();
        let mut told = BTreeMap::new();
        board.expect("api", false);
        assert!(board.written(&mut told).is_empty());
        board.write("api", Writer::Stdout, "one");
        board.write("web", Writer::Stderr, "two");
        let first = board.written(&mut told);
        assert_eq!(first.len(), 2, "{first:?}");
        board.write("web", Writer::Note, "three");
        let second = board.written(&mut told);
        assert_eq!(second.len(), 1, "{second:?}");
        assert_eq!(second[0].service, "web");
        assert_eq!(second[0].skipped, 0);
        assert_eq!(second[0].lines[0].text, "three");
    }

    #[test]
    fn visitors_are_named_while_they_are_here() {
        let board = Arc::new(Board::default());
        let mut changes = board.changes();
        let (one, two) = (
            board.enter(&HeaderMap::new()),
            board.enter(&HeaderMap::new()),
        );
        assert!(changes.has_changed().unwrap_or_default());
        changes.mark_unchanged();
        drop(one);
        assert!(changes.has_changed().unwrap_or_default());
        let numbers: Vec<_> = board.pages().iter().map(|page| page.no).collect();
        assert_eq!(numbers, [1]);
        drop(two);
        assert!(board.pages().is_empty());
    }

    #[test]
    fn of_very_many_visitors_the_first_are_named() {
        let board = Arc::new(Board::default());
        let visits: Vec<_> = (0..60).map(|_| board.enter(&HeaderMap::new())).collect();
        assert_eq!(board.pages().len(), MOST_PAGES);
        drop(visits);
    }
}
