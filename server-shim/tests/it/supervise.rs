//! Backends that the shim runs: real processes, from a save to ready.

mod check;
mod crash;
mod ending;
mod guardian;
#[cfg(target_os = "linux")]
mod leaks;
mod loops;
mod output;
mod port;
mod ready;
mod save;
mod saving_styles;

use crate::http::{Answer, Connection};
use crate::ports::free_port;
use crate::shim::{Builder, Shim};
use crate::story::Story;

/// A shim, its stream, and the port of its backend.
struct Run {
    story: Story,
    shim: Shim,
    port: u16,
    /// The first id.
    id: String,
}

/// Runs a backend that answers the first line of `app.txt`, and waits until it is ready.
fn run(words: &str, args: &[&str]) -> Run {
    Run::start(answering(words).args(args))
}

fn answering(words: &str) -> (Builder, u16) {
    let port = free_port();
    let builder = Shim::builder()
        .file("app.txt", "one\n")
        .backend(&format!("source=app.txt port={port} {words}"));
    (builder, port)
}

/// Runs a backend that does what the watched file `plan.txt` says.
fn planned(plan: &str) -> Builder {
    Shim::builder()
        .file("plan.txt", plan)
        .backend("plan=plan.txt")
}

/// More for the builder of a backend whose port is known.
trait Args {
    fn args(self, args: &[&str]) -> Self;
    fn file(self, name: &str, content: &str) -> Self;
}

impl Args for (Builder, u16) {
    fn args(self, args: &[&str]) -> Self {
        (self.0.args(args), self.1)
    }

    fn file(self, name: &str, content: &str) -> Self {
        (self.0.file(name, content), self.1)
    }
}

impl Run {
    fn start((builder, port): (Builder, u16)) -> Self {
        let shim = builder.args(&["--name", "app"]).start();
        let mut story = Story::open(&shim);
        let id = story.id();
        Self {
            story,
            shim,
            port,
            id,
        }
    }

    fn save(&self, content: &str) {
        self.shim.write("app.txt", content);
    }

    /// Saves, and waits for the restart. Saves of one and the same file right after each restart would look
    /// like a backend that writes it itself, so that two take turns.
    fn restart(&mut self, number: usize) {
        let name = if number.is_multiple_of(2) {
            "app.txt"
        } else {
            "turn.txt"
        };
        self.shim.write(name, &format!("{number}\n"));
        self.story.id();
    }

    /// What the backend answers.
    fn answer(&self) -> String {
        ask(self.port, "/").text()
    }

    /// The backend's own process.
    fn pid(&self) -> u32 {
        pid(&self.shim)
    }

    /// How often it was started.
    fn starts(&self) -> usize {
        self.shim.started("main").len()
    }
}

/// The process behind the id.
fn pid(shim: &Shim) -> u32 {
    let pid = shim.health()["pid"].as_u64().unwrap();
    u32::try_from(pid).unwrap()
}

fn ask(port: u16, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    Connection::to(port).answer(request)
}
