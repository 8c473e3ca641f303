//! Serving and supervising together.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::driver::{Driver, Message, Sender};
use super::machine::Input;
use super::tee::Tee;
use super::watch::WatchError;
use super::{Cause, Reporter, Request, Source, Supervision};
use crate::config::Config;
use crate::operations::{Ask, Permission};
use crate::server::{ServeError, Stopped, serve};
use crate::shim::Shim;

/// What a group may need to be gone, beyond the time that it is given, once it is killed.
const SLACK: Duration = Duration::from_secs(1);

/// Why nothing can be supervised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuperviseError {
    /// The server could not be started.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The files cannot be watched.
    #[error("{0}")]
    Watch(String),
}

impl From<WatchError> for SuperviseError {
    fn from(error: WatchError) -> Self {
        Self::Watch(error.to_string())
    }
}

/// The person, or the program, that supervises by our means.
pub struct Operator {
    /// Hears what happens.
    pub reporter: Arc<dyn Reporter>,
    /// Asks for something.
    pub requests: UnboundedReceiver<Request>,
    /// Resolves when those who were asked to end are to be killed. Dropped when all have ended.
    pub kill: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Told the reason when who has the control token asks for the end, which is then to come by
    /// `shutdown`.
    pub ending: Option<UnboundedSender<&'static str>>,
}

/// As [`crate::run`], and watches files, runs or observes backends, and moves the server id when they
/// are ready again.
///
/// Without a service the id stays the process of `config`, and pages follow their files. When `shutdown`
/// resolves, all that was started is ended: streams and connections as by [`crate::run`], backends with
/// their whole process group, within their stop timeout and a second. All work stops, and every backend
/// is killed, when the returned future is dropped.
///
/// # Errors
///
/// Where the folder of `config` cannot be served, or a file of `supervision` cannot be watched.
pub async fn run(
    listeners: Vec<TcpListener>,
    config: Config,
    supervision: Supervision,
    operator: Operator,
    shutdown: impl Future<Output: Into<Cow<'static, str>>>,
) -> Result<Stopped, SuperviseError> {
    let shim = Shim::new(config)?;
    let (services, bound) = (supervision.services.len(), end_bound(&supervision));
    let permission = Permission::of(&supervision, shim.config().restart, &listeners);
    let Operator {
        reporter,
        requests,
        kill,
        ending,
    } = operator;
    if let Some(ending) = ending {
        shim.serve_ending(ending);
    }
    if let Some(folder) = &supervision.receipts {
        shim.operations().keep(folder).await;
    }
    let reporter = Tee::over(reporter, &shim, &supervision);
    let driver = Driver::new(supervision, shim.clone(), reporter)?;
    let sender = driver.sender();
    let (asks, asked) = mpsc::unbounded_channel();
    shim.operations().serve(asks, permission);
    let _asked = Driving(tokio::spawn(hand_on(asked, sender.clone())));
    let (alive, ended) = watch::channel(());
    let _driving = Driving(tokio::spawn(async move {
        let _alive = alive;
        driver.run().await;
    }));
    let _asking = Driving(tokio::spawn(pass_on(requests, sender.clone(), services)));
    // Serving on with nobody to supervise would leave every page waiting.
    let shutdown = async {
        tokio::select! {
            reason = shutdown => reason.into(),
            () = over(ended.clone()) => Cow::Borrowed("a fault of its own"),
        }
    };
    let rest = async {
        // Dropped when all have ended: the exit waits for that.
        let mut kill = kill;
        sender.input(Input::Quit { hard: false });
        let all_ended = tokio::select! {
            done = timeout(bound, over(ended.clone())) => done.is_ok(),
            () = &mut kill => {
                sender.input(Input::Quit { hard: true });
                timeout(SLACK, over(ended.clone())).await.is_ok()
            }
        };
        if !all_ended {
            tracing::warn!("a backend did not end within its bound and was killed");
        }
    };
    let stopped = serve(listeners, &shim, shutdown, rest).await;
    shim.operations().flush().await;
    Ok(stopped)
}

/// Resolves when the other side is dropped: it says nothing before.
async fn over(mut ended: watch::Receiver<()>) {
    let _ = ended.changed().await;
}

/// A task that ends with its owner, and all that it owns with it.
struct Driving(JoinHandle<()>);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How long the end of all backends may take.
pub(crate) fn end_bound(supervision: &Supervision) -> Duration {
    let timeouts = supervision
        .services
        .iter()
        .map(|service| match &service.source {
            Source::Run(program) => program.stop_timeout,
            Source::Attach(_) => Duration::ZERO,
        });
    timeouts.max().unwrap_or_default().saturating_add(SLACK)
}

async fn hand_on(mut asked: UnboundedReceiver<Ask>, sender: Sender) {
    while let Some(ask) = asked.recv().await {
        sender.send(Message::Ask(ask));
    }
}

async fn pass_on(mut requests: UnboundedReceiver<Request>, sender: Sender, services: usize) {
    while let Some(request) = requests.recv().await {
        match request {
            Request::Restart => {
                let services = (0..services).collect();
                let cause = Cause::Key;
                sender.input(Input::Restart { services, cause });
            }
            Request::Pause => sender.input(Input::Pause),
        }
    }
}
