//! What to do, checked: all that is left of the arguments.

pub(super) mod backend;
mod cast;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{ServeArgs, as_program, own_command};
use super::bind::Host;
use super::error::Error;
use super::file::File;
use super::log_file;
use super::presence::{canonical, here, state_folder};
use crate::config::Config;
use crate::guard::{HostPattern, OriginPattern, Policy};
use crate::supervisor::{CommandLine, Program, Service, Source, Supervision, WatchRules};
pub(super) use backend::Backend;
use cast::Cast;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) config: Config,
    /// Its own ports are known once we listen.
    pub(super) supervision: Supervision,
    /// For people: the command of each service, or where it is.
    pub(super) backends: Vec<Backend>,
    /// For people: the file that names the services.
    pub(super) file: Option<String>,
    /// For people: what is not as they may think.
    pub(super) note: Option<String>,
    /// For people: the folder that is served.
    pub(super) folder: Option<String>,
    pub(super) hosts: Vec<Host>,
    pub(super) port: u16,
    pub(super) open: bool,
    /// Whether what is typed is for us.
    pub(super) keys: bool,
    /// By which other terminals know it: the folder of the file, else that in which it is started.
    pub(super) home: PathBuf,
    /// Where all that is shown is written to as well.
    pub(super) log_file: Option<PathBuf>,
    /// Whether nobody sees us.
    pub(super) detached: bool,
}

impl ServeArgs {
    pub(super) fn into_plan(self, config: Config) -> Result<Plan, Error> {
        let folder = self.served();
        let cast = Cast::of(&self, folder.as_deref())?;
        folder.as_deref().map(check).transpose()?;
        let config = self.edit.config(config, folder.is_some())?;
        let config = self.restart.config(config);
        let mut supervision = supervision(cast.services, cast.watch, cast.file);
        let home = self.file.as_ref().map_or(Path::new(""), File::folder);
        supervision.receipts = self.restart.receipts(&supervision, home);
        ignore_receipts(&mut supervision);
        let home = self.file.as_ref().map(|file| canonical(file.folder()));
        let config = config
            .with_policy(policy(&self.host, self.allow_host, self.allow_origin))
            .with_heartbeat(self.heartbeat)
            .with_grace(self.grace);
        Ok(Plan {
            folder: folder.as_deref().map(shown),
            config: match folder {
                Some(folder) => config.with_folder(folder),
                None => config,
            },
            supervision,
            backends: cast.backends,
            file: cast.named,
            note: cast.note,
            hosts: self.host,
            port: self.port,
            open: self.open,
            keys: cast.keys,
            home: home.unwrap_or_else(here),
            log_file: None,
            detached: false,
        })
    }

    /// The folder that is served.
    fn served(&self) -> Option<PathBuf> {
        let has_backend = self.has_backend() || self.file.as_ref().is_some_and(File::has_services);
        let default = || default_folder(self.file.as_ref());
        self.folder.clone().or_else(|| (!has_backend).then(default))
    }

    /// Whether one was named outside of the file.
    fn has_backend(&self) -> bool {
        !self.backend.command.is_empty() || self.backend.attach.is_some()
    }
}

fn policy(hosts: &[Host], allowed: Vec<HostPattern>, origins: Vec<OriginPattern>) -> Policy {
    let named = hosts.iter().filter_map(Host::pattern);
    let policy = allowed.into_iter().chain(named);
    let policy = policy.fold(Policy::new(), Policy::allow_host);
    origins.into_iter().fold(policy, Policy::allow_origin)
}

impl Plan {
    /// A file that we write ourselves, and that is no change.
    pub(super) fn ignore(&mut self, file: &Path) {
        let Some(pattern) = log_file::pattern(file) else {
            return;
        };
        for rules in rules(&mut self.supervision) {
            rules.ignore.push(pattern.clone());
        }
    }

    /// The processes of ours, which have to be ended before we end.
    pub(super) fn runs(&self) -> impl Iterator<Item = &Program> {
        let services = self.supervision.services.iter();
        services.filter_map(|service| match &service.source {
            Source::Run(program) => Some(program),
            Source::Attach(_) => None,
        })
    }

    /// How long they may take to end.
    pub(super) fn stop_timeout(&self) -> Option<Duration> {
        self.runs().map(|program| program.stop_timeout).max()
    }

    /// The service whose page is to be opened: the first of those that no other depends on.
    pub(super) fn page(&self) -> Option<String> {
        let services = &self.supervision.services;
        let needs = |of: &str| {
            let all = services.iter().flat_map(|service| &service.depends_on);
            all.into_iter().any(|need| need.service == of)
        };
        let mut last = services.iter().filter(|it| it.reload && !needs(&it.name));
        last.next().filter(|_| self.open).map(|it| it.name.clone())
    }

    /// Whether files are watched.
    pub(super) fn watches(&self) -> bool {
        let Supervision {
            services, watch, ..
        } = &self.supervision;
        let rules = services.iter().map(|service| &service.watch);
        rules.chain([watch]).any(|rules| !rules.roots.is_empty())
    }
}

fn rules(supervision: &mut Supervision) -> impl Iterator<Item = &mut WatchRules> {
    let services = supervision.services.iter_mut();
    let services = services.map(|service| &mut service.watch);
    services.chain([&mut supervision.watch])
}

/// Records of restarts are no changes, wherever they are kept.
fn ignore_receipts(supervision: &mut Supervision) {
    let Some(receipts) = supervision.receipts.clone() else {
        return;
    };
    // Our own folder is on the built-in list.
    if receipts.iter().any(|part| part == ".server-reload") {
        return;
    }
    let receipts = real(&receipts);
    for rules in rules(supervision) {
        let inside = |root: &PathBuf| log_file::pattern_below(&canonical(root), &receipts);
        let patterns: Vec<_> = rules.roots.iter().filter_map(inside).collect();
        rules.ignore.extend(patterns);
    }
}

/// Where it is, or will be once it is there.
fn real(folder: &Path) -> PathBuf {
    let mut above = folder.ancestors();
    let known = above.find_map(|above| Some((above, above.canonicalize().ok()?)));
    let real = known.and_then(|(above, real)| Some(real.join(folder.strip_prefix(above).ok()?)));
    real.unwrap_or_else(|| folder.to_owned())
}

fn supervision(services: Vec<Service>, watch: WatchRules, file: Option<PathBuf>) -> Supervision {
    let runs = |service: &Service| matches!(service.source, Source::Run(_));
    let runs = services.iter().any(runs);
    Supervision {
        services,
        watch,
        file,
        guardian: runs.then(guardian).flatten(),
        records: runs.then(state_folder).flatten(),
        own_ports: Vec::new(),
        receipts: None,
    }
}

/// Our own binary again, which outlives us by a moment.
fn guardian() -> Option<CommandLine> {
    let program = std::env::current_exe().ok()?;
    Some(CommandLine::Words(vec![program.into(), "guardian".into()]))
}

fn default_folder(file: Option<&File>) -> PathBuf {
    let placed = |name: &str| file.map_or_else(|| PathBuf::from(name), |file| file.at(name));
    let mut candidates = ["www", "public"].into_iter().map(placed);
    let found = candidates.find(|folder| folder.is_dir());
    found.unwrap_or_else(|| placed("."))
}

fn check(folder: &Path) -> Result<(), Error> {
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Error::FolderIsFile(folder.to_owned())),
        Err(source) => Err(Error::Folder {
            folder: folder.to_owned(),
            program: as_program(folder),
            ours: own_command(folder.as_os_str()),
            source,
        }),
    }
}

/// The working folder by its name, because `.` tells nobody where they are.
fn shown(folder: &Path) -> String {
    let here = || std::env::current_dir().ok();
    let folder = if folder == Path::new(".") {
        here()
    } else {
        None
    }
    .unwrap_or(folder.to_owned());
    folder.display().to_string()
}

#[cfg(test)]
mod tests;
