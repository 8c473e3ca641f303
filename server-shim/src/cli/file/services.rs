//! From what is said of services to what is run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::FromArgMatches;

use super::entry::{Entry, Given};
use super::keys::{ServiceArgs, is_of_all, nearest};
use super::problem::{Problem, Problems};
use super::value::placed;
use super::wording;
use super::{File, Overrides, ports};
use crate::cli::args::Typed;
use crate::cli::command;
use crate::cli::error::Error;
use crate::cli::plan::backend::{self, Backend, Folders};
use crate::cli::usage::Usage;
use crate::supervisor::{CommandLine, Service, Source};

/// A service to be run, and how it is named to people.
#[derive(Debug)]
pub(in crate::cli) struct Built {
    pub(in crate::cli) service: Service,
    pub(in crate::cli) backend: Backend,
}

/// What is known of the whole run.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Setting<'a> {
    /// Services that were asked for by name; all where there are none.
    pub(in crate::cli) wanted: &'a [String],
    /// The folder that is served.
    pub(in crate::cli) pages: Option<&'a Path>,
    /// The port that we listen on.
    pub(in crate::cli) port: u16,
    pub(in crate::cli) typed: &'a Typed,
    pub(in crate::cli) overrides: &'a Overrides,
}

impl File {
    /// The services that are wanted and those that they depend on, in the order of the file.
    ///
    /// # Errors
    ///
    /// Where one is wanted that is not there, or something is wrong with one.
    pub(in crate::cli) fn services(&self, setting: Setting<'_>) -> Result<Vec<Built>, Error> {
        if let Some(option) = Overrides::of_one(setting.typed) {
            let path = self.path().to_owned();
            return Err(Usage::OfOne { option, path }.into());
        }
        let wanted = self.wanted(setting.wanted)?;
        let (built, problems) = self.build_all(&wanted, setting);
        Problems::of(&self.text, problems)?;
        Ok(built)
    }

    /// All of them, as a run without any option has them.
    ///
    /// # Errors
    ///
    /// Where something is wrong with one.
    pub(in crate::cli) fn checked(&self) -> Result<Vec<Built>, Problems> {
        let all: Vec<_> = self.services.iter().collect();
        let (built, problems) = self.plainly(&all);
        Problems::of(&self.text, problems)?;
        Ok(built)
    }

    /// What is wrong with them beyond what is wrong with what they say.
    pub(super) fn wrong(&self) -> Vec<Problem> {
        let one_source = |entry: &&Entry| entry.command.is_some() != entry.has("attach");
        let entries: Vec<_> = self.services.iter().filter(one_source).collect();
        self.plainly(&entries).1
    }

    fn plainly(&self, entries: &[&Entry]) -> (Vec<Built>, Vec<Problem>) {
        let setting = Setting {
            wanted: &[],
            pages: None,
            port: self.port(),
            typed: &Typed::default(),
            overrides: &Overrides::default(),
        };
        self.build_all(entries, setting)
    }

    fn build_all(&self, entries: &[&Entry], setting: Setting<'_>) -> (Vec<Built>, Vec<Problem>) {
        let (mut built, mut problems, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            match self.build(entry, setting) {
                Ok(one) => {
                    taken.extend(ports::said(&one.service, |key| entry.place(key)));
                    built.push(one);
                }
                Err(usage) => problems.push(located(entry, &usage)),
            }
        }
        problems.extend(ports::check(&taken, setting.port));
        (built, problems)
    }

    fn wanted(&self, names: &[String]) -> Result<Vec<&Entry>, Usage> {
        let known: Vec<String> = self
            .services
            .iter()
            .map(|entry| entry.name.clone())
            .collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            return Err(Usage::NoService {
                name: name.clone(),
                near: nearest(name, &known).map(str::to_owned),
                path: self.path().to_owned(),
                known,
            });
        }
        let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut next = 0;
        while let Some(name) = wanted.get(next).copied() {
            next += 1;
            let entry = self.services.iter().find(|entry| entry.name == name);
            for need in entry.into_iter().flat_map(|entry| &entry.needs) {
                let name = need.dependency.service.as_str();
                if !wanted.contains(&name) {
                    wanted.push(name);
                }
            }
        }
        let is_wanted = |entry: &&Entry| names.is_empty() || wanted.contains(&entry.name.as_str());
        Ok(self.services.iter().filter(is_wanted).collect())
    }

    fn build(&self, entry: &Entry, setting: Setting<'_>) -> Result<Built, Usage> {
        let mut args = self.args(entry, setting.overrides)?;
        let shell = args.backend.shell;
        if let Some(given) = &entry.command {
            args.backend.command = words(given, shell)?;
        }
        args.backend.name = Some(entry.name.clone());
        let typed = Typed::of(entry.said.iter().map(|said| said.id.clone()));
        let subject = backend::subject(args.backend, &typed)?.ok_or(Usage::NoCommand)?;
        let shown = subject.backend.clone();
        let mut service = backend::service(subject, args.ready, shell)?;
        let folders = Folders {
            default: Some(self.home(entry)),
            pages: setting.pages,
        };
        // Whoever watches nothing this time need not take back what else the file says.
        let mut watch = backend::rules(args.watching, &Typed::default(), folders)?;
        if !self.says_watch(entry, setting.overrides) {
            let others = self.others(entry);
            watch.ignore = others.into_iter().chain(watch.ignore).collect();
        }
        service.watch = watch;
        service.depends_on = entry
            .needs
            .iter()
            .map(|need| need.dependency.clone())
            .collect();
        service.reload = entry.reload.unwrap_or(true);
        if let Source::Run(program) = &mut service.source {
            program.dir = Some(entry.dir.clone().unwrap_or_else(|| self.folder.clone()));
            let own = &entry.env;
            program
                .env
                .retain(|(name, _)| own.iter().all(|(other, _)| other != name));
            program.env.extend(own.iter().cloned());
        }
        Ok(Built {
            service,
            backend: shown,
        })
    }

    /// As if it had been typed: what was typed indeed, else what its table says, else the top level.
    fn args(&self, entry: &Entry, overrides: &Overrides) -> Result<ServiceArgs, Usage> {
        let mut words: Vec<OsString> = Vec::new();
        for arg in ServiceArgs::plain().get_arguments() {
            let id = arg.get_id().as_str();
            let Some(long) = arg.get_long() else { continue };
            let is_switch = matches!(arg.get_action(), clap::ArgAction::SetTrue);
            for value in self.said(entry, overrides, id) {
                if is_switch {
                    if value == "true" {
                        words.push(format!("--{long}").into());
                    }
                    continue;
                }
                let mut word = OsString::from(format!("--{long}="));
                word.push(value);
                words.push(word);
            }
        }
        let matches = ServiceArgs::plain().try_get_matches_from(words);
        let args = matches.and_then(|matches| ServiceArgs::from_arg_matches(&matches));
        // Each value has been read by itself before.
        args.map_err(|error| Usage::Value {
            option: entry.name.clone(),
            reason: error.to_string(),
        })
    }

    fn said<'a>(&'a self, entry: &'a Entry, overrides: &'a Overrides, id: &str) -> &'a [OsString] {
        // To watch nothing is another option, and beaten by whoever says what to watch.
        let says = |key: &str| key == id || (is_watch(key) && is_watch(id));
        if overrides.0.iter().any(|(key, _)| says(key)) {
            let own = overrides.0.iter().find(|(key, _)| key == id);
            return own.map_or(&[], |(_, values)| values);
        }
        let level = if entry.said.iter().any(|said| says(&said.id)) {
            &entry.said
        } else if is_of_all(id) {
            &self.options
        } else {
            return &[];
        };
        let own = level.iter().find(|said| said.id == id);
        own.map_or(&[], |said| &said.values)
    }

    fn says_watch(&self, entry: &Entry, overrides: &Overrides) -> bool {
        overrides.has("watch")
            || entry.has("watch")
            || self.options.iter().any(|said| said.id == "watch")
    }

    /// What is watched for it where nothing else is said.
    fn home(&self, entry: &Entry) -> PathBuf {
        let home = entry.dir.as_deref().unwrap_or(&self.folder);
        let home = placed(
            &self.folder,
            home.strip_prefix(&self.folder).unwrap_or(home),
        );
        if home.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            home
        }
    }

    /// Folders of other services inside its own: what lies there is theirs.
    fn others(&self, entry: &Entry) -> Vec<String> {
        let home = entry.dir.as_deref().unwrap_or(&self.folder);
        let dirs = self
            .services
            .iter()
            .filter_map(|other| other.dir.as_deref());
        let inside = dirs.filter_map(|dir| dir.strip_prefix(home).ok());
        let inside = inside.filter(|dir| !dir.as_os_str().is_empty());
        inside.map(anchored).collect()
    }
}

fn is_watch(id: &str) -> bool {
    matches!(id, "watch" | "no_watch")
}

/// As a line of a `.gitignore` that means this folder alone.
fn anchored(folder: &Path) -> String {
    let mut line = String::new();
    for part in folder.components() {
        line.push('/');
        for c in part.as_os_str().to_string_lossy().chars() {
            if matches!(c, '*' | '?' | '[' | ']' | '\\' | '{' | '}') {
                line.push('\\');
            }
            line.push(c);
        }
    }
    line + "/"
}

fn words(given: &Given, shell: bool) -> Result<Vec<OsString>, Usage> {
    match given {
        Given::Words(words) => Ok(words.clone()),
        Given::Line(line) if shell => Ok(vec![line.into()]),
        Given::Line(line) => match command::split("command", line)? {
            CommandLine::Words(words) => Ok(words),
            CommandLine::Shell(line) => Ok(vec![line.into()]),
        },
    }
}

fn located(entry: &Entry, usage: &Usage) -> Problem {
    let (key, what, cure) = wording::of(usage);
    Problem::new(
        entry.place(key),
        format!("service `{}`: {what}", entry.name),
        cure,
    )
}
