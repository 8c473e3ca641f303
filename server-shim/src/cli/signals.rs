//! The signals that end the program, heard on a thread of their own.

use std::io;
use std::process::exit;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

/// Hears the signals from now on; the first is sent, by its name.
///
/// Whatever the other threads hang on, a second signal exits at once, and so does the first when
/// `bound` is over.
pub(super) fn hear(bound: Duration) -> io::Result<oneshot::Receiver<&'static str>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _context = runtime.enter();
        Signals::install()?
    };
    let (first, receiver) = oneshot::channel();
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || runtime.block_on(end(signals, first, bound)))?;
    Ok(receiver)
}

async fn end(mut signals: Signals, first: oneshot::Sender<&'static str>, bound: Duration) {
    // Nobody receives it where the server ends by itself just now.
    let _ = first.send(signals.next().await);
    tokio::select! {
        _ = signals.next() => {}
        () = tokio::time::sleep(bound) => {}
    }
    exit(0);
}

/// Listens from the moment it is made.
#[cfg(unix)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// Listens from the moment it is made.
#[cfg(windows)]
struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
    close: CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
            close: ctrl_close()?,
        })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "Ctrl-Break",
            _ = self.close.recv() => "the closed window",
        }
    }
}
