//! What to do, checked: all that is left of the arguments.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use etcetera::BaseStrategy;

use super::args::{BackendArgs, ReadyArgs, ServeArgs, Typed, WatchingArgs, as_program};
use super::bind::Host;
use super::endpoint::Endpoint;
use super::error::Error;
use super::usage::Usage;
use super::when::When;
use super::{command, env_file, patterns};
use crate::config::Config;
use crate::guard::{HostPattern, OriginPattern, Policy};
use crate::supervisor::{
    Attach, Check, CommandLine, Program, Ready, Service, Source, Supervision, WatchRules,
};

/// Options that say how we run a backend.
const ONLY_OURS: [&str; 7] = [
    "shell",
    "stdin",
    "env_file",
    "stop_signal",
    "stop_timeout",
    "check",
    "check_timeout",
];

/// Options that say something of any backend.
const OF_BACKENDS: [&str; 3] = ["name", "ready", "ready_timeout"];

/// Options that say what is watched.
const OF_WATCHING: [&str; 5] = ["watch", "ignore", "ext", "style", "page"];

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) config: Config,
    /// Its own ports are known once we listen.
    pub(super) supervision: Supervision,
    /// For people: the backend's command, or where it is.
    pub(super) backend: Option<Backend>,
    /// For people: the folder that is served.
    pub(super) folder: Option<String>,
    pub(super) hosts: Vec<Host>,
    pub(super) port: u16,
    pub(super) open: bool,
    /// Whether what is typed is for us.
    pub(super) keys: bool,
}

/// The backend, for people.
#[derive(Clone, Debug)]
pub(super) enum Backend {
    /// A command line.
    Run(String),
    /// An address.
    Attached(String),
}

/// What is run or observed, before it is known when it is ready.
struct Subject {
    source: Source,
    name: String,
    backend: Backend,
}

impl ServeArgs {
    pub(super) fn into_plan(self, config: Config) -> Result<Plan, Error> {
        let keys = !self.backend.stdin;
        let at = self.backend.attach.clone();
        if let Some(at) = at.as_ref().filter(|at| is_our_port(at, self.port)) {
            let (at, other) = (at.to_string(), super::error::next(self.port));
            return Err(Usage::AttachOurselves { at, other }.into());
        }
        let shell = self.backend.shell;
        let subject = subject(self.backend, &self.typed)?;
        let folder = self
            .folder
            .or_else(|| subject.is_none().then(default_folder));
        folder.as_deref().map(check).transpose()?;
        let watch = rules(
            self.watching,
            &self.typed,
            folder.as_deref(),
            subject.is_some(),
        )?;
        let backend = subject.as_ref().map(|subject| subject.backend.clone());
        let service = subject.map(|subject| service(subject, self.ready, shell));
        let supervision = supervision(service.transpose()?, watch);
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
            backend,
            hosts: self.host,
            port: self.port,
            open: self.open,
            keys,
        })
    }
}

fn policy(hosts: &[Host], allowed: Vec<HostPattern>, origins: Vec<OriginPattern>) -> Policy {
    let named = hosts.iter().filter_map(Host::pattern);
    let policy = allowed.into_iter().chain(named);
    let policy = policy.fold(Policy::new(), Policy::allow_host);
    origins.into_iter().fold(policy, Policy::allow_origin)
}

impl Plan {
    /// Whether processes of ours have to be ended before we end.
    pub(super) fn runs(&self) -> Option<&Program> {
        let mut services = self.supervision.services.iter();
        services.find_map(|service| match &service.source {
            Source::Run(program) => Some(program),
            Source::Attach(_) => None,
        })
    }
}

fn supervision(service: Option<Service>, watch: WatchRules) -> Supervision {
    let runs = |service: &Service| matches!(service.source, Source::Run(_));
    let runs = service.as_ref().is_some_and(runs);
    Supervision {
        services: service.into_iter().collect(),
        watch,
        guardian: runs.then(guardian).flatten(),
        records: runs.then(records).flatten(),
        own_ports: Vec::new(),
    }
}

/// Our own binary again, which outlives us by a moment.
fn guardian() -> Option<CommandLine> {
    let program = std::env::current_exe().ok()?;
    Some(CommandLine::Words(vec![program.into(), "guardian".into()]))
}

/// `None` where the system has no home for us.
fn records() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let folder = base.state_dir().unwrap_or_else(|| base.cache_dir());
    Some(folder.join("server-reload"))
}

/// `None` where there is no backend.
fn subject(args: BackendArgs, typed: &Typed) -> Result<Option<Subject>, Usage> {
    if args
        .name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Usage::EmptyName);
    }
    match (args.attach.clone(), args.command.is_empty()) {
        (Some(at), false) => Err(Usage::CommandAndAttach {
            attach: format!("--attach {at}"),
            command: command::line(&args.command),
        }),
        (Some(at), true) => match typed.first_of(&ONLY_OURS) {
            Some(option) => Err(Usage::OnlyOurs { option }),
            None => Ok(Some(attached(at, args.name))),
        },
        (None, false) => run(args).map(Some),
        (None, true) => match typed.first_of(&ONLY_OURS).or(typed.first_of(&OF_BACKENDS)) {
            Some(option) => Err(Usage::NoBackend { option }),
            None => Ok(None),
        },
    }
}

fn attached(at: Endpoint, name: Option<String>) -> Subject {
    Subject {
        backend: Backend::Attached(at.to_string()),
        name: name.unwrap_or_else(|| at.port.to_string()),
        source: Source::Attach(Attach {
            host: at.host,
            port: at.port,
        }),
    }
}

fn run(args: BackendArgs) -> Result<Subject, Usage> {
    let command = command::backend(args.command, args.shell)?;
    Ok(Subject {
        backend: Backend::Run(command::shown(&command)),
        name: args.name.unwrap_or_else(|| command::name(&command)),
        source: Source::Run(Program {
            command,
            env: env_file::read(&args.env_file)?,
            stdin: args.stdin,
            stop_signal: args.stop_signal,
            stop_timeout: args.stop_timeout,
            color: colors(),
        }),
    })
}

/// Whether what it writes is shown with its colors.
fn colors() -> bool {
    let stdout = std::io::stdout();
    stdout.is_terminal() && AutoStream::choice(&stdout) != ColorChoice::Never
}

fn service(subject: Subject, args: ReadyArgs, shell: bool) -> Result<Service, Usage> {
    let Subject { source, name, .. } = subject;
    if let (Source::Attach(at), Some(When::Log(_))) = (&source, &args.ready) {
        let at = Endpoint {
            host: at.host.clone(),
            port: at.port,
        };
        return Err(Usage::LogAttached { at: at.to_string() });
    }
    let check = match &source {
        Source::Run(_) => args.check.as_deref(),
        Source::Attach(_) => None,
    };
    let check = check.map(|line| command::check(line, shell)).transpose()?;
    Ok(Service {
        name: name.trim().to_owned(),
        source,
        ready: ready(args.ready)?,
        ready_timeout: args.ready_timeout,
        check: check.map(|command| Check {
            command,
            timeout: args.check_timeout,
        }),
    })
}

fn ready(when: Option<When>) -> Result<Ready, Usage> {
    match when {
        None => Ok(Ready::Listens),
        Some(When::Http(uri)) => Ok(Ready::Http(uri)),
        Some(When::Log(pattern)) => Ok(Ready::Log(pattern)),
        Some(When::Tcp(at)) => at.addresses().map(Ready::Tcp).map_err(|source| {
            let host = at.host;
            Usage::ReadyHost { host, source }
        }),
    }
}

fn rules(
    args: WatchingArgs,
    typed: &Typed,
    folder: Option<&Path>,
    has_backend: bool,
) -> Result<WatchRules, Usage> {
    if args.no_watch {
        if let Some(option) = typed.first_of(&OF_WATCHING) {
            return Err(Usage::NoWatch { option });
        }
        return Ok(WatchRules::default());
    }
    for path in &args.watch {
        std::fs::metadata(path).map_err(|source| Usage::Watch {
            path: path.clone(),
            source,
        })?;
    }
    let mut roots = args.watch;
    if roots.is_empty() && has_backend {
        roots.push(PathBuf::from("."));
    }
    roots.extend(folder.map(Path::to_owned));
    Ok(WatchRules {
        roots,
        pages_root: folder.map(Path::to_owned),
        ignore: args.ignore.into_iter().flatten().collect(),
        extensions: args.ext.into_iter().filter(|ext| !ext.is_empty()).collect(),
        style: patterns::set(&args.style)?,
        page: patterns::set(&args.page)?,
    })
}

fn is_our_port(at: &Endpoint, port: u16) -> bool {
    at.port == port && at.is_loopback()
}

fn default_folder() -> PathBuf {
    let candidates = ["www", "public"].map(PathBuf::from);
    let found = candidates.into_iter().find(|folder| folder.is_dir());
    found.unwrap_or_else(|| PathBuf::from("."))
}

fn check(folder: &Path) -> Result<(), Error> {
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Error::FolderIsFile(folder.to_owned())),
        Err(source) => Err(Error::Folder {
            folder: folder.to_owned(),
            program: as_program(folder),
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
