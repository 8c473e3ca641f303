//! From a command line to what the system is asked for.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path};

use tokio::process::Command;

use crate::supervisor::CommandLine;

/// `None` where there is no word in it. A relative path to the program is taken from `dir`.
pub(super) fn command(line: &CommandLine, dir: Option<&Path>) -> Option<Command> {
    match line {
        CommandLine::Words(words) => {
            let (program, arguments) = words.split_first()?;
            let mut command = Command::new(resolve(program, dir));
            command.args(arguments);
            Some(command)
        }
        CommandLine::Shell(line) if line.trim().is_empty() => None,
        CommandLine::Shell(line) => Some(shell(line)),
    }
}

/// Systems differ in whether a relative path is meant from the old folder or from the new one. A mere name is
/// looked for in the `PATH`.
fn resolve<'a>(program: &'a OsStr, dir: Option<&Path>) -> Cow<'a, OsStr> {
    let path = Path::new(program);
    let is_path =
        path.is_relative() && path.components().count() > 1 || path.starts_with(Component::CurDir);
    let from = dir.filter(|_| is_path).map(std::path::absolute);
    match from {
        Some(Ok(dir)) => Cow::Owned(dir.join(path).into_os_string()),
        _ => Cow::Borrowed(program),
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
    fn a_path_is_taken_from_the_folder_and_a_name_is_not() {
        let dir = Path::new("/srv/api");
        let program = |name: &str, dir| resolve(name.as_ref(), dir).into_owned();
        assert_eq!(program("./serve", Some(dir)), "/srv/api/./serve");
        assert_eq!(program("bin/serve", Some(dir)), "/srv/api/bin/serve");
        assert_eq!(program("../serve", Some(dir)), "/srv/api/../serve");
        for name in ["serve", "/bin/serve"] {
            assert_eq!(program(name, Some(dir)), name);
        }
        assert_eq!(program("./serve", None), "./serve");
    }

    #[test]
    fn a_line_without_a_word_is_none() {
        assert!(command(&CommandLine::Words(Vec::new()), None).is_none());
        assert!(command(&CommandLine::Shell(" ".to_owned()), None).is_none());
        let shell = command(&CommandLine::Shell("serve".to_owned()), None).unwrap();
        let words: Vec<_> = shell.as_std().get_args().collect();
        assert_eq!(words, ["-c", "exec serve"]);
    }
}
