//! Who restarts a backend when a file is saved.

use std::process::Command;
use std::time::{Duration, Instant};

use server_reload_e2e::{PATIENCE, place, shim};

use super::marks::{Mark, Marks};
use super::save::Style;
use super::site::{Site, line, under};
use crate::tool::{Tool, peers_python, python};

/// Others of the same save may follow the first whole process within this time.
const CALM: Duration = Duration::from_millis(200);

/// A save that nobody has noticed after this time is missed.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

/// How a contender is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As its makers have set it.
    Default,
    /// With options of our choice.
    Tuned,
    /// No watcher: we start the backend ourselves, right after the save.
    Floor,
}

/// A contender on paper.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    kind: Kind,
    command: fn(&Site) -> Command,
}

const FLOOR: &str = "no watcher: started right after the save";

/// Tools that run any program, with a small one.
pub(crate) const ANY_PROGRAM: [Entry; 8] = [
    entry(FLOOR, Kind::Floor, Site::mark),
    entry("server-reload", Kind::Default, |site| {
        ours(&[], &site.mark())
    }),
    entry("server-reload --check true", Kind::Tuned, |site| {
        ours(&["--check", "true"], &site.mark())
    }),
    entry("watchexec -r", Kind::Default, |site| watchexec(&[], site)),
    entry("watchexec -r --debounce 0", Kind::Tuned, |site| {
        watchexec(&["--debounce", "0"], site)
    }),
    entry("nodemon", Kind::Default, nodemon),
    entry("entr -r", Kind::Default, entr),
    entry("watchfiles", Kind::Default, watchfiles),
];

/// uvicorn, restarted by us or by itself.
pub(crate) const UVICORN: [Entry; 4] = [
    entry(FLOOR, Kind::Floor, |site| site.uvicorn(python(), &[])),
    entry("server-reload -- uvicorn", Kind::Default, |site| {
        ours(&[], &site.uvicorn(python(), &[]))
    }),
    entry("uvicorn --reload", Kind::Default, |site| {
        site.uvicorn(python(), &["--reload"])
    }),
    entry("uvicorn --reload, with watchfiles", Kind::Default, |site| {
        site.uvicorn(peers_python(), &["--reload"])
    }),
];

const fn entry(name: &'static str, kind: Kind, command: fn(&Site) -> Command) -> Entry {
    Entry {
        name,
        kind,
        command,
    }
}

fn ours(options: &[&str], backend: &Command) -> Command {
    let mut command = shim::clean_command();
    command.args(["--port", "0"]).args(options).arg("--");
    under(command, backend)
}

fn watchexec(options: &[&str], site: &Site) -> Command {
    let mut command = Command::new(place::tool("watchexec"));
    command.arg("-r").args(options).arg("--");
    under(command, &site.mark())
}

fn nodemon(site: &Site) -> Command {
    let mut command = Command::new(place::tool("nodemon"));
    command.args(["--ext", "py", "--exec", &line(&site.mark())]);
    command
}

/// It reads the names of the files to watch, and without `-n` wants a terminal.
fn entr(site: &Site) -> Command {
    let entr = place::tool("entr");
    let (entr, source, backend) = (entr.display(), site.source(), line(&site.mark()));
    let mut command = Command::new("sh");
    let script = format!("echo {} | exec {entr} -n -r {backend}", source.display());
    command.args(["-c", &script]);
    command
}

fn watchfiles(site: &Site) -> Command {
    let mut command = peers_python();
    command.args(["-m", "watchfiles", &line(&site.mark())]);
    command
}

/// A contender at work.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// How it is entered.
    pub(crate) kind: Kind,
    command: Command,
    running: Option<Tool>,
    site: Site,
    marks: Marks,
    saves: u32,
}

/// What a save led to.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Outcome {
    /// Milliseconds from the file's close to the first process that has read all of it.
    pub(crate) took: Option<f64>,
    /// Processes that were started.
    pub(crate) runs: u32,
    /// Those of them that did not find the whole file.
    pub(crate) half_read: u32,
}

impl Outcome {
    fn count(&mut self, mark: Mark, wanted: u32) {
        self.runs += 1;
        self.half_read += u32::from(mark.save != wanted);
    }
}

impl Entry {
    /// Starts it, and waits until it notices a save.
    pub(crate) async fn start(&self) -> Contender {
        let (site, marks) = Site::new();
        let mut command = (self.command)(&site);
        site.settle(&mut command);
        let mut contender = Contender {
            name: self.name,
            kind: self.kind,
            command,
            running: None,
            site,
            marks,
            saves: 0,
        };
        contender.run();
        contender.warm_up().await;
        contender
    }
}

impl Contender {
    fn run(&mut self) {
        self.running = Some(Tool::start(self.name, &mut self.command));
    }

    /// Some start their program before they watch, so saves are repeated until one is noticed.
    async fn warm_up(&mut self) {
        let started = self.marks.next(PATIENCE).await;
        assert!(started.is_some(), "`{}` starts nothing", self.name);
        let deadline = Instant::now() + PATIENCE;
        while self.save(Style::AtOnce).await.took.is_none() {
            assert!(Instant::now() < deadline, "`{}` notices no save", self.name);
        }
    }

    /// Saves the file and hears what it leads to.
    pub(crate) async fn save(&mut self, style: Style) -> Outcome {
        if self.kind == Kind::Floor {
            self.running = None;
        }
        let mut outcome = Outcome::default();
        // What an earlier save has led to since.
        while let Some(mark) = self.marks.next(Duration::ZERO).await {
            outcome.count(mark, self.saves);
        }
        self.saves += 1;
        let closed = style.save(&self.site.source(), self.saves);
        if self.kind == Kind::Floor {
            self.run();
        }
        let mut patience = NOTICED_WITHIN;
        while let Some(mark) = self.marks.next(patience).await {
            outcome.count(mark, self.saves);
            if mark.save == self.saves {
                outcome.took.get_or_insert(mark.started - closed);
                patience = CALM;
            }
        }
        outcome
    }
}
