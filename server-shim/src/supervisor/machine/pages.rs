//! What pages are told of their own files, and when.
//!
//! A page that loads anew while its backend is down finds nothing, and one that loads anew for its
//! files and then for the new process does it twice. So pages hear of their files once all services
//! are ready, and not at all where the id moves.

use server_reload_protocol::payload::ChangeKind;

use super::Effects;
use super::effect::Effect;
use super::input::{Change, Class};
use crate::supervisor::News;

/// Changed page files that pages have not heard of; each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages(Vec<Change>);

impl Pages {
    /// Keeps those that are for pages; all, where there is no service that they could be for.
    pub(super) fn add(&mut self, changes: &[Change], all: bool) {
        for change in changes {
            if all || change.class != Class::Code {
                self.0.retain(|it| it.path != change.path);
                self.0.push(change.clone());
            }
        }
    }

    /// The pages load anew anyway.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn tell(&mut self, out: &mut Effects) {
        if self.0.is_empty() {
            return;
        }
        let changes = std::mem::take(&mut self.0);
        let style = changes.iter().all(|change| change.class == Class::Style);
        let kind = if style {
            ChangeKind::Style
        } else {
            ChangeKind::Page
        };
        let paths = changes.iter().map(|change| change.path.clone()).collect();
        let urls = changes.into_iter().map(|change| change.url).collect();
        out.push(Effect::News(0, News::Changed { paths, style }));
        out.push(Effect::Change { kind, urls });
    }
}
