//! `server-reload restart [SERVICE]`: begins a restart, and follows it.

use std::process::ExitCode;
use std::time::Duration;

use http::StatusCode;
use server_reload_protocol::event;
use server_reload_protocol::path::RESTART;
use server_reload_protocol::payload::{
    Accepted, Operation, OperationPhase, OperationStatus, RestartRequest,
};
use tokio::signal::ctrl_c;
use tokio::time::sleep;

use super::client::Client;
use super::events::{Event, Events};
use super::find::find;
use super::{ControlError, INTERRUPTED, NOT_RESTARTED, receipt};
use crate::cli::args::RestartCommand;
use crate::cli::presence::Presence;
use crate::cli::voice::{Voice, print};

/// Before a stream that has broken is opened anew.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) async fn ask(args: RestartCommand, voice: Voice) -> Result<ExitCode, ControlError> {
    let found = find(args.which.port)?;
    let client = Client(&found);
    let request = RestartRequest {
        service: args.service,
        op_id: None,
    };
    let body = serde_json::json!(request).to_string();
    let reply = client.post(RESTART, body).await?;
    let accepted = reply.expect(StatusCode::ACCEPTED)?;
    let begun: Accepted = client.parsed(&accepted)?;
    if !args.wait {
        if args.json {
            print(&format!(
                "{}\n",
                String::from_utf8_lossy(&accepted).trim_end()
            ));
        } else {
            let known = client.json::<Operation>(&begun.status_url).await.ok();
            voice.say(receipt::begun(&begun, known.as_ref(), &found).trim_end());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let follower = Follower {
        client,
        found: &found,
        voice: (!args.json).then_some(voice),
        last: 0,
        record: None,
        begun: None,
    };
    tokio::select! {
        ended = follower.follow(&begun) => Ok(show(&ended?, args.json)),
        // Without a handler it would end us just the same, and say nothing.
        _ = ctrl_c() => {
            voice.note("\rno longer waiting; the restart goes on: server-reload status");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

fn show(ended: &Operation, json: bool) -> ExitCode {
    if json {
        print(&format!("{:#}\n", serde_json::json!(ended)));
    } else {
        print(&receipt::ended(ended));
    }
    if ended.status == OperationStatus::Restarted {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_RESTARTED)
    }
}

/// Tells the phases of a restart while they come.
struct Follower<'a> {
    client: Client<'a>,
    found: &'a Presence,
    /// `None`: only the end counts.
    voice: Option<Voice>,
    /// The number of the last phase told.
    last: u64,
    /// Where the record is, for people.
    record: Option<String>,
    /// As it was when the stream was opened.
    begun: Option<Operation>,
}

impl Follower<'_> {
    /// Until it has ended, whatever becomes of the stream.
    async fn follow(mut self, accepted: &Accepted) -> Result<Operation, ControlError> {
        loop {
            let opened = self.client.follow(&accepted.op_id, self.last).await;
            match opened {
                Ok(events) => {
                    if let Some(ended) = self.read(events).await? {
                        return Ok(ended);
                    }
                }
                Err(error) if self.found.lives() => return Err(error),
                Err(_) => {}
            }
            if !self.found.lives() {
                let record = self.record.unwrap_or_else(|| accepted.op_id.clone());
                let pid = self.found.pid;
                return Err(ControlError::Ended { pid, record });
            }
            sleep(PAUSE).await;
        }
    }

    /// The final record; `None` where the stream ends without.
    async fn read(&mut self, mut events: Events) -> Result<Option<Operation>, ControlError> {
        while let Ok(Some(event)) = events.next().await {
            match event.name.as_str() {
                event::OPERATION => self.begin(&event)?,
                event::PHASE => self.tell(&event)?,
                event::DONE => {
                    let ended: Option<Operation> = serde_json::from_str(&event.data).ok();
                    return Ok(ended.filter(|it| it.status != OperationStatus::Running));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn begin(&mut self, event: &Event) -> Result<(), ControlError> {
        let known: Operation = self.parsed(event)?;
        self.record.clone_from(&known.record);
        if let (None, Some(voice)) = (&self.begun, self.voice) {
            voice.say(receipt::heading(&known));
        }
        self.begun = Some(known);
        Ok(())
    }

    fn tell(&mut self, event: &Event) -> Result<(), ControlError> {
        let phase: OperationPhase = self.parsed(event)?;
        self.last = event.id.unwrap_or(self.last);
        if let (Some(known), Some(voice)) = (&self.begun, self.voice) {
            voice.say(receipt::phase(known, &phase));
        }
        Ok(())
    }

    fn parsed<T: serde::de::DeserializeOwned>(&self, event: &Event) -> Result<T, ControlError> {
        self.client.parsed(event.data.as_bytes())
    }
}
