//! What a person at the terminal hears of the backends: their own lines, and what happens to them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::names::Names;
use super::news::{Told, Weight, told};
use super::output::{ERR, OUT};
use super::shown::closed;
use super::voice::{ALERT, BOLD, Voice, WARNING};
use crate::supervisor::{News, Reporter, Speaker};

/// The terminal, as the supervisor sees it.
#[derive(Debug)]
pub(super) struct Terminal {
    voice: Voice,
    names: Names,
    /// The working folder.
    here: PathBuf,
    /// The service whose page is to be opened once there is one.
    open: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Services of which the last thing told is that they are checked.
    checking: BTreeSet<String>,
    /// Services whose address has been told.
    known: BTreeSet<String>,
}

impl Terminal {
    pub(super) fn new(voice: Voice, names: &[&str], open: Option<String>) -> Self {
        Self {
            voice,
            names: Names::of(names.iter().copied()),
            here: std::env::current_dir().unwrap_or_default(),
            open,
            state: Mutex::default(),
        }
    }

    /// Nothing panics while it is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was checked just before.
    fn checked(&self, service: &str, news: &News) -> bool {
        let mut state = self.state();
        match news {
            News::Checking { .. } => !state.checking.insert(service.to_owned()),
            _ => state.checking.remove(service),
        }
    }

    /// The address, the first time that it is known.
    fn page(&self, service: &str, news: &News) -> Option<String> {
        let News::Ready { url: Some(url), .. } = news else {
            return None;
        };
        let first = self.state().known.insert(service.to_owned());
        first.then(|| url.clone())
    }

    fn open(&self, service: &str, url: &str) {
        let subject = self.names.subject(service);
        self.voice
            .say(format!("{subject}open    {BOLD}{url}{BOLD:#}"));
        if self.open.as_deref() == Some(service) {
            let (voice, url) = (self.voice, url.to_owned());
            let started = thread::Builder::new()
                .name("browser".to_owned())
                .spawn(move || voice.open(&url));
            // Without a thread nothing is opened; the line tells where.
            drop(started);
        }
    }
}

impl Reporter for Terminal {
    fn output(&self, service: &str, speaker: Speaker, line: &str) {
        let prefix = self.names.prefix(service);
        let line = format!("{prefix}{}\n", closed(line));
        match speaker {
            Speaker::Stdout => OUT.pass(line.as_bytes()),
            Speaker::Stderr => ERR.pass(line.as_bytes()),
        }
    }

    fn news(&self, service: &str, news: &News) {
        self.tell(service, news);
        if let Some(url) = self.page(service, news) {
            self.open(service, &url);
        }
    }
}

impl Terminal {
    fn tell(&self, service: &str, news: &News) {
        let checked = self.checked(service, news);
        if let Some(told) = told(news, checked, &self.here) {
            let (subject, text) = (self.names.subject(service), text(&told));
            let line = match told.weight {
                Weight::News => return self.voice.say(format!("{subject}{text}")),
                Weight::Warning => format!("{WARNING}warning:{WARNING:#} {subject}{text}\n"),
                Weight::Error => format!("{subject}{text}\n"),
            };
            ERR.say(line.as_bytes());
        }
    }
}

fn text(told: &Told) -> String {
    let Told {
        head, rest, below, ..
    } = told;
    let below = below.trim_end_matches('\n');
    let part = if below.is_empty() { "" } else { "\n" };
    if head.is_empty() {
        format!("{rest}{part}{below}")
    } else {
        format!("{ALERT}{head}{ALERT:#}{rest}{part}{below}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Verbosity;
    use super::*;
    use crate::supervisor::Cause;
    use std::time::Duration;

    fn terminal(names: &[&str]) -> Terminal {
        let quiet = Verbosity {
            verbose: false,
            quiet: true,
        };
        Terminal::new(Voice::new(quiet), names, None)
    }

    #[test]
    fn a_check_is_remembered_until_the_next_news() {
        let terminal = terminal(&["api"]);
        let cause = Cause::Key;
        terminal.checked("api", &News::Checking { cause });
        assert!(!terminal.checked("other", &News::PutBack));
        assert!(terminal.checked("api", &News::Starting { cause: None }));
        assert!(!terminal.checked("api", &News::Starting { cause: None }));
    }

    #[test]
    fn the_address_is_told_once() {
        let terminal = terminal(&["api"]);
        let ready = |url: Option<&str>| News::Ready {
            pid: Some(1),
            before: None,
            took: Duration::ZERO,
            url: url.map(str::to_owned),
        };
        assert_eq!(terminal.page("api", &ready(None)), None);
        let url = "http://localhost:8000/";
        assert_eq!(
            terminal.page("api", &ready(Some(url))).as_deref(),
            Some(url)
        );
        assert_eq!(terminal.page("api", &ready(Some(url))), None);
    }
}
