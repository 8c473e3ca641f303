//! Changed page files and style sheets.

use server_reload_protocol::payload::{Change, ChangeKind};

use super::input::Time;
use super::turn::Stage;
use super::{Cause, Effect, Effects, State};
use crate::notice::Notice;

fn add(list: &mut Vec<String>, paths: Vec<String>) {
    for path in paths {
        if !list.contains(&path) {
            list.push(path);
        }
    }
}

impl State {
    pub(super) fn files_changed(&mut self, now: Time, change: Change, out: &mut Effects) {
        self.troubles.believe();
        let moved = self.known.files_moved();
        if change.revision.is_some() {
            if !moved && change.revision == self.known.revision {
                // The document came after it.
                return;
            }
            self.known.offered.clone_from(&change.revision);
        }
        if change.kind == ChangeKind::Style {
            if !moved && change.revision.is_some() {
                self.known.revision = change.revision;
            }
            self.swap(change.paths, out);
        } else {
            self.miss(change.paths);
            self.act_upon_files(now, out);
        }
    }

    /// Takes note of page files that the document does not go with.
    fn miss(&mut self, paths: Vec<String>) {
        add(self.known.missed.get_or_insert_default(), paths);
    }

    /// While the server is not ready, the coming id decides.
    fn act_upon_files(&mut self, now: Time, out: &mut Effects) {
        if let Some(server) = self.known.server.clone().filter(|_| self.link.is_ready()) {
            self.services.down_at = None;
            self.begin(now, Cause::Change, server, false, out);
        }
    }

    /// At once, also in a hidden page. A server that is not ready may be the one that has the sheets:
    /// then again when it is.
    fn swap(&mut self, paths: Vec<String>, out: &mut Effects) {
        if !self.link.is_ready() {
            add(&mut self.known.unstyled, paths.clone());
        }
        out.push(Effect::SwapStyles(paths));
    }

    /// The server is ready: what could not be swapped before is tried again.
    pub(super) fn swap_again(&mut self, out: &mut Effects) {
        let paths = std::mem::take(&mut self.known.unstyled);
        if !paths.is_empty() {
            out.push(Effect::SwapStyles(paths));
        }
    }

    /// Says so, where the toast has nothing more important to say.
    pub(super) fn swapped(&mut self, out: &mut Effects) {
        let idle = self.turn.stage == Stage::None && self.link.is_ready();
        let lasting = [Notice::Failed(String::new()).kind(), Notice::Workers.kind()];
        if idle && !self.toast.is_some_and(|kind| lasting.contains(&kind)) {
            self.show(Notice::Styles, out);
        }
    }
}
