//! One backend: from what is said of it to what is run, or observed.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use crate::cli::args::{BackendArgs, ReadyArgs, Typed, WatchingArgs};
use crate::cli::endpoint::Endpoint;
use crate::cli::usage::Usage;
use crate::cli::when::When;
use crate::cli::{command, env_file, patterns};
use crate::supervisor::{Attach, Check, Program, Ready, Service, Source, WatchRules};

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

/// The backend, for people.
#[derive(Clone, Debug)]
pub(in crate::cli) enum Backend {
    /// A command line.
    Run(String),
    /// An address.
    Attached(String),
}

/// What is run or observed, before it is known when it is ready.
pub(in crate::cli) struct Subject {
    source: Source,
    name: String,
    pub(in crate::cli) backend: Backend,
}

/// Where its files are.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Folders<'a> {
    /// What is watched where nothing else is said.
    pub(in crate::cli) default: Option<PathBuf>,
    /// The folder that is served.
    pub(in crate::cli) pages: Option<&'a Path>,
}

/// `None` where there is no backend.
pub(in crate::cli) fn subject(args: BackendArgs, typed: &Typed) -> Result<Option<Subject>, Usage> {
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
            dir: None,
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

pub(in crate::cli) fn service(
    subject: Subject,
    args: ReadyArgs,
    shell: bool,
) -> Result<Service, Usage> {
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
        watch: WatchRules::default(),
        depends_on: Vec::new(),
        reload: true,
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

/// Which files count for a backend, or for the served folder where there is none.
pub(in crate::cli) fn rules(
    args: WatchingArgs,
    typed: &Typed,
    folders: Folders<'_>,
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
    if roots.is_empty() {
        roots.extend(folders.default);
    }
    Ok(WatchRules {
        roots,
        pages_root: folders.pages.map(Path::to_owned),
        ignore: args.ignore.into_iter().flatten().collect(),
        extensions: args.ext.into_iter().filter(|ext| !ext.is_empty()).collect(),
        style: patterns::set(&args.style)?,
        page: patterns::set(&args.page)?,
    })
}
