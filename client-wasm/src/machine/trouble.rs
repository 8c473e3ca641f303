//! What needs the developer: problems of services, until they are solved.

use super::{Effect, Problem, State};
use crate::name::Name;

/// The problems that last, and what people have seen of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Troubles {
    /// At most one of a service, the newest last.
    all: Vec<Trouble>,
    /// What the overlay shows.
    shown: Vec<Problem>,
    /// What it says of the server.
    kept: bool,
}

#[derive(Clone, Copy, Debug)]
struct Trouble {
    problem: Problem,
    /// It lasts.
    open: bool,
    /// It is of an earlier stream, and was not repeated on this one yet.
    doubted: bool,
    /// It was taken away by hand; it does not come back.
    dismissed: bool,
}

impl Troubles {
    pub(super) fn take(&mut self, problem: Problem) {
        let mut dismissed = false;
        if let Some(same) = self.all.iter_mut().find(|it| it.problem == problem) {
            if same.open {
                same.doubted = false;
                return;
            }
            dismissed = same.dismissed;
        }
        self.solve(problem.service);
        self.all.push(Trouble {
            problem,
            open: true,
            doubted: false,
            dismissed,
        });
    }

    /// The service is ready.
    pub(super) fn solve(&mut self, service: Name) {
        let is_its = |it: &Trouble| it.problem.service == service;
        if let Some(at) = self.all.iter().position(is_its) {
            self.all.remove(at);
        }
    }

    /// A new stream: the server repeats what lasts right after its greeting.
    pub(super) fn doubt(&mut self) {
        for trouble in &mut self.all {
            trouble.doubted = true;
        }
    }

    /// The server has said something else: what it has not repeated by now is over.
    pub(super) fn believe(&mut self) {
        for trouble in &mut self.all {
            trouble.open &= !trouble.doubted;
        }
    }

    /// The overlay is taken away by hand.
    pub(super) fn close(&mut self) {
        for trouble in &mut self.all {
            trouble.dismissed |= trouble.open;
        }
    }

    /// The client rests.
    pub(super) fn forget(&mut self) {
        for trouble in &mut self.all {
            trouble.open = false;
        }
    }

    /// The newest first.
    fn visible(&self) -> Vec<Problem> {
        let mut visible = Vec::new();
        for trouble in self.all.iter().rev() {
            if trouble.open && !trouble.dismissed {
                visible.push(trouble.problem);
            }
        }
        visible
    }
}

impl State {
    /// Brings the overlay up to date.
    pub(super) fn explain(&mut self) {
        let kept = self.link.is_ready();
        let problems = self.troubles.visible();
        let troubles = &mut self.troubles;
        let same = problems == troubles.shown;
        if same && (problems.is_empty() || kept == troubles.kept) {
            return;
        }
        troubles.kept = kept;
        troubles.shown.clone_from(&problems);
        self.out.push(Effect::Explain { problems, kept });
    }
}
