//! What a person at the terminal hears of the backends: their own lines, and what happens to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use anstyle::{AnsiColor, Style};

use super::news::{Told, Weight, told};
use super::output::{ERR, OUT};
use super::shown::closed;
use super::voice::{ALERT, BOLD, Voice, WARNING};
use crate::supervisor::{News, Reporter, Speaker};

/// Services are told apart by them.
const COLORS: [AnsiColor; 5] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Yellow,
];

/// The terminal, as the supervisor sees it.
#[derive(Debug)]
pub(super) struct Terminal {
    voice: Voice,
    /// What stands in front of each line of a service.
    prefixes: BTreeMap<String, String>,
    /// The working folder.
    here: PathBuf,
    /// Whether the page is to be opened once there is one.
    open: bool,
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
    pub(super) fn new(voice: Voice, names: &[&str], open: bool) -> Self {
        let width = names.iter().map(|name| name.chars().count()).max();
        let width = width.unwrap_or_default();
        let colors = COLORS.iter().cycle();
        let prefixes = names.iter().zip(colors).map(|(name, color)| {
            let style = Style::new().fg_color(Some((*color).into())).dimmed();
            (
                (*name).to_owned(),
                format!("{style}{name:width$} |{style:#} "),
            )
        });
        Self {
            voice,
            prefixes: prefixes.collect(),
            here: std::env::current_dir().unwrap_or_default(),
            open,
            state: Mutex::default(),
        }
    }

    /// Where there are several services, each thing told begins with the name.
    fn subject(&self, service: &str) -> String {
        if self.prefixes.len() > 1 && self.prefixes.contains_key(service) {
            format!("{service}: ")
        } else {
            String::new()
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

    fn open(&self, url: &str) {
        self.voice.say(format!("open    {BOLD}{url}{BOLD:#}"));
        if self.open {
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
        let prefix = self.prefixes.get(service).map_or("", String::as_str);
        let line = format!("{prefix}{}\n", closed(line));
        match speaker {
            Speaker::Stdout => OUT.pass(line.as_bytes()),
            Speaker::Stderr => ERR.pass(line.as_bytes()),
        }
    }

    fn news(&self, service: &str, news: &News) {
        self.tell(service, news);
        if let Some(url) = self.page(service, news) {
            self.open(&url);
        }
    }
}

impl Terminal {
    fn tell(&self, service: &str, news: &News) {
        let checked = self.checked(service, news);
        if let Some(told) = told(news, checked, &self.here) {
            let (subject, text) = (self.subject(service), text(&told));
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
        Terminal::new(Voice::new(quiet), names, false)
    }

    #[test]
    fn names_are_of_one_width() {
        let terminal = terminal(&["api", "worker"]);
        let plain: Vec<String> = terminal
            .prefixes
            .values()
            .map(|prefix| anstream::adapter::strip_str(prefix).to_string())
            .collect();
        assert_eq!(plain, ["api    | ", "worker | "]);
        assert_eq!(terminal.subject("api"), "api: ");
    }

    #[test]
    fn one_service_needs_no_name() {
        assert_eq!(terminal(&["api"]).subject("api"), "");
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
