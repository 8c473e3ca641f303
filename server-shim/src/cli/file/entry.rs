//! One `[service.NAME]`.

use std::borrow::Cow;
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, OWN};
use super::problem::Problem;
use super::read::in_order;
use super::value::{self, Said, placed, unfit};
use crate::supervisor::Dependency;

/// What is said of a service.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Where its name stands.
    pub(super) at: Range<usize>,
    pub(super) command: Option<Given>,
    /// What could be said by options.
    pub(super) said: Vec<Said>,
    pub(super) dir: Option<PathBuf>,
    pub(super) env: Vec<(String, String)>,
    pub(super) needs: Vec<Need>,
    pub(super) reload: Option<bool>,
    /// Where the value of each key stands.
    places: Vec<(String, Range<usize>)>,
}

/// A command.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// To be split, unless a shell runs it.
    Line(String),
    /// As they are.
    Words(Vec<OsString>),
}

/// A service that it depends on.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) dependency: Dependency,
    pub(super) at: Range<usize>,
}

type Key<'a> = Spanned<Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

impl Entry {
    /// Reads what it can, and adds what is wrong.
    pub(super) fn read(
        name: &Key<'_>,
        table: &DeTable<'_>,
        folder: &Path,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut entry = Self {
            name: name.get_ref().to_string(),
            at: name.span(),
            ..Self::default()
        };
        problems.extend(bad_name(name));
        let options = keys::of_service();
        for (key, value) in in_order(table) {
            let id = key.get_ref().as_ref();
            entry.places.push((id.to_owned(), value.span()));
            let read = if OWN.contains(&id) {
                entry
                    .own(id, value, folder)
                    .map_err(|problem| vec![problem])
            } else if let Some(arg) = options.iter().find(|arg| arg.get_id() == id) {
                value::read(arg, key, value, folder).map(|said| entry.said.push(said))
            } else {
                Err(vec![keys::unknown(id, key.span(), true)])
            };
            problems.extend(read.err().into_iter().flatten());
        }
        problems.extend(entry.no_source(table));
        entry
    }

    /// Where a key stands that it has; else its name.
    pub(super) fn place(&self, id: &str) -> Range<usize> {
        let place = self.places.iter().find(|(key, _)| key == id);
        place.map_or_else(|| self.at.clone(), |(_, at)| at.clone())
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.said.iter().any(|said| said.id == id)
    }

    fn no_source(&self, table: &DeTable<'_>) -> Option<Problem> {
        let said = ["command", "attach"].map(|key| {
            // One that is misspelt is told already.
            let mut keys = table.keys().map(|other| other.get_ref().as_ref());
            keys.any(|other| other == key || keys::meant(other).as_deref() == Some(key))
        });
        let (what, cure) = match said {
            [false, false] => (
                format!("service `{}` has no `command`", self.name),
                "write such as: command = \"uvicorn app:app --port 8000\"\n\
                 or, where somebody else runs it: attach = 8000",
            ),
            [true, true] => (
                format!("service `{}` has a `command` and an `attach`", self.name),
                "leave out one of the two: what is attached is run by somebody else",
            ),
            _ => return None,
        };
        Some(Problem::new(self.at.clone(), what, cure))
    }

    /// What is no option.
    fn own(&mut self, key: &str, value: &Value<'_>, folder: &Path) -> Result<(), Problem> {
        match key {
            "command" => self.command = Some(command(value)?),
            "dir" => self.dir = Some(dir(value, folder)?),
            "env" => self.env = variables(value)?,
            "depends_on" => self.needs = needs(value)?,
            _ => match value.get_ref() {
                DeValue::Boolean(reload) => self.reload = Some(*reload),
                _ => return Err(unfit(key, value, "`true` or `false`")),
            },
        }
        Ok(())
    }
}

/// It stands in front of lines, in URLs and on the command line.
fn bad_name(name: &Key<'_>) -> Option<Problem> {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let text = name.get_ref();
    let good = !text.is_empty() && text.chars().all(plain) && text.chars().count() <= 40;
    (!good).then(|| {
        Problem::new(
            name.span(),
            format!("a service cannot be called `{text}`"),
            "use letters, digits, `-`, `_` and `.`, 40 at most, such as: [service.api]",
        )
    })
}

fn command(value: &Value<'_>) -> Result<Given, Problem> {
    let wanted = "a text in quotes, or a list of words";
    match value.get_ref() {
        DeValue::String(line) if line.trim().is_empty() => {}
        DeValue::String(line) => return Ok(Given::Line(line.to_string())),
        DeValue::Array(words) if !words.is_empty() => {
            let words = words
                .iter()
                .map(|word| word.get_ref().as_str().map(OsString::from));
            let words: Option<Vec<_>> = words.collect();
            return words
                .map(Given::Words)
                .ok_or_else(|| unfit("command", value, wanted));
        }
        DeValue::Array(_) => {}
        _ => return Err(unfit("command", value, wanted)),
    }
    Err(Problem::new(
        value.span(),
        "the command is empty",
        "write such as: command = \"uvicorn app:app --port 8000\"",
    ))
}

fn dir(value: &Value<'_>, folder: &Path) -> Result<PathBuf, Problem> {
    let Some(text) = value.get_ref().as_str() else {
        return Err(unfit("dir", value, "a text in quotes"));
    };
    let dir = folder.join(text);
    match std::fs::metadata(&dir) {
        Ok(found) if found.is_dir() => Ok(dir.components().collect()),
        Ok(_) => Err(Problem::new(
            value.span(),
            format!("`{text}` is a file"),
            "name the folder that the command is run in",
        )),
        Err(error) => Err(Problem::new(
            value.span(),
            format!(
                "there is no folder `{}`: {error}",
                placed(folder, text.as_ref()).display()
            ),
            "name the folder that the command is run in, from this file on",
        )),
    }
}

fn variables(value: &Value<'_>) -> Result<Vec<(String, String)>, Problem> {
    let wanted = "a table of variables";
    let Some(table) = value.get_ref().as_table() else {
        return Err(unfit("env", value, wanted));
    };
    let mut variables = Vec::new();
    for (name, value) in in_order(table) {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(is) => is.to_string(),
            _ => return Err(unfit(name.get_ref(), value, "a text in quotes")),
        };
        let key = name.get_ref();
        if key.is_empty() || key.contains(['=', '\0']) || text.contains('\0') {
            return Err(Problem::new(
                name.span(),
                format!("`{}` is no variable", key.escape_debug()),
                "write such as: env = { PORT = \"8000\" }",
            ));
        }
        variables.push((key.to_string(), text));
    }
    Ok(variables)
}

fn needs(value: &Value<'_>) -> Result<Vec<Need>, Problem> {
    match value.get_ref() {
        DeValue::Array(all) => all.iter().map(need).collect(),
        DeValue::String(_) => Ok(vec![need(value)?]),
        _ => Err(unfit("depends_on", value, "a list of names")),
    }
}

/// `"db"` or `{ service = "db", restart = true }`.
fn need(value: &Value<'_>) -> Result<Need, Problem> {
    let wrong = || {
        Problem::new(
            value.span(),
            "this is no service to depend on",
            "write its name, such as \"db\", or { service = \"db\", restart = true } \
             to be restarted whenever it is",
        )
    };
    let (service, restart) = match value.get_ref() {
        DeValue::String(name) => (name.to_string(), false),
        DeValue::Table(table) => {
            let known = |key: &Key<'_>| matches!(key.get_ref().as_ref(), "service" | "restart");
            let restart = table.get("restart").map(|it| it.get_ref().as_bool());
            let service = table.get("service").and_then(|it| it.get_ref().as_str());
            match (service, restart) {
                (Some(service), None | Some(Some(_))) if table.keys().all(known) => {
                    (service.to_owned(), restart.flatten().unwrap_or_default())
                }
                _ => return Err(wrong()),
            }
        }
        _ => return Err(wrong()),
    };
    Ok(Need {
        dependency: Dependency { service, restart },
        at: value.span(),
    })
}
