//! Where a restart can't be asked for, and why.

use super::State;

/// What keeps elements with `data-reload-restart` from being shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Nothing can be restarted from this page, for this reason.
    all: Option<String>,
    /// These can't be: a service, or with none all of them at once.
    some: Vec<(Option<String>, String)>,
}

/// Whether the server lets this page ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Gate {
    /// It has not said so yet.
    #[default]
    Unknown,
    /// It does, with this token.
    Open(String),
    /// It does not, for this reason.
    Shut(String),
}

/// Why nothing can be restarted while the toggle is off.
pub(super) const OFF: &str =
    "Auto-reload is off in this page: switch it on to restart the server from here";

/// Why nothing can be restarted through a stream without `hello`.
const OWN_ENDPOINT: &str = "This page's event stream is the backend's own, which can't restart it: \
    run the backend by server-reload";

/// Why nothing can be restarted where the server does not say why.
const NOT_OFFERED: &str = "server-reload does not offer restarts here";

impl Bar {
    /// Why this service, or with none the server, can't be restarted.
    #[must_use]
    pub fn of(&self, service: Option<&str>) -> Option<&str> {
        let mut some = self.some.iter();
        let alone = some.find(|(name, _)| name.as_deref() == service);
        let why = self.all.as_ref().or(alone.map(|(_, why)| why));
        why.map(String::as_str)
    }

    pub(crate) fn everything(why: &str) -> Self {
        Self {
            all: Some(why.to_owned()),
            some: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, service: Option<String>, why: String) {
        self.some.retain(|(name, _)| *name != service);
        self.some.push((service, why));
    }
}

impl Gate {
    /// As `hello` has it; with no word of it the stream has none.
    pub(super) fn new(token: Option<String>, refused: Option<String>) -> Self {
        match token {
            Some(token) => Self::Open(token),
            None => Self::Shut(refused.unwrap_or_else(|| NOT_OFFERED.to_owned())),
        }
    }

    pub(super) fn own_endpoint() -> Self {
        Self::Shut(OWN_ENDPOINT.to_owned())
    }
}

impl State {
    /// What can't be restarted now.
    pub(super) fn bar(&self) -> Bar {
        match &self.restarts.gate {
            _ if !self.enabled => Bar::everything(OFF),
            Gate::Shut(why) => Bar::everything(why),
            Gate::Open(_) | Gate::Unknown => self.restarts.refused.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_or_all() {
        let mut bar = Bar::default();
        assert_eq!(bar.of(None), None);
        bar.add(Some("worker".to_owned()), "no such service".to_owned());
        assert_eq!(bar.of(None), None);
        assert_eq!(bar.of(Some("api")), None);
        assert_eq!(bar.of(Some("worker")), Some("no such service"));
        assert_eq!(Bar::everything(OFF).of(Some("api")), Some(OFF));
    }
}
