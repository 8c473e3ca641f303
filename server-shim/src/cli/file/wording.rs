//! What is said of options, in the words of the file.

use super::value::parts;
use crate::cli::usage::Usage;

/// The key that is meant, what is wrong, and what to write instead: a table, of which nothing is gained by
/// taking it apart.
pub(super) fn of(usage: &Usage) -> (&'static str, String, String) {
    let (what, cure) = parts(&usage.to_string());
    let key = key(usage);
    let (what, cure) = match usage {
        Usage::OnlyOurs { option } => {
            let key = option.trim_start_matches('-').replace('-', "_");
            return (
                "attach",
                format!(
                    "`{key}` has no meaning with `attach`, because somebody else runs that backend"
                ),
                "leave it out, or give a `command` instead of `attach`".to_owned(),
            );
        }
        Usage::LogAttached { at } => (
            "`log:` reads what the backend writes, and only one that we run shows us that"
                .to_owned(),
            format!("ask it instead: ready = \"http://{at}/\""),
        ),
        Usage::CheckShell { operator, .. } => (
            format!("`{key}` is run without a shell, and only a shell understands `{operator}`"),
            "add: shell = true".to_owned(),
        ),
        Usage::Quotes { text, .. } => (
            format!("the quotes in `{key}` are not closed: {text}"),
            "close them, or give it as a list of words".to_owned(),
        ),
        Usage::EmptyCheck => (
            "the check is empty".to_owned(),
            "write such as: check = \"python -m py_compile app.py\"".to_owned(),
        ),
        Usage::ShellWords { .. } => (
            "a shell takes the whole line as one text, and this is a list of words".to_owned(),
            "write it as one text, or leave out `shell = true`".to_owned(),
        ),
        Usage::OneWord(word) => (
            format!("no program is called `{word}`"),
            format!("write it as one text: command = \"{word}\""),
        ),
        Usage::Assignment { word, .. } => {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            (
                format!("`{word}` is a variable, not a program"),
                format!("set it by: env = {{ {name} = \"{value}\" }}"),
            )
        }
        Usage::NoCommand | Usage::NoBackend { .. } => (
            "the command is empty".to_owned(),
            "write such as: command = \"uvicorn app:app --port 8000\"".to_owned(),
        ),
        Usage::EnvFile { .. } => (
            what,
            "name a file that exists: env_file = \".env\"".to_owned(),
        ),
        Usage::Watch { .. } => (
            what,
            "name a folder or a file that exists: watch = [\"src\"]".to_owned(),
        ),
        Usage::ReadyHost { host, source } => (
            format!("host `{host}` is not known here: {source}"),
            "use an address, such as: ready = \"tcp:127.0.0.1:8000\"".to_owned(),
        ),
        _ => (what, cure),
    };
    (key, what, cure)
}

fn key(usage: &Usage) -> &'static str {
    match usage {
        Usage::LogAttached { .. } | Usage::ReadyHost { .. } => "ready",
        Usage::CheckShell { name, .. } | Usage::Quotes { name, .. } if *name == "command" => {
            "command"
        }
        Usage::CheckShell { .. } | Usage::EmptyCheck | Usage::Quotes { .. } => "check",
        Usage::EnvFile { .. } | Usage::EnvLine { .. } => "env_file",
        Usage::Watch { .. } => "watch",
        Usage::Globs(_) => "page",
        _ => "command",
    }
}
