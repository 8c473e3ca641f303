//! Who is run or observed: the services of the file, or the backend of the command line.

use std::path::{Path, PathBuf};

use super::backend::{self, Backend, Folders};
use crate::cli::args::{BackendArgs, ServeArgs, WatchingArgs};
use crate::cli::endpoint::Endpoint;
use crate::cli::error::{self, Error};
use crate::cli::file::{Built, File, Setting};
use crate::cli::usage::Usage;
use crate::supervisor::{Service, Source, WatchRules};

/// Who is run or observed, and which files count.
pub(super) struct Cast {
    pub(super) services: Vec<Service>,
    /// For people, one for each service.
    pub(super) backends: Vec<Backend>,
    /// Of the served folder.
    pub(super) watch: WatchRules,
    /// The file that counts, so that its changes are noticed.
    pub(super) file: Option<PathBuf>,
    /// Where it names the services, as people know it.
    pub(super) named: Option<String>,
    /// What is not as people may think.
    pub(super) note: Option<String>,
    /// Whether what is typed is for us.
    pub(super) keys: bool,
}

impl Cast {
    /// What was typed beats the file.
    pub(super) fn of(args: &ServeArgs, folder: Option<&Path>) -> Result<Self, Error> {
        let has_backend = args.has_backend();
        let from_file = args.file.as_ref().filter(|file| file.has_services());
        if let Some(service) = args.choice.service.first() {
            if from_file.is_none() {
                return Err(Usage::NoFile.into());
            }
            if has_backend {
                let (service, other) = (service.clone(), named(&args.backend));
                return Err(Usage::ServiceAndBackend { service, other }.into());
            }
        }
        let mut cast = match from_file.filter(|_| !has_backend) {
            Some(file) => Self::of_file(args, file, folder)?,
            None => Self::of_one(args, folder)?,
        };
        let path = args.file.as_ref().map(File::path);
        cast.file = path.map(Path::to_owned);
        if let Some(file) = from_file.filter(|_| has_backend) {
            let path = file.path().display();
            cast.note = Some(format!(
                "the services of {path} are not run: {} was asked for",
                named(&args.backend)
            ));
        }
        Ok(cast)
    }

    fn of_file(args: &ServeArgs, file: &File, folder: Option<&Path>) -> Result<Self, Error> {
        let built = file.services(Setting {
            wanted: &args.choice.service,
            pages: folder,
            port: args.port,
            typed: &args.typed,
            overrides: &args.overrides,
        })?;
        // What else is to be watched is said of the services.
        let watching = WatchingArgs {
            watch: Vec::new(),
            ..args.watching.clone()
        };
        let folders = Folders {
            default: folder.map(Path::to_owned),
            pages: folder,
        };
        let reads = |service: &Service| match &service.source {
            Source::Run(program) => program.stdin,
            Source::Attach(_) => false,
        };
        let (services, backends): (Vec<_>, Vec<_>) = built
            .into_iter()
            .map(|Built { service, backend }| (service, backend))
            .unzip();
        Ok(Self {
            keys: !services.iter().any(reads),
            services,
            backends,
            watch: backend::rules(watching, &args.typed, folders)?,
            file: None,
            named: Some(file.path().display().to_string()),
            note: None,
        })
    }

    /// At most one, as it was typed.
    fn of_one(args: &ServeArgs, folder: Option<&Path>) -> Result<Self, Error> {
        let keys = !args.backend.stdin;
        let at = args.backend.attach.as_ref();
        if let Some(at) = at.filter(|at| is_our_port(at, args.port)) {
            let (at, other) = (at.to_string(), error::next(args.port));
            return Err(Usage::AttachOurselves { at, other }.into());
        }
        let subject = backend::subject(args.backend.clone(), &args.typed)?;
        let folders = Folders {
            default: subject.is_some().then(|| PathBuf::from(".")),
            pages: folder,
        };
        let mut watch = backend::rules(args.watching.clone(), &args.typed, folders)?;
        if !args.watching.no_watch {
            watch.roots.extend(folder.map(Path::to_owned));
        }
        let backend = subject.as_ref().map(|subject| subject.backend.clone());
        let shell = args.backend.shell;
        let service = subject.map(|subject| backend::service(subject, args.ready.clone(), shell));
        let mut service = service.transpose()?;
        if let Some(service) = &mut service {
            // The served folder is among its roots.
            service.watch = std::mem::take(&mut watch);
        }
        Ok(Self {
            services: service.into_iter().collect(),
            backends: backend.into_iter().collect(),
            watch,
            file: None,
            named: None,
            note: None,
            keys,
        })
    }
}

fn is_our_port(at: &Endpoint, port: u16) -> bool {
    at.port == port && at.is_loopback()
}

/// The backend outside of the file, as it can be typed.
fn named(args: &BackendArgs) -> String {
    match &args.attach {
        Some(at) => format!("--attach {at}"),
        None => format!("-- {}", crate::cli::command::line(&args.command)),
    }
}
