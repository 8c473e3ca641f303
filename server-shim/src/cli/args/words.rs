//! From the words of the command line to [`Args`], and what is said of those that cannot be meant.

use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};

use super::Args;
use crate::cli::command;
use crate::cli::file::{File, Overrides};
use crate::cli::usage::Usage;

/// So many letters may be wrong in a command that is meant.
const MOST_TYPOS: usize = 2;

/// What was typed, as opposed to what stands in the environment or is a default.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Typed(Vec<String>);

impl Typed {
    /// As if these had been typed.
    pub(in crate::cli) fn of(ids: impl IntoIterator<Item = String>) -> Self {
        Self(ids.into_iter().collect())
    }

    /// The first of these options that was typed, as it was: `--check`.
    pub(in crate::cli) fn first_of(&self, ids: &[&str]) -> Option<String> {
        let found = ids
            .iter()
            .find(|id| self.0.iter().any(|typed| typed == *id));
        found.map(|id| option(id))
    }
}

/// Why there are no arguments.
#[derive(Debug)]
pub(in crate::cli) enum Refusal {
    /// Also where the help was asked for.
    Clap(Box<clap::Error>),
    Usage(Usage),
    /// The configuration file cannot be used.
    File(crate::cli::error::Error),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Self::Clap(Box::new(error))
    }
}

impl From<Usage> for Refusal {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

impl Args {
    /// Reads the command line and the environment.
    pub(in crate::cli) fn read(words: &[OsString]) -> Result<Self, Refusal> {
        let command = briefly(Self::command(), words);
        // A command serves nothing: what the environment says of that does not matter to it.
        let mut bare = command.clone().mut_args(|arg| {
            if is_global(&arg) {
                with_env(arg)
            } else {
                arg.env(None)
            }
        });
        bare = bare.mut_subcommands(|command| command.mut_args(with_env));
        let mut full = command.mut_args(with_env);
        match bare.try_get_matches_from_mut(words) {
            Ok(matches) if matches.subcommand().is_some() => {
                nothing_to_serve(&mut bare, &matches)?;
                return Self::with(&matches, None, &mut bare, words);
            }
            _ => {}
        }
        let matches = full
            .try_get_matches_from_mut(words)
            .map_err(|error| explained(&full, error, words))?;
        let Some(file) = File::of(&matches).map_err(Refusal::File)? else {
            return Self::with(&matches, None, &mut full, words);
        };
        let mut full = file.set_defaults(full);
        let matches = full.try_get_matches_from_mut(words)?;
        Self::with(&matches, Some(file), &mut full, words)
    }

    fn with(
        matches: &ArgMatches,
        file: Option<File>,
        command: &mut clap::Command,
        words: &[OsString],
    ) -> Result<Self, Refusal> {
        let mut args = Self::from_arg_matches(matches).map_err(|error| error.format(command))?;
        args.complete(matches, words)?;
        args.serve.overrides = Overrides::of(matches);
        args.serve.file = file;
        Ok(args)
    }

    /// What clap does not do: lists from the environment, and who said what.
    fn complete(&mut self, matches: &ArgMatches, words: &[OsString]) -> Result<(), Usage> {
        let source = |id: &str| matches.value_source(id);
        let backend = &mut self.serve.backend;
        if source("command") == Some(ValueSource::EnvVariable) && !backend.shell {
            let text = backend.command.first().map(|text| text.to_string_lossy());
            backend.command = command::words(&text.unwrap_or_default())?;
        } else if backend.command.is_empty() && words.last().is_some_and(|word| word == "--") {
            return Err(Usage::NoCommand);
        }
        for (id, paths) in [
            ("env_file", &mut backend.env_file),
            ("watch", &mut self.serve.watching.watch),
        ] {
            if source(id) == Some(ValueSource::EnvVariable) {
                let parts: Vec<PathBuf> = paths.iter().flat_map(std::env::split_paths).collect();
                *paths = parts;
            }
        }
        let ids = matches.ids().map(clap::Id::as_str);
        let typed = ids.filter(|id| source(id) == Some(ValueSource::CommandLine));
        self.serve.typed = Typed(typed.map(str::to_owned).collect());
        let watching = &mut self.serve.watching;
        if source("no_watch") == Some(ValueSource::DefaultValue) && !watching.watch.is_empty() {
            // The file may say that nothing is watched.
            watching.no_watch &= source("watch") == Some(ValueSource::DefaultValue);
        }
        Ok(())
    }
}

/// The short help leaves out the variables.
fn briefly(command: clap::Command, words: &[OsString]) -> clap::Command {
    let ours = words.iter().take_while(|word| *word != "--");
    let brief = ours.into_iter().any(|word| word == "-h");
    let hide = move |arg: Arg| arg.hide_env(brief);
    let command = command.mut_subcommands(move |command| command.mut_args(hide));
    command.mut_args(hide)
}

/// As it is typed.
fn option(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
}

fn is_global(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "verbose" | "quiet")
}

/// A variable that is empty counts as unset.
fn with_env(arg: Arg) -> Arg {
    let value = arg.get_env().and_then(std::env::var_os);
    match value {
        Some(value) if value.as_encoded_bytes().trim_ascii().is_empty() => arg.env(None),
        _ => arg,
    }
}

/// What is said of serving together with a subcommand would go unheard.
fn nothing_to_serve(command: &mut clap::Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let typed = |arg: &&Arg| {
        let source = matches.value_source(arg.get_id().as_str());
        !is_global(arg) && source == Some(ValueSource::CommandLine)
    };
    let Some(arg) = command.get_arguments().find(typed) else {
        return Ok(());
    };
    let name = matches.subcommand_name().unwrap_or_default();
    let message =
        format!("`{arg}` has no meaning for `{name}`, which serves nothing; leave it out");
    Err(command.error(ErrorKind::ArgumentConflict, message))
}

/// A second word belongs to a backend's command; a value that cannot be meant says so itself.
fn explained(command: &clap::Command, mut error: clap::Error, words: &[OsString]) -> Refusal {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else {
        return error.into();
    };
    let usage = match error.kind() {
        ErrorKind::UnknownArgument => dashes(command, words, word),
        ErrorKind::ValueValidation => error.source().map(|reason| Usage::Value {
            option: word.split(' ').next().unwrap_or_default().to_owned(),
            reason: reason.to_string(),
        }),
        _ => None,
    };
    // It proposes `--` in front of an option, which would make that the backend.
    error.remove(ContextKind::Suggested);
    usage.map_or_else(|| error.into(), Refusal::Usage)
}

/// What to say where the backend's command was written without `--` in front.
fn dashes(command: &clap::Command, words: &[OsString], extra: &str) -> Option<Usage> {
    let lenient = command.clone().ignore_errors(true);
    let matches = lenient.try_get_matches_from(words).ok()?;
    let folder = matches.get_one::<PathBuf>("folder").map(PathBuf::as_path);
    let typed = matches.value_source("folder") == Some(ValueSource::CommandLine);
    let program = folder.filter(|folder| typed && !folder.is_dir());
    let is_option = extra.starts_with('-');
    let first = match program {
        Some(program) => program.as_os_str(),
        None if is_option => return None,
        None => OsStr::new(extra),
    };
    let word = extra.to_owned();
    let line = with_dashes(words, first)?;
    Some(if is_option {
        Usage::NoDashesBefore { word, line }
    } else {
        let ours = own_command(first);
        Usage::NoDashes { word, line, ours }
    })
}

/// A command of our own that this word may mean, mistyped by a letter or two.
pub(in crate::cli) fn own_command(word: &OsStr) -> Option<String> {
    let word = word.to_string_lossy();
    let command = Args::command();
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    let distances = shown.map(|it| {
        (
            strsim::damerau_levenshtein(&word, it.get_name()),
            it.get_name(),
        )
    });
    let near = distances.filter(|(distance, _)| *distance <= MOST_TYPOS);
    let (_, nearest) = near.min()?;
    Some(format!("server-reload {nearest}"))
}

/// The command line again, with `--` in front of this word.
fn with_dashes(words: &[OsString], first: &OsStr) -> Option<String> {
    let at = words.iter().skip(1).position(|word| word == first)? + 1;
    let (before, behind) = words.split_at(at);
    let before = before.get(1..)?.iter();
    let dashes = OsString::from("--");
    let all: Vec<OsString> = before
        .chain([&dashes])
        .chain(behind.iter())
        .cloned()
        .collect();
    Some(format!("server-reload {}", command::line(&all)))
}

/// The one word that is no folder may be a program.
pub(in crate::cli) fn as_program(folder: &Path) -> Option<String> {
    let is_bare = folder.components().count() == 1;
    is_bare.then(|| format!("server-reload -- {}", command::line(&[folder.into()])))
}
