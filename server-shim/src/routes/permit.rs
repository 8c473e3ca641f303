//! Who may have something done by a `POST`.
//!
//! The guard has let the request in. It must now be one that no page can make without our leave: its
//! content type and its header make every browser ask first, and the token is told by the guarded
//! stream alone, or stands in a file that only its user can read.

use std::time::Duration;

use http::header::{CONTENT_TYPE, ORIGIN, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use server_reload_protocol::{MAX_OPERATION_ID, TOKEN_HEADER};
use warp::reply::{Reply, Response};

use super::body::Unread;
use super::{Head, text};
use crate::guard::{Peer, Token};
use crate::operations::{Declined, Permission};
use crate::shim::Shim;

/// Who asks for something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// A page, by the token of its stream.
    Page,
    /// A command or a script.
    Script,
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    #[error("{0}")]
    NotHere(String),
    #[error("the body is not declared as JSON\n\nsend the header `Content-Type: application/json`")]
    NotJson,
    #[error(
        "the request comes from another machine and has no `Origin` header\n\nask from a page, or on the machine that server-reload runs on"
    )]
    NoOrigin,
    #[error(
        "the request has no `{TOKEN_HEADER}` header, or not the token of this run\n\nsend the `token` of the event `hello` on /events/server"
    )]
    NoToken,
    #[error(
        "the request has no `{TOKEN_HEADER}` header, or not the control token\n\nuse the commands of server-reload itself, on the machine and as the user that it runs on and as"
    )]
    NoControl,
    #[error("the body is larger than {0} bytes\n\nsend `{{}}`, or `{{\"service\": \"NAME\"}}`")]
    TooLarge(usize),
    #[error(
        "the body is no such request: {0}\n\nsend `{{}}`, or `{{\"service\": \"NAME\", \"op_id\": \"ID\"}}`"
    )]
    Malformed(String),
    #[error(
        "`{0}` is no id of an operation\n\nuse 1 to {MAX_OPERATION_ID} letters, digits, `-`, `_` and `.`, and begin with a letter or a digit"
    )]
    Id(String),
    #[error(
        "`{0}` is no number of an event\n\nsend that of the last `id:` line that you had, or leave it out"
    )]
    EventId(String),
    #[error("the body has not come in time\n\nsend it together with the request")]
    TooSlow,
    #[error("too many restarts are asked for\n\nask again in {} s", whole_seconds(*.0))]
    TooMany(Duration),
    #[error(transparent)]
    Declined(#[from] Declined),
}

impl From<Unread> for Denied {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge(most) => Self::TooLarge(most),
            Unread::TooSlow => Self::TooSlow,
            Unread::CutOff => Self::Malformed("it was cut off".to_owned()),
        }
    }
}

impl Denied {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NotHere(_) => StatusCode::NOT_FOUND,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoOrigin | Self::NoToken | Self::NoControl => StatusCode::FORBIDDEN,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) | Self::Id(_) | Self::EventId(_) => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) | Self::Declined(Declined::TooMany(_)) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Declined(Declined::Nothing(_) | Declined::Unknown { .. }) => {
                StatusCode::NOT_FOUND
            }
            Self::Declined(Declined::Taken(_)) => StatusCode::CONFLICT,
            Self::Declined(Declined::Stopping) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Reply for Denied {
    fn into_response(self) -> Response {
        tracing::debug!("denied: {}", self.to_string().replace("\n\n", "; "));
        let mut response = text(self.status(), format!("{self}\n"));
        if let Self::TooMany(left) = self {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(left)));
        }
        response
    }
}

/// Rounded up, so that who waits for so long does not come too early.
fn whole_seconds(duration: Duration) -> u64 {
    let rest = u64::from(duration.subsec_nanos() > 0);
    (duration.as_secs() + rest).max(1)
}

/// Whether the request may restart.
pub(super) fn restart(shim: &Shim, head: &Head) -> Result<Asker, Denied> {
    let nothing = || Denied::NotHere(super::restart::NOTHING.to_owned());
    let control = has_control(shim, head);
    let page = match shim.operations().permission().ok_or_else(nothing)? {
        Permission::Nothing(reason) => return Err(Denied::NotHere((*reason).to_owned())),
        Permission::Control(reason) if !control => return Err(Denied::NotHere(reason.clone())),
        Permission::Control(_) => None,
        Permission::Pages(token) => Some(token),
    };
    form(head)?;
    if !control && !page.is_some_and(|page| shows(head, page)) {
        return Err(Denied::NoToken);
    }
    let from_page = !control && head.headers.contains_key(ORIGIN);
    Ok(if from_page {
        Asker::Page
    } else {
        Asker::Script
    })
}

/// Whether the request may end everything, which no page may.
pub(super) fn stop(shim: &Shim, head: &Head) -> Result<(), Denied> {
    form(head)?;
    if has_control(shim, head) {
        Ok(())
    } else {
        Err(Denied::NoControl)
    }
}

/// Whether the request has the control token, and comes from this machine.
fn has_control(shim: &Shim, head: &Head) -> bool {
    let token = shim.config().control.as_ref();
    is_here(head) && token.is_some_and(|token| shows(head, token))
}

/// What no page can send without being asked about it first.
pub(super) fn form(head: &Head) -> Result<(), Denied> {
    if !is_json(&head.headers) {
        return Err(Denied::NotJson);
    }
    // The guard has let its origin in, where it has one.
    if !head.headers.contains_key(ORIGIN) && !is_here(head) {
        return Err(Denied::NoOrigin);
    }
    Ok(())
}

/// Whether the request shows this token.
pub(super) fn shows(head: &Head, token: &Token) -> bool {
    let shown = head.headers.get(TOKEN_HEADER);
    shown.is_some_and(|shown| token.is(shown.as_bytes()))
}

/// Whether it comes from this machine.
pub(super) fn is_here(head: &Head) -> bool {
    head.peer.is_some_and(Peer::is_this_machine)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(given), None) = (types.next(), types.next()) else {
        return false;
    };
    let given = given.as_bytes().split(|byte| *byte == b';').next();
    let given = given.unwrap_or_default().trim_ascii();
    given.eq_ignore_ascii_case(b"application/json")
}
