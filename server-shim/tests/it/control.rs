//! What another terminal says to a shim that runs, and how it runs without one.

mod detach;
mod known;
mod log_file;
mod restart;
mod status;
mod stop;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::processes::eventually;
use crate::shim::{Builder, Shim, binary};

/// What a command has said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The line of standard output that begins so.
    fn line(&self, start: &str) -> &str {
        let mut lines = self.out.lines();
        let line = lines.find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no line `{start}` in {self:?}"))
    }
}

/// The command at another terminal of the same user, in this folder.
fn terminal(folder: &Path, state: &Path) -> Command {
    let mut command = binary();
    command.current_dir(folder).env("XDG_STATE_HOME", state);
    command
}

fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Shim {
    /// Says this at another terminal, in the folder of the shim.
    fn at_another_terminal(&self, words: &[&str]) -> Said {
        let mut command = terminal(self.folder.path(), &self.aside("state"));
        said(command.args(words))
    }
}

/// A backend that is called `app`, is ready once it listens, and is restarted when somebody asks.
fn runs(words: &str) -> Builder {
    Shim::builder()
        .backend(&format!("port=0 {words}"))
        .args(&["--name", "app", "--no-watch"])
}

fn ready(builder: Builder) -> Shim {
    let shim = builder.start();
    eventually("ready", || shim.health()["status"] == "ready");
    shim
}

/// The process of the service.
fn pid(shim: &Shim) -> u64 {
    shim.health()["services"][0]["pid"].as_u64().unwrap()
}
