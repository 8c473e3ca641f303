//! Browsers that wait for a scenario.
//!
//! To start one costs more than most scenarios do, so a scenario takes one that another has given
//! back, in a fresh window. What a scenario has failed in is not given back.

use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use tokio::time::timeout;

use crate::driver::Engine;
use crate::scenario;
use crate::session::Session;

/// How long the way back may take. A browser that takes longer is broken.
const WAY_BACK: Duration = Duration::from_secs(10);

static IDLE: Mutex<Vec<Session>> = Mutex::new(Vec::new());

/// A browser with a fresh window.
pub(crate) async fn take(engine: Engine) -> Session {
    if let Some(idle) = idle(engine) {
        return idle;
    }
    let session = Session::start(engine, Vec::new()).await;
    let sized = session.resize().await;
    sized.unwrap_or_else(|error| panic!("no window in {engine:?}: {error}"));
    session
}

fn idle(engine: Engine) -> Option<Session> {
    let mut idle = IDLE.lock().expect("an unpoisoned lock");
    let found = idle.iter().rposition(|it| it.engine == engine)?;
    Some(idle.remove(found))
}

/// Takes a browser back, and waits until none of its pages can disturb another scenario.
pub(crate) fn give_back(session: Session, resized: bool) {
    let (done, wait) = mpsc::channel();
    scenario::runtime().spawn(async move {
        let renewed = async {
            session.renew().await?;
            if resized {
                session.resize().await?;
            }
            Ok::<_, fantoccini::error::CmdError>(())
        };
        match timeout(WAY_BACK, renewed).await {
            Ok(Ok(())) => IDLE.lock().expect("an unpoisoned lock").push(session),
            failed => println!("{:?} is not used again: {failed:?}", session.engine),
        }
        let _ = done.send(());
    });
    let _ = wait.recv_timeout(WAY_BACK * 2);
}
