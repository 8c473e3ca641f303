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
    #[error(
        "`--edit` is about files of the served folder, and none is served\n\nname the folder: server-reload FOLDER --edit GLOB"
    )]
    NothingToEdit,
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
        meant(ours.as_deref())
    )]
    NoDashes {
        word: String,
        line: String,
        /// Our own command, where one may be meant.
        ours: Option<String>,
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
        "`{name}` is run without a shell, and only a shell understands `{operator}`\n\nrun one: --check {line}"
    )]
    CheckShell {
        name: &'static str,
        operator: String,
        line: String,
    },
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
    #[error(
        "`{option}` is said of one backend, and `{}` names its services itself\n\nwrite it below the `[service.NAME]` that it is meant for, or leave the file out: --no-config",
        path.display()
    )]
    OfOne { option: String, path: PathBuf },
    #[error(
        "no service is called `{name}`\n\n{}`{}` has {}",
        near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default(),
        path.display(),
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NoService {
        name: String,
        near: Option<String>,
        path: PathBuf,
        known: Vec<String>,
    },
    #[error(
        "`--service` chooses from the services of a `server-reload.toml`, and there is none from here upward\n\nwrite one: server-reload init"
    )]
    NoFile,
    #[error("`server-reload.toml` is there already\n\nto replace it: server-reload init --force")]
    FileExists,
    #[error(
        "there is no `server-reload.toml` from here upward\n\nname the file, or write one: server-reload init"
    )]
    NoConfig,
    #[error(
        "`--service {service}` runs a service of `server-reload.toml`, and `{other}` is about another backend\n\nleave out one of the two"
    )]
    ServiceAndBackend { service: String, other: String },
    #[error("`--name` is empty\n\ngive the backend a name, such as `--name api`")]
    EmptyName,
}

/// The line that names our own command, where one may be meant.
pub(super) fn meant(ours: Option<&str>) -> String {
    let line = ours.map(|ours| format!("\nif our own command is meant: {ours}"));
    line.unwrap_or_default()
}
