//! Who may ask for a restart.

use tokio::net::TcpListener;

use crate::config::Restart;
use crate::guard::Token;
use crate::supervisor::{Source, Supervision};

/// Who may ask for a restart.
#[derive(Debug)]
pub(crate) enum Permission {
    /// Pages that show this token, and who has the control token.
    Pages(Token),
    /// Only who has the control token; why pages may not, and what would let them.
    Control(String),
    /// Nobody: why there is nothing to restart.
    Nothing(&'static str),
}

const NOTHING_RUN: &str =
    "no backend is run here\n\nadd the command that runs it: server-reload -- COMMAND";
const ATTACHED: &str = "the backend is run by somebody else, and only observed here\n\nrestart it there, or run it here: server-reload -- COMMAND";
const REACHABLE: &str = "other machines can reach this server, so pages may not restart what it runs\n\nif they may, add `--allow-restart`";

impl Permission {
    pub(crate) fn of(
        supervision: &Supervision,
        restart: Restart,
        listeners: &[TcpListener],
    ) -> Self {
        let runs = |source: &Source| matches!(source, Source::Run(_));
        let mut sources = supervision.services.iter().map(|it| &it.source);
        if supervision.services.is_empty() {
            return Self::Nothing(NOTHING_RUN);
        }
        if !sources.any(runs) {
            return Self::Nothing(ATTACHED);
        }
        if restart == Restart::OnLoopback && !listeners.iter().all(is_on_loopback) {
            return Self::Control(REACHABLE.to_owned());
        }
        match Token::random() {
            Ok(token) => Self::Pages(token),
            Err(error) => Self::Control(error.to_string()),
        }
    }
}

fn is_on_loopback(listener: &TcpListener) -> bool {
    let address = listener.local_addr();
    address.is_ok_and(|address| address.ip().is_loopback())
}
