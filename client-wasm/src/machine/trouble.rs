//! What needs the developer: problems of services, until they are solved.

use super::{Effect, Effects, Problem, State};

/// The problems that last, and what people have seen of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Troubles {
    /// At most one of a service, the newest last.
    open: Vec<Trouble>,
    /// The last of each service that was taken away by hand; it does not come back.
    dismissed: Vec<Problem>,
    /// What the overlay shows.
    shown: Vec<Problem>,
    /// What it says of the server.
    kept: bool,
}

#[derive(Clone, Debug)]
struct Trouble {
    problem: Problem,
    /// It is of an earlier stream, and was not repeated on this one yet.
    doubted: bool,
}

impl Troubles {
    pub(super) fn take(&mut self, problem: Problem) {
        self.dismissed
            .retain(|it| it.service != problem.service || *it == problem);
        let same = |it: &&mut Trouble| it.problem == problem;
        if let Some(trouble) = self.open.iter_mut().find(same) {
            trouble.doubted = false;
            return;
        }
        self.open.retain(|it| it.problem.service != problem.service);
        self.open.push(Trouble {
            problem,
            doubted: false,
        });
    }

    /// The service is ready.
    pub(super) fn solve(&mut self, service: &str) {
        self.open.retain(|it| it.problem.service != service);
        self.dismissed.retain(|it| it.service != service);
    }

    /// A new stream: the server repeats what lasts right after its greeting.
    pub(super) fn doubt(&mut self) {
        for trouble in &mut self.open {
            trouble.doubted = true;
        }
    }

    /// The server has said something else: what it has not repeated by now is over.
    pub(super) fn believe(&mut self) {
        self.open.retain(|it| !it.doubted);
    }

    /// The overlay is taken away by hand.
    pub(super) fn close(&mut self) {
        for problem in self.shown.clone() {
            self.dismissed.retain(|it| it.service != problem.service);
            self.dismissed.push(problem);
        }
    }

    /// The client rests.
    pub(super) fn forget(&mut self) {
        self.open.clear();
    }

    fn visible(&self) -> impl Iterator<Item = &Problem> {
        let open = self.open.iter().rev().map(|it| &it.problem);
        open.filter(|it| !self.dismissed.contains(it))
    }
}

impl State {
    /// Brings the overlay up to date.
    pub(super) fn explain(&mut self, out: &mut Effects) {
        let kept = self.link.is_ready();
        let troubles = &mut self.troubles;
        let same = troubles.visible().eq(&troubles.shown);
        if same && (troubles.shown.is_empty() || kept == troubles.kept) {
            return;
        }
        troubles.shown = troubles.visible().cloned().collect();
        troubles.kept = kept;
        out.push(Effect::Explain {
            problems: troubles.shown.clone(),
            kept,
        });
    }
}
