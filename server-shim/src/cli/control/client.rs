//! What is asked of a server-reload that runs, over HTTP.

use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, StatusCode, Uri};
use serde::de::DeserializeOwned;
use server_reload_protocol::TOKEN_HEADER;
use server_reload_protocol::path::{OPERATION_EVENTS, RESTART};

use super::ControlError;
use super::events::Events;
use crate::cli::presence::Presence;
use crate::supervisor::{Answering, HttpError, exchange};

/// Asks one.
pub(in crate::cli) struct Client<'a>(pub(in crate::cli) &'a Presence);

/// A whole answer.
pub(in crate::cli) struct Reply {
    pub(in crate::cli) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Client<'_> {
    pub(in crate::cli) async fn get(&self, path: &str) -> Result<Reply, ControlError> {
        self.ask(Method::GET, path, String::new()).await
    }

    /// What needs the control token.
    pub(super) async fn post(&self, path: &str, body: String) -> Result<Reply, ControlError> {
        self.ask(Method::POST, path, body).await
    }

    /// What is found there, as JSON.
    pub(super) async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ControlError> {
        let reply = self.get(path).await?;
        self.parsed(&reply.expect(StatusCode::OK)?)
    }

    pub(super) fn parsed<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, ControlError> {
        serde_json::from_slice(body).map_err(|error| ControlError::Unclear {
            pid: self.0.pid,
            what: error.to_string(),
        })
    }

    /// The stream of a restart, from the phase behind this one on.
    pub(super) async fn follow(&self, op_id: &str, last: u64) -> Result<Events, ControlError> {
        let path = format!("{RESTART}/{op_id}{OPERATION_EVENTS}?last_event_id={last}");
        let answer = self.begin(Method::GET, &path, String::new()).await?;
        if answer.status == StatusCode::OK {
            return Ok(Events::new(answer));
        }
        Err(match self.whole(answer).await?.expect(StatusCode::OK) {
            Err(refused) => refused,
            Ok(_) => self.silent(HttpError::Closed),
        })
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Result<Reply, ControlError> {
        let answer = self.begin(method, path, body).await?;
        self.whole(answer).await
    }

    async fn begin(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Answering, ControlError> {
        let url = format!("{}{path}", self.0.url.trim_end_matches('/'));
        let url: Uri = url.parse().map_err(|_| self.silent(HttpError::NoHost))?;
        let token = HeaderName::from_static(TOKEN_HEADER);
        let headers = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (token, self.0.token.clone()),
        ];
        // Only who changes something has to say who it is.
        let headers = if method == Method::POST {
            &headers[..]
        } else {
            &[]
        };
        let answer = exchange(method, &url, headers, body).await;
        answer.map_err(|source| self.silent(source))
    }

    async fn whole(&self, answer: Answering) -> Result<Reply, ControlError> {
        let status = answer.status;
        let body = answer.whole().await;
        let body = body.map_err(|source| self.silent(source))?.to_vec();
        Ok(Reply { status, body })
    }

    fn silent(&self, source: HttpError) -> ControlError {
        ControlError::Silent {
            pid: self.0.pid,
            url: self.0.url.clone(),
            source,
        }
    }
}

impl Reply {
    /// The body, where the answer is this; else what it says.
    pub(super) fn expect(self, status: StatusCode) -> Result<Vec<u8>, ControlError> {
        if self.status == status {
            return Ok(self.body);
        }
        let body = String::from_utf8_lossy(&self.body);
        Err(ControlError::Refused(if body.trim().is_empty() {
            format!("it answers by {} only", self.status)
        } else {
            body.into_owned()
        }))
    }
}
