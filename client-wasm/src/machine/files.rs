//! Changed page files and style sheets.

use super::input::{ChangeKind, Changed};
use super::turn::Stage;
use super::{Cause, Effect, Kind, Notice, State};
use crate::name::{self, Name};

impl State {
    pub(super) fn files_changed(&mut self, change: &Changed) {
        self.troubles.believe();
        let moved = self.known.files_moved();
        if change.revision.is_some() {
            // The document came after it. That a change before it has the same is no sign: files that are saved
            // together may all be there when the first is told.
            let greeted = change.revision == self.known.greeted_with;
            if !moved && greeted && change.revision == self.known.revision {
                return;
            }
            self.known.offered = change.revision;
        }
        if change.kind == ChangeKind::Style {
            if !moved && change.revision.is_some() {
                self.known.revision = change.revision;
            }
            self.swap(&change.paths);
        } else {
            self.miss(&change.paths);
            self.act_upon_files();
        }
    }

    /// Takes note of page files that the document does not go with.
    fn miss(&mut self, paths: &[Name]) {
        name::add(self.known.missed.get_or_insert_default(), paths);
    }

    /// While the server is not ready, the coming id decides.
    fn act_upon_files(&mut self) {
        if let Some(server) = self.known.server.filter(|_| self.link.is_ready()) {
            self.services.down_at = None;
            self.begin(Cause::Change, server, false);
        }
    }

    /// At once, also in a hidden page. A server that is not ready may be the one that has the sheets:
    /// then again when it is.
    fn swap(&mut self, paths: &[Name]) {
        if !self.link.is_ready() {
            name::add(&mut self.known.unstyled, paths);
        }
        self.out.push(Effect::SwapStyles(paths.to_vec()));
    }

    /// The server is ready: what could not be swapped before is tried again.
    pub(super) fn swap_again(&mut self) {
        let paths = std::mem::take(&mut self.known.unstyled);
        if !paths.is_empty() {
            self.out.push(Effect::SwapStyles(paths));
        }
    }

    /// Says so, where the toast has nothing more important to say.
    pub(super) fn swapped(&mut self) {
        let idle = self.turn.stage == Stage::None && self.link.is_ready();
        if idle && !matches!(self.toast, Some(Kind::Failed | Kind::Workers)) {
            self.show(Notice::Styles);
        }
    }
}
