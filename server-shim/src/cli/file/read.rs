//! From text to what is said.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::entry::Entry;
use super::keys::{self, SERVICE};
use super::problem::{Problem, Problems, Text};
use super::value::unfit;
use super::{File, depends, value};

impl File {
    /// Reads a file, and says all that is wrong with it at once.
    ///
    /// # Errors
    ///
    /// Each with its line.
    pub(in crate::cli) fn read(path: PathBuf, text: String) -> Result<Self, Problems> {
        let folder = folder_of(&path);
        let text = Arc::new(Text { path, text });
        let source = text.text.strip_prefix('\u{feff}').map_or_else(
            || Cow::Borrowed(text.text.as_str()),
            // Blanks in its place leave everything where it is.
            |rest| Cow::Owned(format!("   {rest}")),
        );
        let (table, errors) = DeTable::parse_recoverable(&source);
        Problems::of(
            &text,
            errors
                .iter()
                .map(|error| syntax(error, source.len()))
                .collect(),
        )?;
        let mut problems = Vec::new();
        let (options, services) = walk(table.get_ref(), &folder, &mut problems);
        problems.extend(depends::check(&services));
        problems.extend(one_reader(&services));
        let file = Self {
            text: Arc::clone(&text),
            folder,
            options,
            services,
        };
        if !problems.is_empty() {
            // Whoever mends one thing wants to know of all.
            problems.extend(file.wrong());
        }
        Problems::of(&text, problems)?;
        Ok(file)
    }
}

/// Absolute; where it is a link, its own folder and not that of what it leads to.
fn folder_of(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent()
        .map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

fn syntax(error: &toml::de::Error, end: usize) -> Problem {
    let at = error.span().unwrap_or(end..end);
    let message = error.message();
    let cure = if message.contains("duplicate key") {
        "each key may stand once in its table: leave out one of the two"
    } else {
        "write such as: key = \"text\", key = [\"one\", \"two\"] or [service.NAME]"
    };
    Problem::new(at, format!("this is no TOML: {message}"), cure)
}

fn walk(
    table: &DeTable<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> (Vec<value::Said>, Vec<Entry>) {
    let (mut options, mut services) = (Vec::new(), Vec::new());
    let known = keys::options();
    for (key, value) in in_order(table) {
        let id = key.get_ref().as_ref();
        if id == SERVICE {
            services = entries(value, folder, problems);
        } else if let Some(arg) = known.iter().find(|arg| arg.get_id() == id) {
            match value::read(arg, key, value, folder) {
                Ok(said) => options.push(said),
                Err(wrong) => problems.extend(wrong),
            }
        } else {
            problems.push(keys::unknown(id, key.span(), false));
        }
    }
    (options, services)
}

fn entries(value: &Spanned<DeValue<'_>>, folder: &Path, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let Some(table) = value.get_ref().as_table() else {
        problems.push(no_service(value));
        return Vec::new();
    };
    let mut entries = Vec::new();
    for (name, value) in in_order(table) {
        if let DeValue::Table(table) = value.get_ref() {
            entries.push(Entry::read(name, table, folder, problems));
        } else {
            // `[service]` with the keys of one.
            problems.push(no_service(value));
            break;
        }
    }
    entries
}

fn no_service(value: &Spanned<DeValue<'_>>) -> Problem {
    Problem {
        cure: "give each service a table with its name: [service.api]".to_owned(),
        ..unfit(SERVICE, value, "a table for each service")
    }
}

/// What is typed can be handed on to one only.
fn one_reader(services: &[Entry]) -> Option<Problem> {
    let reads = |entry: &&Entry| {
        let said = entry.said.iter().find(|said| said.id == "stdin");
        said.is_some_and(|said| said.values.iter().any(|value| value == "true"))
    };
    let mut readers = services.iter().filter(reads);
    let (first, second) = (readers.next()?, readers.next()?);
    Some(Problem::new(
        second.place("stdin"),
        format!(
            "`{}` and `{}` both read what is typed",
            first.name, second.name
        ),
        "leave `stdin` to one of the two",
    ))
}

/// As they stand in the file.
pub(super) fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(&'a Spanned<Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(key, _)| key.span().start);
    all
}
