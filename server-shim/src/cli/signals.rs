//! The signals that end the program, heard on a thread of their own.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::process::exit;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

use super::keys;
use super::output::{ERR, OUT};
use super::presence;

/// How long processes that are killed may hold the exit: from KILL until the system has them gone.
const KILL_BOUND: Duration = Duration::from_secs(2);

/// How long a reader that does not read may hold the exit.
const READER_BOUND: Duration = Duration::from_millis(50);

/// What is heard.
pub(super) struct Heard {
    /// The first signal, by its name: from then on all is ended.
    pub(super) first: oneshot::Receiver<&'static str>,
    /// The second: what has not ended is killed.
    pub(super) second: Second,
    /// Counts as a signal too, by this name: the key q, or another terminal.
    pub(super) quit: mpsc::UnboundedSender<&'static str>,
}

/// Resolves at the second signal, or when the bound is over.
///
/// Whoever holds it is asked to kill what still runs, and to drop it when that is gone: until then, at
/// most for a moment, the exit waits.
pub(super) struct Second {
    told: oneshot::Receiver<()>,
    _held: oneshot::Sender<()>,
}

impl Future for Second {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Where nobody is left to tell it, the program ends anyway.
        Pin::new(&mut self.told).poll(context).map(drop)
    }
}

/// Hears the signals from now on.
///
/// Whatever the other threads hang on, a second signal exits at once, or when [`Second`] is dropped,
/// and so does the first when `bound` is over.
pub(super) fn hear(bound: Duration) -> io::Result<Heard> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (quit, asked) = mpsc::unbounded_channel();
    let signals = {
        let _context = runtime.enter();
        Signals::install(asked)?
    };
    let (first, heard) = oneshot::channel();
    let (tell, told) = oneshot::channel();
    let (held, gone) = oneshot::channel();
    let telling = Telling { first, tell, gone };
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || runtime.block_on(end(signals, telling, bound)))?;
    Ok(Heard {
        first: heard,
        second: Second { told, _held: held },
        quit,
    })
}

/// The other ends of [`Heard`].
struct Telling {
    first: oneshot::Sender<&'static str>,
    tell: oneshot::Sender<()>,
    /// Ends when [`Second`] is dropped.
    gone: oneshot::Receiver<()>,
}

async fn end(mut signals: Signals, telling: Telling, bound: Duration) {
    // Nobody receives it where the server ends by itself just now.
    let _ = telling.first.send(signals.next().await);
    tokio::select! {
        _ = signals.next() => {}
        () = tokio::time::sleep(bound) => {}
    }
    let _ = telling.tell.send(());
    let _ = tokio::time::timeout(KILL_BOUND, telling.gone).await;
    keys::restore();
    presence::withdraw();
    OUT.flush(READER_BOUND);
    ERR.flush(READER_BOUND);
    exit(0);
}

/// Listens from the moment it is made.
struct Signals {
    system: System,
    asked: mpsc::UnboundedReceiver<&'static str>,
}

impl Signals {
    fn install(asked: mpsc::UnboundedReceiver<&'static str>) -> io::Result<Self> {
        let system = System::install()?;
        Ok(Self { system, asked })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            name = self.system.next() => name,
            Some(name) = self.asked.recv() => name,
        }
    }
}

/// What the system sends.
#[cfg(unix)]
struct System {
    interrupt: Signal,
    terminate: Signal,
    quit: Signal,
    /// `None` where it is ignored, as by `nohup`.
    hang_up: Option<Signal>,
}

#[cfg(unix)]
impl System {
    fn install() -> io::Result<Self> {
        let hang_up = (!is_hang_up_ignored()).then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hang_up: hang_up.transpose()?,
        })
    }

    async fn next(&mut self) -> &'static str {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.quit.recv() => "SIGQUIT",
            _ = hang_up => "SIGHUP",
        }
    }
}

/// Whoever started us with `nohup` wants us to go on without the terminal.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (libc::SIGHUP - 1) != 0)
}

/// These systems do not tell; but `nohup` leaves us no terminal.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn is_hang_up_ignored() -> bool {
    use std::io::IsTerminal;

    !(io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal())
}

/// What the system sends.
#[cfg(windows)]
struct System {
    interrupt: CtrlC,
    terminate: CtrlBreak,
    close: CtrlClose,
}

#[cfg(windows)]
impl System {
    fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
            close: ctrl_close()?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "Ctrl-Break",
            _ = self.close.recv() => "the closed window",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_is_told_and_held_until_all_is_gone() {
        let (tell, told) = oneshot::channel();
        let (held, mut gone) = oneshot::channel();
        let mut second = Second { told, _held: held };
        let _ = tell.send(());
        (&mut second).await;
        assert_eq!(gone.try_recv(), Err(oneshot::error::TryRecvError::Empty));
        drop(second);
        assert!(gone.await.is_err());
    }
}
