//! From a TOML value to what could be typed for an option.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};
use toml::Spanned;
use toml::de::DeValue;

use super::problem::Problem;

/// What is said for one option.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// The option.
    pub(super) id: String,
    /// As they could be typed.
    pub(super) values: Vec<OsString>,
}

/// A folder, or `none`.
const RECORDS: &str = "records";

/// What an option takes.
#[derive(Clone, Copy, Debug)]
struct Takes {
    list: bool,
    switch: bool,
    path: bool,
}

impl Takes {
    fn of(arg: &Arg) -> Self {
        let path = std::any::TypeId::of::<PathBuf>();
        Self {
            list: matches!(arg.get_action(), ArgAction::Append),
            switch: matches!(arg.get_action(), ArgAction::SetTrue),
            path: arg.get_value_parser().type_id() == path || arg.get_id() == RECORDS,
        }
    }

    fn name(self) -> &'static str {
        match (self.switch, self.list) {
            (true, _) => "`true` or `false`",
            (false, true) => "a text in quotes, or a list of them in brackets",
            (false, false) => "a text in quotes",
        }
    }
}

/// Reads a value as that option would; paths are told from this folder on.
pub(super) fn read(
    arg: &Arg,
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    folder: &Path,
) -> Result<Said, Vec<Problem>> {
    let takes = Takes::of(arg);
    let items =
        items(takes, value).ok_or_else(|| vec![unfit(key.get_ref(), value, takes.name())])?;
    let said = |id: &str, values| Said {
        id: id.to_owned(),
        values,
    };
    let id = arg.get_id().as_str();
    if items.is_empty() {
        return Ok(match id {
            // Nothing is watched: another option says so.
            "watch" => said("no_watch", vec!["true".into()]),
            "style" => said(id, vec![OsString::new()]),
            _ => said(id, Vec::new()),
        });
    }
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for (at, text) in items {
        let text: OsString = if takes.path && !(id == RECORDS && text == "none") {
            placed(folder, Path::new(&text)).into()
        } else {
            text.into()
        };
        if let Err(reason) = check(arg, &text) {
            let (what, cure) = parts(&reason);
            let what = format!("`{}`: {what}", key.get_ref());
            problems.push(Problem::new(at, what, cure));
        }
        values.push(text);
    }
    if problems.is_empty() {
        Ok(said(id, values))
    } else {
        Err(problems)
    }
}

/// From this folder on; where that is the working folder, as it was written.
pub(super) fn placed(folder: &Path, path: &Path) -> PathBuf {
    let here = std::env::current_dir();
    if here.is_ok_and(|here| here == folder) {
        return path.to_owned();
    }
    // `.` at the end would be shown.
    folder.join(path).components().collect()
}

/// A value of another kind than is wanted.
pub(super) fn unfit(key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Problem {
    let found = kind(value.get_ref());
    Problem::new(
        value.span(),
        format!("`{key}` takes {wanted}, and this is {found}"),
        format!("write such as: {}", example(key, wanted)),
    )
}

fn example(key: &str, wanted: &str) -> String {
    let value = match wanted.chars().next() {
        Some('`') => "true".to_owned(),
        _ => match key {
            "ready" => "\"tcp:8000\"",
            "check" => "\"python -m py_compile app.py\"",
            "command" => "\"uvicorn app:app --port 8000\"",
            "env" => "{ PORT = \"8000\" }",
            "depends_on" => "[\"db\"]",
            "stop_signal" => "\"INT\"",
            key if key.ends_with("timeout") || key == "grace" || key == "heartbeat" => "\"10s\"",
            _ => "\"…\"",
        }
        .to_owned(),
    };
    format!("{key} = {value}")
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

type Item = (Range<usize>, String);

/// `None` where it is of another kind.
fn items(takes: Takes, value: &Spanned<DeValue<'_>>) -> Option<Vec<Item>> {
    match value.get_ref() {
        DeValue::Boolean(is) if takes.switch => Some(vec![(value.span(), is.to_string())]),
        DeValue::Array(all) if takes.list => all.iter().map(item).collect(),
        _ if takes.switch => None,
        DeValue::Integer(_) if takes.path => None,
        _ => item(value).map(|item| vec![item]),
    }
}

fn item(value: &Spanned<DeValue<'_>>) -> Option<Item> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        // Such as a port.
        DeValue::Integer(number) => number.to_string(),
        _ => return None,
    };
    Some((value.span(), text))
}

/// By the option's own parser.
fn check(arg: &Arg, value: &std::ffi::OsStr) -> Result<(), String> {
    use std::error::Error as _;

    // A switch takes no value, and nothing is left to be checked.
    let Some(long) = arg.get_long().filter(|_| !Takes::of(arg).switch) else {
        return Ok(());
    };
    let mut word = OsString::from(format!("--{long}="));
    word.push(value);
    let arg = arg.clone().env(None).global(false);
    let command = Command::new("file").no_binary_name(true).arg(arg);
    let error = command.try_get_matches_from([word]).err();
    error.map_or(Ok(()), |error| {
        let reason = error.source().map(ToString::to_string);
        Err(reason.unwrap_or_else(|| error.kind().to_string()))
    })
}

/// What is wrong, and what to write instead, of a message in one.
pub(super) fn parts(message: &str) -> (String, String) {
    let parted = message.split_once("\n\n").or(message.split_once("; "));
    match parted {
        Some((what, cure)) => (what.to_owned(), cure.to_owned()),
        None => (message.to_owned(), "write another value".to_owned()),
    }
}
