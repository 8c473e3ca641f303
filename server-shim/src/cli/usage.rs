//! What was typed and cannot be meant: each message ends with what to type instead.

use std::io;
use std::path::PathBuf;

/// Found after each option has been understood by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Usage {
    #[error(
        "`{attach}` observes a backend that somebody else runs, and `-- {command}` would run one\n\nleave out one of the two"
    )]
    CommandAndAttach { attach: String, command: String },
    #[error(
        "`{option}` has no meaning with `--attach`, because somebody else runs that backend\n\nleave it out, or run the backend here: server-reload -- COMMAND"
    )]
    OnlyOurs { option: String },
    #[error(
        "`{option}` has no meaning without a backend\n\nadd the command that runs it, such as: -- uvicorn app:app --port 8000"
    )]
    NoBackend { option: String },
    #[error(
        "`--ready log:` reads what the backend writes, and only one that we run shows us that\n\nask it instead: --ready http://{at}/"
    )]
    LogAttached { at: String },
    #[error(
        "`--attach {at}` is the port that we listen on ourselves\n\ngive the port of the backend; if it is this one, add `--port {other}`"
    )]
    AttachOurselves { at: String, other: u16 },
    #[error("`{option}` has no meaning with `--no-watch`\n\nleave out one of the two")]
    NoWatch { option: String },
    #[error(
        "nothing stands behind `--`\n\nwrite the backend's command there, such as: -- uvicorn app:app --port 8000"
    )]
    NoCommand,
    #[error("{option}: {reason}")]
    Value { option: String, reason: String },
    #[error(
        "`{word}` is one word too many\n\nto run it, put `--` in front: {line}{}",
        if *client { "\nthe only command of our own is: server-reload client FILE" } else { "" }
    )]
    NoDashes {
        word: String,
        line: String,
        /// Whether our own command may be meant.
        client: bool,
    },
    #[error(
        "`{word}` is no option\n\nif it belongs to the backend's command, put `--` in front of that: {line}"
    )]
    NoDashesBefore { word: String, line: String },
    #[error(
        "`--shell` takes the whole line as one word, and here are {count}\n\nquote it: --shell -- {line}"
    )]
    ShellWords { count: usize, line: String },
    #[error("no program is called `{0}`\n\nleave out the quotes: -- {0}\nor add `--shell`")]
    OneWord(String),
    #[error(
        "`{word}` is a variable, not a program\n\nset it by `env`: -- env {line}\nor add `--shell` and quote the whole line"
    )]
    Assignment { word: String, line: String },
    #[error(
        "the quotes in `{name}` are not closed: {text}\n\nclose them, or escape those that are meant literally by `\\`"
    )]
    Quotes { name: &'static str, text: String },
    #[error(
        "`--check` is empty\n\nwrite a command, such as: --check 'python -m py_compile app.py'"
    )]
    EmptyCheck,
    #[error(
        "`--check` is run without a shell, and only a shell understands `{operator}`\n\nrun one: --check {line}"
    )]
    CheckShell { operator: String, line: String },
    #[error("cannot read `{}`: {source}\n\nname a file that exists: --env-file .env", file.display())]
    EnvFile { file: PathBuf, source: io::Error },
    #[error(
        "`{}:{number}` is no variable: `{line}`\n\nwrite lines such as `NAME=value` or `NAME=\"two words\"`",
        file.display()
    )]
    EnvLine {
        file: PathBuf,
        number: usize,
        line: String,
    },
    #[error("cannot watch `{}`: {source}\n\nname a folder or a file that exists: --watch .", path.display())]
    Watch { path: PathBuf, source: io::Error },
    #[error("the patterns cannot be used together: {0}\n\nuse fewer or simpler ones")]
    Globs(globset::Error),
    #[error(
        "host `{host}` of `--ready` is not known here: {source}\n\nuse an address, such as `tcp:127.0.0.1:8000`"
    )]
    ReadyHost { host: String, source: io::Error },
    #[error("`--name` is empty\n\ngive the backend a name, such as `--name api`")]
    EmptyName,
}
