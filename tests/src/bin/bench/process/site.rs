//! The folder in which a contender works.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::marks::Marks;
use super::save::Style;
use crate::tool::free_port;

/// The `ASGI` backend that tells its start.
const MARKING: &str = include_str!("marking.py");

/// A watched folder with a backend and the file that is saved.
pub(crate) struct Site {
    folder: TempDir,
    port: String,
}

impl Site {
    /// A new one, and who hears of its backend's starts.
    pub(crate) fn new() -> (Self, Marks) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let marks = Marks::listen(&folder.path().join("marks"));
        let port = free_port().to_string();
        let site = Self { folder, port };
        fs::create_dir(site.root()).expect("a folder");
        fs::write(site.root().join("marking.py"), MARKING).expect("a written program");
        Style::AtOnce.save(&site.source(), 0);
        (site, marks)
    }

    /// The watched folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// The file that is saved; every contender takes it for a source.
    pub(crate) fn source(&self) -> PathBuf {
        self.root().join("source.py")
    }

    /// Runs the small program, which is ready within a millisecond.
    pub(crate) fn mark(&self) -> Command {
        let bench = env::current_exe().expect("the running program has a path");
        let mut command = Command::new(bench.with_file_name("mark"));
        command.args([self.socket(), self.source()]).arg(&self.port);
        command
    }

    /// Runs the Python program under uvicorn.
    pub(crate) fn uvicorn(&self, mut python: Command, arguments: &[&str]) -> Command {
        python
            .args(["-m", "uvicorn", "marking:app", "--port", &self.port])
            .args(arguments);
        python
    }

    /// Lets `command` run here, and its backend find the benchmark.
    pub(crate) fn settle(&self, command: &mut Command) {
        command
            .current_dir(self.root())
            .env("MARKS", self.socket())
            .env("WATCHED", self.source());
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("marks")
    }
}

/// The program and its arguments, in one line for a shell.
pub(crate) fn line(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<&str> = words.filter_map(OsStr::to_str).collect();
    words.join(" ")
}

/// Lets `tool` run the program and arguments of `command`.
pub(crate) fn under(mut tool: Command, command: &Command) -> Command {
    tool.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            tool.env(name, value);
        }
    }
    tool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_becomes_a_line() {
        let mut command = Command::new("/bin/echo");
        command.args(["a", "b"]);
        assert_eq!(line(&command), "/bin/echo a b");
    }

    #[test]
    fn command_goes_under_a_tool() {
        let mut command = Command::new("echo");
        command.arg("a").env("NAME", "value");
        let tool = under(Command::new("tool"), &command);
        assert_eq!(line(&tool), "tool echo a");
        assert_eq!(tool.get_envs().count(), 1);
    }
}
