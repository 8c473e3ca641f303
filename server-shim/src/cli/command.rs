//! The backend's command and the check, as they can be typed.

use std::ffi::OsString;
use std::path::Path;

use super::usage::Usage;
use crate::supervisor::CommandLine;

/// Words that only a shell understands.
const OPERATORS: [&str; 9] = ["&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"];

/// What stands behind `--`; with `shell` it is one line for the shell.
pub(super) fn backend(words: Vec<OsString>, shell: bool) -> Result<CommandLine, Usage> {
    let first = words
        .first()
        .map(|word| word.to_string_lossy().into_owned());
    let Some(first) = first.filter(|first| !first.trim().is_empty()) else {
        return Err(Usage::NoCommand);
    };
    if shell {
        return match words.len() {
            1 => Ok(CommandLine::Shell(first)),
            count => Err(Usage::ShellWords {
                count,
                line: quoted(&line(&words)),
            }),
        };
    }
    if words.len() == 1 && first.contains(' ') && !Path::new(&first).exists() {
        return Err(Usage::OneWord(first));
    }
    if is_assignment(&first) {
        let line = line(&words);
        return Err(Usage::Assignment { word: first, line });
    }
    Ok(CommandLine::Words(words))
}

/// The backend's command from the environment, where it is one string.
pub(super) fn words(text: &str) -> Result<Vec<OsString>, Usage> {
    let words = shlex::split(text).ok_or_else(|| Usage::Quotes {
        name: "SERVER_RELOAD_COMMAND",
        text: text.to_owned(),
    })?;
    Ok(words.into_iter().map(OsString::from).collect())
}

/// A value of `--check`: split as a shell would, and run without one.
pub(super) fn check(text: &str, shell: bool) -> Result<CommandLine, Usage> {
    if text.trim().is_empty() {
        return Err(Usage::EmptyCheck);
    }
    if shell {
        return Ok(CommandLine::Shell(text.to_owned()));
    }
    split("--check", text)
}

/// A line that is split as a shell would, and run without one.
pub(super) fn split(name: &'static str, text: &str) -> Result<CommandLine, Usage> {
    let words = shlex::split(text).ok_or_else(|| Usage::Quotes {
        name,
        text: text.to_owned(),
    })?;
    let ends_part = |word: &&String| word.len() > 1 && word.ends_with(';');
    let operator = words
        .iter()
        .find(|word| OPERATORS.contains(&word.as_str()))
        .map(String::as_str)
        .or_else(|| words.iter().find(ends_part).map(|_| ";"));
    if let Some(operator) = operator {
        return Err(Usage::CheckShell {
            name,
            operator: operator.to_owned(),
            line: quoted(&format!("sh -c {}", quoted(text))),
        });
    }
    Ok(CommandLine::Words(
        words.into_iter().map(OsString::from).collect(),
    ))
}

/// `NAME=value`, which only a shell takes for anything else than a program.
fn is_assignment(word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let parts = word.split_once('=');
    parts.is_some_and(|(name, _)| starts(name) && name.chars().all(is_name))
}

/// What a backend is called where nobody names it: its program, or the module that Python runs.
pub(super) fn name(command: &CommandLine) -> String {
    let words: Vec<String> = match command {
        CommandLine::Words(words) => {
            let words = words.iter().map(|word| word.to_string_lossy());
            words.map(std::borrow::Cow::into_owned).collect()
        }
        CommandLine::Shell(line) => {
            let words = shlex::split(line);
            let words = words.unwrap_or_else(|| line.split(' ').map(str::to_owned).collect());
            let is_before = |word: &String| word == "exec" || is_assignment(word);
            words.into_iter().skip_while(is_before).collect()
        }
    };
    let program = words.first().map_or("backend", String::as_str);
    let file = Path::new(program).file_name();
    let file = file.map_or_else(|| program.into(), |file| file.to_string_lossy());
    let file = file.strip_suffix(".exe").unwrap_or(&file);
    let module = is_python(file).then(|| module(&words)).flatten();
    module.unwrap_or_else(|| file.to_owned())
}

fn is_python(file: &str) -> bool {
    let version = file.strip_prefix("python");
    file == "py" || version.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// `x` of `python -m x`.
fn module(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word == "-m")?;
    // Another script's `-m` is none of Python's.
    let options = words.get(1..at)?;
    let takes_value = |word: &str| word == "-X" || word == "-W";
    let mut value = false;
    for word in options {
        if !value && !word.starts_with('-') {
            return None;
        }
        value = !value && takes_value(word);
    }
    words.get(at + 1).cloned()
}

/// As it could be typed.
pub(super) fn shown(command: &CommandLine) -> String {
    match command {
        CommandLine::Words(words) => line(words),
        CommandLine::Shell(line) => line.clone(),
    }
}

/// Words as they are typed.
pub(super) fn line(words: &[OsString]) -> String {
    let words = words.iter().map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// A word as it is typed: in quotes only where it must.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "+-./:@_=,%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn split(text: &str) -> Vec<OsString> {
        text.split('|').map(OsString::from).collect()
    }

    #[test]
    fn names() {
        for (words, expected) in [
            ("uvicorn|app:app", "uvicorn"),
            ("./target/debug/api", "api"),
            ("python|-m|uvicorn|app:app", "uvicorn"),
            (
                "/usr/bin/python3.12|-X|dev|-u|-m|http.server",
                "http.server",
            ),
            ("python|app.py|-m|x", "python"),
            ("python|manage.py|runserver", "python"),
            ("pythonista|-m|x", "pythonista"),
            ("node.exe|server.js", "node"),
            ("npm|run|dev", "npm"),
        ] {
            assert_eq!(name(&CommandLine::Words(split(words))), expected);
        }
        for (line, expected) in [
            ("PORT=1 exec node server.js | tee log", "node"),
            ("it's open", "it's"),
        ] {
            assert_eq!(name(&CommandLine::Shell(line.to_owned())), expected);
        }
    }

    #[test]
    fn commands_are_shown_as_they_are_typed() {
        let shown = |words| shown(&CommandLine::Words(split(words)));
        assert_eq!(
            shown("uvicorn|app:app|--port=8000"),
            "uvicorn app:app --port=8000"
        );
        assert_eq!(shown("python|-c|print(1)"), "python -c 'print(1)'");
        assert_eq!(shown("a||b"), "a '' b");
    }

    #[test]
    fn a_shell_takes_one_line() {
        let one = backend(split("a && b"), true).unwrap();
        assert_eq!(one, CommandLine::Shell("a && b".to_owned()));
        let error = backend(split("uvicorn|app:app"), true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`--shell` takes the whole line as one word, and here are 2\n\nquote it: --shell -- 'uvicorn app:app'"
        );
    }

    #[test]
    fn a_command_is_a_program_and_its_arguments() {
        for (words, error) in [
            (
                "",
                "nothing stands behind `--`\n\nwrite the backend's command there, such as: -- uvicorn app:app --port 8000",
            ),
            (
                " ",
                "nothing stands behind `--`\n\nwrite the backend's command there, such as: -- uvicorn app:app --port 8000",
            ),
            (
                "uvicorn app:app",
                "no program is called `uvicorn app:app`\n\nleave out the quotes: -- uvicorn app:app\nor add `--shell`",
            ),
            (
                "PORT=1|node|a.js",
                "`PORT=1` is a variable, not a program\n\nset it by `env`: -- env PORT=1 node a.js\nor add `--shell` and quote the whole line",
            ),
        ] {
            assert_eq!(backend(split(words), false).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn checks() {
        let check = |text| check(text, false);
        let words = CommandLine::Words(split("python|-c|import app; app.x"));
        assert_eq!(check("python -c 'import app; app.x'").unwrap(), words);
        assert_eq!(
            super::check("a && b", true).unwrap(),
            CommandLine::Shell("a && b".to_owned())
        );
        for (text, error) in [
            (
                " ",
                "`--check` is empty\n\nwrite a command, such as: --check 'python -m py_compile app.py'",
            ),
            (
                "a 'b",
                "the quotes in `--check` are not closed: a 'b\n\nclose them, or escape those that are meant literally by `\\`",
            ),
            (
                "ruff check && mypy .",
                "`--check` is run without a shell, and only a shell understands `&&`\n\nrun one: --check \"sh -c 'ruff check && mypy .'\"",
            ),
            (
                "cd x; make",
                "`--check` is run without a shell, and only a shell understands `;`\n\nrun one: --check \"sh -c 'cd x; make'\"",
            ),
        ] {
            assert_eq!(check(text).unwrap_err().to_string(), error);
        }
    }
}
