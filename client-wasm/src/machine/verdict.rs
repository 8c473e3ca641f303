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
    /// What was last said of the page files.
    pub(super) offered: Option<Name>,
    /// What the last greeting said of them: what is said again of those is no news.
    pub(super) greeted_with: Option<Name>,
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
        let Some(verdict) = self.verdict(server.id, age) else {
            return self.ask_again();
        };
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

    /// `None` where their ages leave it open which is older.
    fn verdict(&mut self, id: Name, age: Option<u64>) -> Option<Verdict> {
        let left = self.memory.left.contains(&id);
        Some(match &self.known.own {
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
            None => return self.compare(age),
        })
    }

    /// A server that is younger than the document has not made it. The server's age is of some moment between the
    /// question and its answer, which a busy page, or a server that is away, may hold up for long.
    fn compare(&mut self, age: Option<u64>) -> Option<Verdict> {
        let born = self.settings.born;
        let younger = |at: u64| age.is_some_and(|age| age < at.saturating_sub(born));
        let (asked, opened) = self.link.asked_and_opened(self.now.mono);
        if !younger(opened) {
            Some(Verdict::Fresh)
        } else if younger(asked) || self.link.doubt() {
            Some(Verdict::Stale(Cause::Restart))
        } else {
            None
        }
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
