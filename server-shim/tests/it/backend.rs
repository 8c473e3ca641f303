//! A backend to be run by the shim: this test binary, started once more.
//!
//! What it does is said by `BACKEND`, words with a blank between them, in the order in which they are heeded:
//!
//! - `plan=FILE`: so many more words stand in this file
//! - `deaf`: ignores SIGTERM
//! - `slow=MS`: ends so long after SIGTERM
//! - `says=TEXT`, `errs=TEXT`: writes a line
//! - `shows=NAME`: writes `NAME is VALUE` of that variable, or `unset`
//! - `stdin`: writes `heard LINE` for each line that it reads, and `heard the end`
//! - `writes=FILE`: appends to it
//! - `child`: starts itself once more, as a `deaf` child
//! - `orphan`: the same, but by a process that ends at once
//! - `daemon=N`: lets a process listen there that is in a session of its own, ends with nobody, and after a minute
//! - `first=N`: listens there, and never answers
//! - `source=FILE`: read once; its first line answers every request
//! - `late=MS`: waits
//! - `waits=NAME`: waits until there is such a file in the folder `ASIDE`
//! - `port=N`: listens there (0: anywhere); `noreuse`: without `SO_REUSEADDR`
//! - `gate=NAME`: answers 503 until there is such a file in the folder `ASIDE`
//! - `reloads`: a worker answers, which is replaced after each request for `/reload`; the listener stays
//! - `then=NAME`: waits like `waits`
//! - `done=TEXT`: writes a line
//! - `dies=MS`: ends with code 7 after that time
//!
//! `/env/NAME` is answered by that variable, `/pid` by the process.
//!
//! Where `ASIDE` names a folder, each of its processes adds a line to `started` there, and one that is not
//! alone when it starts leaves a file `overlap`.

mod life;
mod serve;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, exit};
use std::thread;
use std::time::Duration;

pub(crate) const BACKEND: &str = "BACKEND";
pub(crate) const ASIDE: &str = "ASIDE";

/// The command line that runs it, for behind `--`.
pub(crate) fn command() -> Vec<OsString> {
    let exe = env::current_exe().unwrap().into_os_string();
    let words = ["backend::main", "--exact", "--ignored", "--nocapture"];
    std::iter::once(exe)
        .chain(words.map(OsString::from))
        .collect()
}

/// The same for a shell.
pub(crate) fn line() -> String {
    let words: Vec<_> = command()
        .iter()
        .map(|word| word.to_str().unwrap().to_owned())
        .collect();
    shlex::try_join(words.iter().map(String::as_str)).unwrap()
}

/// One that the test runs itself.
pub(crate) fn by_hand(words: &str) -> Command {
    let command = command();
    let mut by_hand = Command::new(&command[0]);
    by_hand.args(&command[1..]).env(BACKEND, words);
    by_hand
}

/// What it is to do.
struct Words(String);

impl Words {
    fn read(words: String) -> Self {
        let read = Self(words);
        match read.value("plan") {
            Some(file) => Self(format!(
                "{} {}",
                read.0,
                fs::read_to_string(file).unwrap().trim()
            )),
            None => read,
        }
    }

    fn is(&self, word: &str) -> bool {
        self.0.split(' ').any(|it| it == word)
    }

    /// The last one counts.
    fn value(&self, name: &str) -> Option<&str> {
        let mut words = self.0.split(' ').rev();
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn number(&self, name: &str) -> Option<u16> {
        self.value(name).map(|it| it.parse().unwrap())
    }

    fn pause(&self, name: &str) -> Option<Duration> {
        let millis = self.value(name).map(|it| it.parse().unwrap());
        millis.map(Duration::from_millis)
    }
}

/// Not a test: what [`command`] runs.
#[test]
#[ignore = "this is the backend of other tests"]
fn main() {
    let Ok(words) = env::var(BACKEND) else {
        return;
    };
    let words = Words::read(words);
    if words.is("middle") {
        let orphan = by_hand("deaf role=orphan").spawn();
        exit(i32::from(orphan.is_err()));
    }
    if let Some(words) = words.0.strip_prefix("daemon ") {
        life::daemonise(words);
    }
    life::hear_term(words.is("deaf"), words.pause("slow").unwrap_or_default());
    life::begin(words.value("role").unwrap_or("main"));
    speak(&words);
    for (role, words_of) in [("child", "deaf role=child"), ("orphan", "middle")] {
        if words.is(role) {
            start_another(role, words_of);
        }
    }
    if let Some(port) = words.number("daemon") {
        life::leave(&format!("port={port} dies=60000"));
    }
    let first = words.number("first").map(|port| serve::listen(port, true));
    work(&words);
    if let Some(pause) = words.pause("dies") {
        thread::sleep(pause);
        exit(7);
    }
    loop {
        thread::park();
        let _ = &first;
    }
}

fn speak(words: &Words) {
    if let Some(text) = words.value("says") {
        println!("{text}");
    }
    if let Some(text) = words.value("errs") {
        eprintln!("{text}");
    }
    if let Some(name) = words.value("shows") {
        let value = env::var(name);
        println!("{name} is {}", value.as_deref().unwrap_or("unset"));
    }
    if words.is("stdin") {
        thread::spawn(life::echo);
    }
    if let Some(file) = words.value("writes") {
        life::append(file.into(), &std::process::id().to_string());
    }
}

fn work(words: &Words) {
    let source = words
        .value("source")
        .map(|file| fs::read_to_string(file).unwrap());
    let answer = source.unwrap_or_default();
    let answer = answer.lines().next().unwrap_or_default().to_owned();
    thread::sleep(words.pause("late").unwrap_or_default());
    await_file(words.value("waits"));
    let service = serve::Service {
        answer,
        gate: words.value("gate").and_then(aside),
        worker: words.is("worker"),
    };
    if words.is("worker") {
        service.run(serve::inherited());
    } else if let Some(port) = words.number("port") {
        let reuse = !words.is("noreuse");
        if words.is("reloads") {
            let socket = serve::bind(port, reuse);
            thread::spawn(move || serve::keep_worker(&socket));
        } else {
            service.run(serve::listen(port, reuse));
        }
    }
    await_file(words.value("then"));
    if let Some(text) = words.value("done") {
        println!("{text}");
        std::io::stdout().flush().unwrap();
    }
}

/// Goes on when one more of this role has said that it runs.
fn start_another(role: &str, words: &str) {
    let all = || life::count(role);
    let before = all();
    let mut other = by_hand(words).spawn().unwrap();
    thread::spawn(move || other.wait());
    while aside("").is_some() && all() == before {
        thread::sleep(Duration::from_millis(1));
    }
}

/// A path beside the watched folder.
fn aside(name: &str) -> Option<PathBuf> {
    env::var_os(ASIDE).map(|folder| PathBuf::from(folder).join(name))
}

fn await_file(name: Option<&str>) {
    let file = name.and_then(aside);
    while file.as_ref().is_some_and(|file| !file.exists()) {
        thread::sleep(Duration::from_millis(1));
    }
}
