//! From a program to a running group.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::command::command;
use super::environment::extra;
use super::leader::Leader;
use super::reader::Readers;
use super::stdin::Input;
use super::{Group, Guardian, Output, Running};
use crate::supervisor::{CommandLine, Program, Speaker};

/// The variable that tells a backend its server id.
const ID_VARIABLE: &str = "SERVER_RELOAD_ID";

/// The server id that a process was started with, where its environment, which `process` has to know, says one.
pub(crate) fn given_id(process: &sysinfo::Process) -> Option<&str> {
    let variables = process.environ().iter().filter_map(|it| it.to_str());
    let mut pairs = variables.filter_map(|it| it.split_once('='));
    pairs.find_map(|(name, id)| (name == ID_VARIABLE).then_some(id))
}

/// What is needed to start a program.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    /// What to run, and how.
    pub(crate) program: &'a Program,
    /// Told to it as `SERVER_RELOAD_ID`.
    pub(crate) id: &'a str,
    /// Who ends it when we are killed.
    pub(crate) guardian: Option<&'a Guardian>,
    /// Where its lines go.
    pub(crate) output: Output,
}

/// Why a program was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpawnError {
    #[error("there is no command\n\nadd one: `-- python app.py`")]
    Nothing,
    #[error(
        "there is no folder `{}`\n\nmake it: `mkdir {}`, or give another",
        dir.display(),
        dir.display()
    )]
    NoFolder { dir: PathBuf },
    #[error("`{program}` was not found\n\ninstall it, or give its path, such as `./{program}`")]
    NotFound { program: String },
    #[error(
        "`{program}` was not found\n\ninstall it, or, where it is a script such as `{program}.cmd`, add `--shell`"
    )]
    NotFoundNorScript { program: String },
    #[error("there is no file `{program}`\n\ngive the path of one that exists: `ls {program}`")]
    NoFile { program: String },
    #[error(
        "the interpreter that the first line of `{program}` names was not found\n\ngive it yourself, such as `python {program}`"
    )]
    NoInterpreter { program: String },
    #[error(
        "`{program}` may not be run\n\nallow it: `chmod +x {program}`, or give its interpreter, such as `python {program}`"
    )]
    Denied { program: String },
    #[error("`{program}` is no program\n\ngive its interpreter, such as `python {program}`")]
    NoProgram { program: String },
    #[error("`{program}` cannot be started: {source}\n\ntry it without us: `{program}`")]
    Other { program: String, source: io::Error },
}

impl SpawnError {
    fn new(program: &OsStr, source: io::Error) -> Self {
        let path = Path::new(program);
        let program = path.display().to_string();
        let is_path = path.components().count() > 1 || path.is_absolute();
        match source.kind() {
            io::ErrorKind::NotFound if is_path && path.exists() => Self::NoInterpreter { program },
            io::ErrorKind::NotFound if is_path => Self::NoFile { program },
            io::ErrorKind::NotFound if cfg!(windows) => Self::NotFoundNorScript { program },
            io::ErrorKind::NotFound => Self::NotFound { program },
            io::ErrorKind::PermissionDenied => Self::Denied { program },
            _ if is_no_program(&source) => Self::NoProgram { program },
            _ => Self::Other { program, source },
        }
    }
}

fn is_no_program(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::ENOEXEC);
    #[cfg(not(unix))]
    // `ERROR_BAD_EXE_FORMAT`
    return error.raw_os_error() == Some(193);
}

/// Starts the program as the leader of a group of its own. Inside a tokio runtime only.
///
/// # Errors
///
/// If the system does not start it. That a shell does not find its command is an exit with code 127.
pub(crate) fn spawn(launch: &Launch<'_>) -> Result<(Group, Running), SpawnError> {
    let program = launch.program;
    let mut command = prepare(&program.command, program)?;
    command.env(ID_VARIABLE, launch.id);
    if program.stdin {
        command.stdin(Stdio::piped());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(guardian) = launch.guardian {
        guardian.expect(launch.id);
    }
    let leader = start(command).inspect_err(|_| {
        if let Some(guardian) = launch.guardian {
            guardian.expect("");
        }
    })?;
    Ok(run(leader, Readers::new(), &launch.output, launch.guardian))
}

/// Starts a command in a program's place and with its variables: it reads nothing, and its outputs come as one,
/// in their order.
///
/// # Errors
///
/// As [`spawn`].
pub(crate) fn run_aside(
    line: &CommandLine,
    program: &Program,
    guardian: Option<&Guardian>,
    output: &Output,
) -> Result<Running, SpawnError> {
    let mut command = prepare(line, program)?;
    let mut readers = Readers::new();
    // Where one pipe cannot be had, two do.
    if join_outputs(&mut command, &mut readers, output).is_err() {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    let leader = start(command)?;
    Ok(run(leader, readers, output, guardian).1)
}

/// This command where the program runs, with its variables.
fn prepare(line: &CommandLine, program: &Program) -> Result<Command, SpawnError> {
    let Program {
        dir, env, color, ..
    } = program;
    let mut command = command(line, dir.as_deref()).ok_or(SpawnError::Nothing)?;
    if let Some(dir) = dir {
        // The system's own message would be of the program.
        if !dir.is_dir() {
            return Err(SpawnError::NoFolder { dir: dir.clone() });
        }
        command.current_dir(dir);
    }
    // An empty `NO_COLOR` asks for nothing: https://no-color.org
    let counts = |name: &str, value: &OsStr| name != "NO_COLOR" || !value.is_empty();
    let is_set = |name: &str| {
        let ours = std::env::var_os(name);
        ours.is_some_and(|value| counts(name, &value))
            || env
                .iter()
                .any(|(its, value)| its == name && counts(name, value.as_ref()))
    };
    command.envs(extra(*color, is_set));
    command.envs(env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null());
    Ok(command)
}

/// The command is dropped, and with it our end of what it writes to.
fn start(command: Command) -> Result<Leader, SpawnError> {
    let program = command.as_std().get_program().to_owned();
    Leader::start(command).map_err(|source| SpawnError::new(&program, source))
}

#[cfg(unix)]
fn join_outputs(command: &mut Command, readers: &mut Readers, output: &Output) -> io::Result<()> {
    use tokio::net::unix::pipe::Receiver;

    let (reader, writer) = io::pipe()?;
    let reader = Receiver::from_owned_fd(reader.into())?;
    command.stdout(writer.try_clone()?).stderr(writer);
    readers.read(reader, Speaker::Stdout, output.clone());
    Ok(())
}

#[cfg(not(unix))]
fn join_outputs(_: &mut Command, _: &mut Readers, _: &Output) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn run(
    mut leader: Leader,
    mut readers: Readers,
    output: &Output,
    guardian: Option<&Guardian>,
) -> (Group, Running) {
    let guarded = guardian.map(|guardian| guardian.guard(leader.pid()));
    let (stdin, stdout, stderr) = leader.pipes();
    if let Some(stdout) = stdout {
        readers.read(stdout, Speaker::Stdout, output.clone());
    }
    if let Some(stderr) = stderr {
        readers.read(stderr, Speaker::Stderr, output.clone());
    }
    let group = Group::new(leader.pid());
    let running = Running {
        leader,
        group: group.clone(),
        readers,
        exit: None,
        _stdin: stdin.map(|stdin| Input::ours().forward(stdin)),
        _guarded: guarded,
    };
    (group, running)
}
