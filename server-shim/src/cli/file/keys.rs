//! Which keys there are.

use std::ffi::OsString;
use std::ops::Range;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, CommandFactory, Parser};

use super::problem::Problem;
use crate::cli::args::{Args, BackendArgs, ReadyArgs, WatchingArgs};

/// The table that holds the services.
pub(super) const SERVICE: &str = "service";

/// Options that are about the file itself, or about one run.
const NOT_AT_THE_TOP: [&str; 10] = [
    "config",
    "no_config",
    "service",
    "command",
    "attach",
    "name",
    "stdin",
    "ready",
    "check",
    "detach",
];

/// Options of a backend that have another form in a service.
const NOT_IN_A_SERVICE: [&str; 3] = ["command", "name", "no_watch"];

/// Keys of a service that are no options.
pub(super) const OWN: [&str; 5] = ["command", "dir", "env", "depends_on", "reload"];

/// Options that can be said of one backend only.
pub(super) const OF_ONE: [&str; 5] = ["shell", "stdin", "name", "ready", "check"];

/// What is said of a backend, as on the command line.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
pub(super) struct ServiceArgs {
    #[command(flatten)]
    pub(super) backend: BackendArgs,
    #[command(flatten)]
    pub(super) ready: ReadyArgs,
    #[command(flatten)]
    pub(super) watching: WatchingArgs,
}

impl ServiceArgs {
    /// The environment speaks to the command line, not to a service.
    pub(super) fn plain() -> clap::Command {
        Self::command().mut_args(|arg| arg.env(None))
    }
}

/// The options that may stand at the top level.
pub(super) fn options() -> Vec<Arg> {
    let mut command = Args::command();
    command.build();
    let all = command.get_arguments();
    let all = all.filter(|arg| !arg.is_hide_set());
    let all = all.filter(|arg| !NOT_AT_THE_TOP.contains(&arg.get_id().as_str()));
    // Help and version are no settings.
    let takes = |arg: &&Arg| {
        let action = arg.get_action();
        matches!(
            action,
            ArgAction::Set | ArgAction::Append | ArgAction::SetTrue
        )
    };
    all.filter(takes).cloned().collect()
}

/// The options that may stand in a service.
pub(super) fn of_service() -> Vec<Arg> {
    let command = ServiceArgs::plain();
    let all = command.get_arguments();
    let all = all.filter(|arg| !NOT_IN_A_SERVICE.contains(&arg.get_id().as_str()));
    all.cloned().collect()
}

/// Whether it is said of backends, and of all alike.
pub(super) fn is_of_all(id: &str) -> bool {
    let command = ServiceArgs::plain();
    let known = command.get_arguments().any(|arg| arg.get_id() == id);
    known
        && !matches!(
            id,
            "command" | "name" | "attach" | "ready" | "check" | "stdin"
        )
}

/// What the command line and the environment say of all backends.
pub(super) fn overrides(matches: &ArgMatches) -> Vec<(String, Vec<OsString>)> {
    let ids = matches.ids().map(clap::Id::as_str);
    let of_all = ids.filter(|id| is_of_all(id) && !OF_ONE.contains(id));
    let said = of_all.filter_map(|id| {
        let source = matches.value_source(id)?;
        if source == ValueSource::DefaultValue {
            return None;
        }
        let mut values: Vec<OsString> = matches.get_raw(id)?.map(OsString::from).collect();
        let is_paths = matches!(id, "env_file" | "watch");
        if source == ValueSource::EnvVariable && is_paths {
            let paths = values.iter().flat_map(std::env::split_paths);
            values = paths.map(Into::into).collect();
        }
        if matches
            .try_get_one::<bool>(id)
            .is_ok_and(|value| value == Some(&false))
        {
            return None;
        }
        Some((id.to_owned(), values))
    });
    said.collect()
}

fn all_at_the_top() -> Vec<String> {
    sorted(options(), &[SERVICE])
}

fn all_in_a_service() -> Vec<String> {
    sorted(of_service(), &OWN)
}

fn sorted(options: Vec<Arg>, more: &[&str]) -> Vec<String> {
    let options = options.into_iter().map(|arg| arg.get_id().to_string());
    let mut all: Vec<String> = options
        .chain(more.iter().map(ToString::to_string))
        .collect();
    all.sort_unstable();
    all
}

/// The key of a service that is meant by one that is none.
pub(super) fn meant(key: &str) -> Option<String> {
    let all = all_in_a_service();
    let near = || nearest(key, &all).map(str::to_owned);
    if all.iter().any(|own| own == key) {
        None
    } else {
        near()
    }
}

/// A key that nobody knows.
pub(super) fn unknown(key: &str, at: Range<usize>, in_service: bool) -> Problem {
    let (top, own) = (all_at_the_top(), all_in_a_service());
    let (here, there, elsewhere, what) = if in_service {
        (&own, &top, "above the first `[service.…]`", "a service")
    } else {
        (&top, &own, "below a `[service.NAME]`", "the top level")
    };
    let cure = if there.iter().any(|other| other == key) {
        format!("it belongs {elsewhere}; {what} takes {}", here.join(", "))
    } else {
        let near = nearest(key, here).map(|near| format!("did you mean `{near}`? "));
        let what = format!("{}{}", what[..1].to_uppercase(), &what[1..]);
        format!(
            "{}{what} takes {}",
            near.unwrap_or_default(),
            here.join(", ")
        )
    };
    Problem::new(at, format!("`{key}` is no key of {what}"), cure)
}

/// The one that was meant, where one is near enough.
pub(super) fn nearest<'a>(word: &str, known: &'a [String]) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    let scored = known
        .iter()
        .map(|name| (strsim::jaro_winkler(&word, name), name.as_str()));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then_some(best.1)
}
