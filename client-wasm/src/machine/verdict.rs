//! Is the document out of date?

use super::turn::Stage;
use super::{Cause, Notice, Remark, Server, State};
use crate::name::{self, Name};

/// What this document knows of its server.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The server that the document goes with: stamped, first seen, or caught up with.
    pub(super) own: Option<Server>,
    /// It was there before any server that may answer, whichever made it.
    pub(super) outdated: bool,
    /// The page files that it goes with.
    pub(super) revision: Option<Name>,
    /// What the last greeting said of the page files.
    pub(super) offered: Option<Name>,
    /// Changed page files that it was told of and does not go with yet.
    pub(super) missed: Option<Vec<Name>>,
    /// Style sheets that may not have come through while the server was not ready.
    pub(super) unstyled: Vec<Name>,
    /// All ids seen by this document.
    seen: Vec<Name>,
    /// The server that answers, or answered last.
    pub(super) server: Option<Server>,
    /// Some id has come in.
    greeted: bool,
    /// It was said that several servers take turns.
    told_workers: bool,
}

/// What an id means for the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Fresh,
    Stale(Cause),
    /// An id that was seen before: several servers take turns.
    Returned,
}

impl Known {
    pub(super) fn new(stamp: Option<Name>) -> Self {
        Self {
            seen: stamp.into_iter().collect(),
            own: stamp.map(|id| Server {
                id,
                pid: None,
                started_at: None,
            }),
            ..Self::default()
        }
    }

    /// Whether page files differ from those that the document goes with.
    pub(super) fn files_moved(&self) -> bool {
        let moved = self.revision.is_some() && self.offered.is_some();
        self.missed.is_some() || moved && self.revision != self.offered
    }

    /// Takes note of an id, so that it is no news when it comes again.
    pub(super) fn see(&mut self, id: Name) {
        name::add(&mut self.seen, &[id]);
    }

    /// From here on the document goes with this server and the page files that were offered.
    pub(super) fn adopt(&mut self, server: Server) {
        self.see(server.id);
        self.own = Some(server);
        self.missed = None;
        if self.offered.is_some() {
            self.revision = self.offered;
        }
    }
}

impl State {
    /// Decides what an id means, and begins what there is to do about it.
    pub(super) fn judge(&mut self, mut server: Server, age: Option<u64>) {
        if let Some(last) = self.known.server.filter(|last| last.id == server.id) {
            // The unnamed event that follows `hello` repeats the id alone.
            server.pid = server.pid.or(last.pid);
            server.started_at = server.started_at.or(last.started_at);
        }
        let verdict = self.verdict(server.id, age);
        let first = !std::mem::replace(&mut self.known.greeted, true);
        self.known.server = Some(server);
        match verdict {
            Verdict::Fresh => {
                self.known.adopt(server);
                self.drop_turn();
            }
            Verdict::Stale(cause) => {
                // The id of the next one may come without its age.
                self.known.outdated = true;
                let counted = first || self.went_to(server.id);
                self.begin(cause, server, counted);
            }
            Verdict::Returned => {
                self.drop_turn();
                self.tell_workers();
            }
        }
    }

    fn verdict(&self, id: Name, age: Option<u64>) -> Verdict {
        let left = self.memory.left.contains(&id);
        match &self.known.own {
            Some(own) if own.id == id => {
                if self.known.files_moved() {
                    Verdict::Stale(Cause::Change)
                } else {
                    Verdict::Fresh
                }
            }
            Some(_) if left || self.known.seen.contains(&id) => Verdict::Returned,
            Some(_) => Verdict::Stale(Cause::Restart),
            None if left || self.memory.vouched(self.born_at()) == Some(id) => Verdict::Fresh,
            None if self.known.outdated => Verdict::Stale(Cause::Restart),
            // The server is younger than the document, so another one made it.
            None if age.is_some_and(|age| age < self.aged()) => Verdict::Stale(Cause::Restart),
            None => Verdict::Fresh,
        }
    }

    /// How old the document was when its stream was opened. The server's age is of that moment, and
    /// a busy page may hear of it much later.
    const fn aged(&self) -> u64 {
        let opened = self.link.open_since(self.now.mono);
        opened.saturating_sub(self.settings.born)
    }

    /// When the document's response began, by the wall clock.
    pub(super) const fn born_at(&self) -> u64 {
        self.now
            .wall
            .saturating_sub(self.now.mono.saturating_sub(self.settings.born))
    }

    fn tell_workers(&mut self) {
        if self.turn.stage != Stage::None || std::mem::replace(&mut self.known.told_workers, true) {
            return;
        }
        self.say(Remark::Workers);
        self.show(Notice::Workers);
    }
}
