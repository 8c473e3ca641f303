//! What is typed at a terminal while it runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::shim::{Running, binary};

/// A terminal made by `script`, in which a line for the shell runs.
struct Terminal {
    script: Running,
    output: BufReader<Box<dyn Read>>,
}

impl Terminal {
    /// `None` where this machine has no `script`.
    fn run(line: &str) -> Option<Self> {
        let mut command = Command::new("script");
        command.args(["-qec", line, "/dev/null"]);
        // The same environment as the binary itself gets.
        for (name, value) in binary().get_envs() {
            if value.is_none() {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child: Child = command.spawn().ok()?;
        let output: Box<dyn Read> = Box::new(child.stdout.take()?);
        Some(Self {
            script: Running(child),
            output: BufReader::new(output),
        })
    }

    /// Reads on to a line that has this in it; the harness's own time limit bounds it.
    fn line(&mut self, part: &str) -> String {
        let mut read = String::new();
        loop {
            let mut line = String::new();
            let count = self.output.read_line(&mut line).unwrap();
            read += &line;
            assert!(count > 0, "no `{part}` in:\n{read}");
            if line.contains(part) {
                return line;
            }
        }
    }

    fn press(&mut self, key: &str) {
        let stdin = self.script.0.stdin.as_mut().unwrap();
        stdin.write_all(key.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }
}

/// Serves the folder, and shows before and after that how the terminal is set.
fn between_looks(folder: &Path) -> String {
    let binary = env!("CARGO_BIN_EXE_server-reload");
    let folder = folder.display();
    // Ctrl-C is for everybody at the terminal: the second may come when only the shell is left.
    format!("trap : INT; stty -a; '{binary}' --port 0 '{folder}'; until stty -a; do :; done")
}

#[test]
fn keys_act_at_once_and_the_terminal_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut terminal) = Terminal::run(&between_looks(folder.path())) else {
        return;
    };
    let before = terminal.line("icanon");
    terminal.line("p pauses, q quits");
    terminal.press("xh");
    let help = terminal.line("q quits");
    assert_eq!(help.trim_end(), "p pauses, q quits", "keys are not shown");
    terminal.press("q");
    terminal.line("stopped by key q");
    assert_eq!(terminal.line("icanon"), before);
    assert_eq!(terminal.script.wait().code(), Some(0));
}

#[test]
fn two_signals_give_the_terminal_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut terminal) = Terminal::run(&between_looks(folder.path())) else {
        return;
    };
    let before = terminal.line("icanon");
    terminal.line("q quits");
    // Ctrl-C, twice.
    terminal.press("\u{3}\u{3}");
    assert_eq!(terminal.line("icanon"), before);
}
