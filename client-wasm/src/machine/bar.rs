//! Where a restart can't be asked for, and why.

use super::{Effect, State};
use crate::name::Name;

/// Why there is no restart, or no word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The toggle is off.
    Off,
    /// The page's stream is the backend's own, which has no `hello`.
    OwnEndpoint,
    /// The server does not offer it, and does not say why.
    NotOffered,
    /// There is no connection.
    NoConnection,
    /// The person does not want it.
    Cancelled,
    /// Nobody could be asked: a sandboxed frame, or a `confirm` of the page's own.
    Blocked,
    /// The server says why.
    Said(Name),
}

/// What keeps elements with `data-reload-restart` from being shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Nothing can be restarted from this page, for this reason.
    pub all: Option<Why>,
    /// These can't be: a service, or with none all of them at once.
    pub some: Vec<(Option<Name>, Why)>,
}

/// Whether the server lets this page ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gate {
    /// It has not said so yet.
    #[default]
    Unknown,
    /// It does.
    Open,
    /// It does not, for this reason.
    Shut(Why),
}

impl Bar {
    /// Why this service, or with none the server, can't be restarted.
    #[must_use]
    pub fn of(&self, service: Option<Name>) -> Option<Why> {
        let mut some = self.some.iter();
        let alone = some.find(|(name, _)| *name == service);
        self.all.or(alone.map(|(_, why)| *why))
    }

    pub(super) fn add(&mut self, service: Option<Name>, why: Why) {
        let mut some = self.some.iter_mut();
        match some.find(|(name, _)| *name == service) {
            Some((_, known)) => *known = why,
            None => self.some.push((service, why)),
        }
    }
}

impl Gate {
    /// As `hello` has it.
    pub(super) fn new(open: bool, refused: Option<Name>) -> Self {
        if open {
            Self::Open
        } else {
            Self::Shut(refused.map_or(Why::NotOffered, Why::Said))
        }
    }
}

impl State {
    /// Why nothing can be restarted now, if nothing can.
    pub(super) const fn barred(&self) -> Option<Why> {
        match self.restarts.gate {
            _ if !self.enabled => Some(Why::Off),
            Gate::Shut(why) => Some(why),
            Gate::Open | Gate::Unknown => None,
        }
    }

    /// Brings the elements that begin a restart up to date.
    pub(super) fn bar(&mut self) {
        let all = self.barred();
        let restarts = &mut self.restarts;
        let news = restarts.news && all.is_none();
        if all == restarts.told && !news {
            return;
        }
        (restarts.told, restarts.news) = (all, false);
        let mut bar = Bar {
            all,
            some: Vec::new(),
        };
        if all.is_none() {
            bar.some.clone_from(&restarts.refused.some);
        }
        self.out.push(Effect::Bar(bar));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_or_all() {
        let mut bar = Bar::default();
        let (worker, api, no) = (Name::new(1), Name::new(2), Why::NotOffered);
        assert_eq!(bar.of(None), None);
        bar.add(worker, no);
        assert_eq!(bar.of(None), None);
        assert_eq!(bar.of(api), None);
        assert_eq!(bar.of(worker), Some(no));
        bar.all = Some(Why::Off);
        assert_eq!(bar.of(api), Some(Why::Off));
    }
}
