//! From a command line to what the system is asked for.

use tokio::process::Command;

use crate::supervisor::CommandLine;

/// `None` where there is no word in it.
pub(super) fn command(line: &CommandLine) -> Option<Command> {
    match line {
        CommandLine::Words(words) => {
            let (program, arguments) = words.split_first()?;
            let mut command = Command::new(program);
            command.args(arguments);
            Some(command)
        }
        CommandLine::Shell(line) if line.trim().is_empty() => None,
        CommandLine::Shell(line) => Some(shell(line)),
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(with_exec(line));
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    // `/S`: of the line, only the outermost quotes are taken away.
    command.args(["/D", "/S", "/C"]);
    command.raw_arg(format!("\"{line}\""));
    command
}

/// Words that only a shell knows, and that `exec` therefore does not find.
#[cfg(unix)]
const SHELL_WORDS: &[&str] = &[
    "!", ".", ":", "[[", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue",
    "declare", "eval", "exec", "exit", "export", "fg", "for", "function", "getopts", "hash", "if",
    "jobs", "let", "local", "read", "readonly", "return", "select", "set", "shift", "shopt",
    "source", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset",
    "until", "wait", "while",
];

/// Lets the shell be replaced by the command where the line is one simple command.
///
/// Else the shell stands between: it dies of a signal at once, while its command still ends
/// (watchexec's issue 960, whose rule this is, but for words that `exec` does not find).
#[cfg(unix)]
fn with_exec(line: &str) -> String {
    let line = line.trim();
    let first = line.split_whitespace().next().unwrap_or_default();
    let compound = line.contains([';', '&', '|', '\n']) || line.starts_with(['(', '{', '#', '`']);
    // `A=1 program`: the assignment is no program.
    let assigns = first
        .split_once('=')
        .is_some_and(|(name, _)| name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()));
    if compound || assigns || SHELL_WORDS.contains(&first) {
        return line.to_owned();
    }
    format!("exec {line}")
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_shell_makes_room_for_one_simple_command() {
        let simple = [
            "uvicorn app:app",
            "npm run dev",
            "./serve --flag=1",
            "python -c 'print(1)'",
            "node app.js > log",
            "\"/path with space/serve\" -x",
            "$HOME/bin/serve",
            "FOO-BAR=1",
            "  serve  ",
        ];
        for line in simple {
            assert_eq!(with_exec(line), format!("exec {}", line.trim()), "{line}");
        }
        let compound = [
            "a; b",
            "a && b",
            "a & b",
            "a | b",
            "a || b",
            "a\nb",
            "node app.js 2>&1",
            "(a)",
            "{ a }",
            "`a` b",
            "# nothing",
            "PORT=1 node app.js",
            "A=",
            "exec node app.js",
            "cd web",
            ". ./env",
            "if true",
            "while true",
            "! false",
            "time serve",
            "ulimit -n 100",
        ];
        for line in compound {
            assert_eq!(with_exec(line), line, "{line}");
        }
    }

    #[test]
    fn a_line_without_a_word_is_none() {
        assert!(command(&CommandLine::Words(Vec::new())).is_none());
        assert!(command(&CommandLine::Shell(" ".to_owned())).is_none());
        let shell = command(&CommandLine::Shell("serve".to_owned())).unwrap();
        let words: Vec<_> = shell.as_std().get_args().collect();
        assert_eq!(words, ["-c", "exec serve"]);
    }
}
