//! `server-reload.toml`: several services, and the options that need not be typed any more.
//!
//! - `find`: which file counts
//! - `read`, `value`, `keys`: from text to what is said for each key
//! - `entry`, `depends`, `ports`: what is said of each service, and of all together
//! - `services`: from there to what is run, by the very options of the command line
//! - `problem`, `wording`: what is wrong, and where
//!
//! What stands at the top level becomes the default of the option of that name. So it is checked by the
//! same parser, and what is typed or stands in the environment beats it without further ado.

mod depends;
mod entry;
mod find;
mod keys;
mod ports;
mod problem;
mod read;
mod services;
#[cfg(test)]
mod tests;
mod value;
mod wording;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::args::{DEFAULT_PORT, Typed};
use super::error::Error;
use entry::Entry;
pub(super) use find::{FindError, NAME, Wanted, find};
pub(super) use problem::Problems;
use problem::Text;
pub(super) use services::{Built, Setting};
use value::Said;

/// A file that has been read, and in which nothing is wrong that can be seen without running it.
#[derive(Clone, Debug)]
pub(super) struct File {
    text: Arc<Text>,
    /// Where it lies.
    folder: PathBuf,
    /// The top level.
    options: Vec<Said>,
    /// In the order in which they stand in the file.
    services: Vec<Entry>,
}

/// What was said of backends outside of the file, and beats it.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides(Vec<(String, Vec<OsString>)>);

impl File {
    /// The one that the command line wants; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, and for each line that is wrong.
    pub(super) fn of(matches: &ArgMatches) -> Result<Option<Self>, Error> {
        let config = matches.get_one::<PathBuf>("config");
        let wanted = Wanted::new(config.map(PathBuf::as_path), matches.get_flag("no_config"));
        Self::find(&wanted)
    }

    /// As [`File::of`].
    pub(super) fn find(wanted: &Wanted) -> Result<Option<Self>, Error> {
        let here = std::env::current_dir().map_err(Error::Runtime)?;
        match find(wanted, &here)? {
            Some((path, text)) => Ok(Some(Self::read(path, text)?)),
            None => Ok(None),
        }
    }

    /// As it was named.
    pub(super) fn path(&self) -> &Path {
        &self.text.path
    }

    /// Where it lies.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it has services.
    pub(super) fn has_services(&self) -> bool {
        !self.services.is_empty()
    }

    /// The port that we listen on where nobody says otherwise.
    pub(super) fn port(&self) -> u16 {
        let said = self.options.iter().find(|said| said.id == "port");
        let port = said.and_then(|said| said.values.first()?.to_str()?.parse().ok());
        port.unwrap_or(DEFAULT_PORT)
    }

    /// From here on as short as it can be said.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        value::placed(&self.folder, path.as_ref())
    }

    /// What stands at the top level is the default of the options.
    pub(super) fn set_defaults(&self, command: clap::Command) -> clap::Command {
        command.mut_args(|arg| {
            let id = arg.get_id().as_str();
            let said = self.options.iter().find(|said| said.id == id);
            match said {
                Some(said) if !said.values.is_empty() => arg.default_values(said.values.clone()),
                _ => arg,
            }
        })
    }
}

impl Overrides {
    /// What the command line and the environment say of backends.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Self(keys::overrides(matches))
    }

    fn has(&self, id: &str) -> bool {
        self.0.iter().any(|(own, _)| own == id)
    }

    /// The first option that was typed and can be said of one backend only.
    fn of_one(typed: &Typed) -> Option<String> {
        typed.first_of(&keys::OF_ONE)
    }
}
