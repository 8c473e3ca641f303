//! `--detach`: the same once more, in the background.
//!
//! The first process starts a second one with the same words, waits until that listens or has failed, says
//! so, and ends. The second one has a session of its own: no terminal can end it, and no key reaches it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::StatusCode;
use server_reload_protocol::path::HEALTH;

use super::control::Client;
use super::error::Error;
use super::greeting::{addresses, elsewhere, others, warn_if_wide};
use super::log_file::LogFile;
use super::plan::Plan;
use super::presence::{self, Presence};
use super::voice::{BOLD, Voice, print};

/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks whether it does: there is nothing to wait on.
const POLL: Duration = Duration::from_millis(20);

/// Starts it, and returns once it listens.
pub(super) async fn start(plan: &Plan, named: Option<&Path>, voice: Voice) -> Result<(), Error> {
    runs_already(plan)?;
    let log = match named {
        Some(path) => LogFile::named(path),
        None => LogFile::of(&plan.home),
    }?;
    let written = log.file.metadata().map_or(0, |metadata| metadata.len());
    let mut child = spawn(&log).map_err(Error::Runtime)?;
    let Some(found) = listening(&mut child).await? else {
        return Err(failure(&mut child, &log.path, written));
    };
    tell(plan, &found, &log.path, voice);
    Ok(())
}

/// A second one would say only that the port is taken.
fn runs_already(plan: &Plan) -> Result<(), Error> {
    let mut all = presence::all().into_iter();
    let same = all.find(|it| it.port == plan.port && it.folder == plan.home);
    same.map_or(Ok(()), |it| {
        Err(Error::RunsAlready {
            pid: it.pid,
            url: it.url,
            port: it.port,
        })
    })
}

fn spawn(log: &LogFile) -> std::io::Result<Child> {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--detached").arg(&log.path).args(words);
    command.stdin(Stdio::null());
    command.stdout(log.file.try_clone()?);
    command.stderr(log.file.try_clone()?);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;

        const DETACHED_PROCESS: u32 = 0x8;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    }
    command.spawn()
}

/// Leaves the terminal that it was started from; for the second process.
pub(super) fn leave_terminal() {
    // Who leads a group already, as one that was started by hand, has none to leave.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}

/// `None` where it has ended instead, or does not come to it.
async fn listening(child: &mut Child) -> Result<Option<Presence>, Error> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if child.try_wait().map_err(Error::Runtime)?.is_some() {
            return Ok(None);
        }
        let known = presence::all().into_iter().find(|it| it.pid == child.id());
        // Its sockets are open before it is sure that it can serve.
        if let Some(known) = known
            && let Ok(reply) = Client(&known).get(HEALTH).await
            && reply.status == StatusCode::OK
        {
            return Ok(Some(known));
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(None)
}

/// What it has said itself, and its exit code.
fn failure(child: &mut Child, log: &Path, written: u64) -> Error {
    let Ok(Some(status)) = child.try_wait() else {
        // It may have ended just now.
        let _ = child.kill();
        let _ = child.wait();
        return Error::Mute {
            log: log.to_owned(),
        };
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    let code = code.filter(|code| *code != 0).unwrap_or(1);
    let all = fs::read(log).unwrap_or_default();
    let new = usize::try_from(written)
        .ok()
        .and_then(|from| all.get(from..));
    let said = String::from_utf8_lossy(new.unwrap_or_default()).into_owned();
    Error::Background(code, reason(&said, log))
}

/// What it says is wrong; where it says nothing, where to look.
fn reason(said: &str, log: &Path) -> String {
    let start = "error: ";
    let at = if said.starts_with(start) {
        Some(0)
    } else {
        said.find(&format!("\n{start}")).map(|at| at + 1)
    };
    match at {
        Some(at) => said[at + start.len()..].to_owned(),
        None => format!(
            "it has ended at once\n\nsee what it has written: {}",
            log.display()
        ),
    }
}

fn tell(plan: &Plan, found: &Presence, log: &Path, voice: Voice) {
    let Presence { pid, url, .. } = found;
    warn_if_wide(plan, &found.addresses);
    if voice.is_quiet() {
        if plan.port == 0 {
            print(&format!("{url}\n"));
        }
        return;
    }
    let (log, open) = (log.display(), plan.folder.is_some());
    let others = others(&found.addresses, found.port, url);
    print(&format!(
        "{BOLD}server-reload{BOLD:#} runs in the background (pid {pid})\n{}{}log     {log}\n\
         server-reload stop ends it; status and restart reach it, too\n",
        addresses(url, open),
        elsewhere(&others, open)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_it_says_is_wrong() {
        let log = Path::new("/dev.log");
        for (said, expected) in [
            ("error: no\n\ndo this\n", "no\n\ndo this\n"),
            ("serves x\nan error: 1\nerror: no\n", "no\n"),
            (
                "",
                "it has ended at once\n\nsee what it has written: /dev.log",
            ),
        ] {
            assert_eq!(reason(said, log), expected);
        }
    }
}
