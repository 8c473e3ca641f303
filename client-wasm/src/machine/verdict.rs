//! Is the document out of date?

use super::input::Time;
use super::turn::Stage;
use super::{Cause, Effects, Server, State};
use crate::notice::{Notice, Remark};

/// What this document knows of its server.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The server that the document goes with: stamped, first seen, or caught up with.
    pub(super) own: Option<Server>,
    /// It was there before any server that may answer, whichever made it.
    pub(super) outdated: bool,
    /// The page files that it goes with.
    pub(super) revision: Option<String>,
    /// What the last greeting said of the page files.
    pub(super) offered: Option<String>,
    /// Changed page files that it was told of and does not go with yet.
    pub(super) missed: Option<Vec<String>>,
    /// Style sheets that may not have come through while the server was not ready.
    pub(super) unstyled: Vec<String>,
    /// All ids seen by this document.
    seen: Vec<String>,
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
    pub(super) fn new(stamp: Option<String>) -> Self {
        Self {
            seen: stamp.iter().cloned().collect(),
            own: stamp.map(|id| Server {
                id,
                ..Server::default()
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
    pub(super) fn see(&mut self, id: &str) {
        if !self.seen.iter().any(|seen| seen == id) {
            self.seen.push(id.to_owned());
        }
    }

    /// From here on the document goes with this server and the page files that were offered.
    pub(super) fn adopt(&mut self, server: &Server) {
        self.see(&server.id);
        self.own = Some(server.clone());
        self.missed = None;
        if self.offered.is_some() {
            self.revision.clone_from(&self.offered);
        }
    }
}

impl State {
    /// Decides what an id means, and begins what there is to do about it.
    pub(super) fn judge(
        &mut self,
        now: Time,
        mut server: Server,
        age: Option<u64>,
        out: &mut Effects,
    ) {
        if let Some(last) = self.known.server.take().filter(|last| last.id == server.id) {
            // The unnamed event that follows `hello` repeats the id alone.
            server.pid = server.pid.or(last.pid);
            server.started_at = server.started_at.or(last.started_at);
        }
        let verdict = self.verdict(now, &server.id, age);
        let first = !std::mem::replace(&mut self.known.greeted, true);
        self.known.server = Some(server.clone());
        match verdict {
            Verdict::Fresh => {
                self.known.adopt(&server);
                self.drop_turn(out);
            }
            Verdict::Stale(cause) => {
                // The id of the next one may come without its age.
                self.known.outdated = true;
                let counted = first || self.went_to(&server.id);
                self.begin(now, cause, server, counted, out);
            }
            Verdict::Returned => {
                self.drop_turn(out);
                self.tell_workers(out);
            }
        }
    }

    fn verdict(&self, now: Time, id: &str, age: Option<u64>) -> Verdict {
        let left = self.memory.left.iter().any(|left| left == id);
        match &self.known.own {
            Some(own) if own.id == id => {
                if self.known.files_moved() {
                    Verdict::Stale(Cause::Change)
                } else {
                    Verdict::Fresh
                }
            }
            Some(_) if left || self.known.seen.iter().any(|seen| seen == id) => Verdict::Returned,
            Some(_) => Verdict::Stale(Cause::Restart),
            None if left || self.memory.vouched(self.born_at(now)) == Some(id) => Verdict::Fresh,
            None if self.known.outdated => Verdict::Stale(Cause::Restart),
            // The server is younger than the document, so another one made it.
            None if age.is_some_and(|age| age < now.mono.saturating_sub(self.settings.born)) => {
                Verdict::Stale(Cause::Restart)
            }
            None => Verdict::Fresh,
        }
    }

    /// When the document's response began, by the wall clock.
    pub(super) const fn born_at(&self, now: Time) -> u64 {
        now.wall
            .saturating_sub(now.mono.saturating_sub(self.settings.born))
    }

    fn tell_workers(&mut self, out: &mut Effects) {
        if self.turn.stage != Stage::None || std::mem::replace(&mut self.known.told_workers, true) {
            return;
        }
        Self::say(out, Remark::Workers);
        self.show(Notice::Workers, out);
    }
}
