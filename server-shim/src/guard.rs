//! Who may talk to us.
//!
//! A dev server is reachable by every web page that its developer visits. So each request must name,
//! in `Host`, a place that no stranger's domain can be made to mean (against DNS rebinding), and a
//! page that asks must come from an `Origin` that is ours. Decided from the request's head alone.

mod authority;
mod host;
mod origin;
mod peer;
#[cfg(feature = "supervisor")]
mod token;

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::uri::Authority;
use http::{HeaderMap, StatusCode};
use warp::reply::{Reply, Response};

pub use host::{HostPattern, HostPatternError};
pub use origin::{OriginPattern, OriginPatternError};
pub(crate) use peer::Peer;
#[cfg(feature = "supervisor")]
pub use token::{NoRandomness, Token};

use authority::Host;
use origin::Origin;

/// Who may embed an answer without asking.
pub(crate) const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

const TEXT: &str = "text/plain; charset=utf-8";

/// The rule: which hosts and origins are let in beyond those that always are.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    hosts: Vec<HostPattern>,
    origins: Vec<OriginPattern>,
}

/// A request that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    origin: Option<HeaderValue>,
}

/// A request that was not let in, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Neither a `Host` header nor a host in the request's target.
    #[error("the request has no `Host` header\n\nsend one, such as `Host: localhost`")]
    NoHost,
    /// A header that must stand once stands twice.
    #[error("the request has more than one `{0}` header\n\nsend one")]
    Doubled(HeaderName),
    /// The value of `Host` or `Origin` is none that a browser sends.
    #[error("the request's `{0}` header is malformed\n\nsend it as a browser does")]
    Malformed(HeaderName),
    /// The request's target and its `Host` header name different hosts, or the target a user.
    #[error("the request's target and its `Host` header differ\n\nsend both as a browser does")]
    Target,
    /// The host is neither loopback nor an address nor listed.
    #[error("host `{0}` is not allowed\n\nif that name is yours, add `--allow-host {0}`")]
    Host(String),
    /// The origin is neither loopback nor on our own host nor listed.
    #[error("origin `{0}` is not allowed\n\nif those pages are yours, add `--allow-origin {0}`")]
    Origin(String),
}

impl Refusal {
    /// The status to answer with: 400 for what is malformed, 403 for what is not allowed.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoHost | Self::Doubled(_) | Self::Malformed(_) | Self::Target => {
                StatusCode::BAD_REQUEST
            }
            Self::Host(_) | Self::Origin(_) => StatusCode::FORBIDDEN,
        }
    }
}

/// The answer, with the headers that stand on every answer.
impl Reply for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::new(format!("{self}\n").into());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(TEXT));
        harden(headers);
        response
    }
}

impl Policy {
    /// Lets in loopback names and addresses, and pages from loopback or from the requested host.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets in requests for this host name too.
    #[must_use]
    pub fn allow_host(mut self, pattern: HostPattern) -> Self {
        self.hosts.push(pattern);
        self
    }

    /// Lets in pages of this origin too.
    #[must_use]
    pub fn allow_origin(mut self, pattern: OriginPattern) -> Self {
        self.origins.push(pattern);
        self
    }

    /// Decides on a request by its headers and by the authority of its target: that of the absolute
    /// form, or HTTP/2's `:authority`.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] to answer with.
    pub fn check(
        &self,
        target: Option<&Authority>,
        headers: &HeaderMap,
    ) -> Result<Access, Refusal> {
        let host = asked(target, headers)?;
        self.check_host(&host)?;
        let Some(value) = single(headers, ORIGIN)? else {
            return Ok(Access { origin: None });
        };
        let origin = Origin::parse(text(value, ORIGIN)?).ok_or(Refusal::Malformed(ORIGIN))?;
        self.check_origin(&origin, &host)?;
        Ok(Access {
            origin: Some(value.clone()),
        })
    }

    fn check_host(&self, host: &Host) -> Result<(), Refusal> {
        let listed = |name: &str| self.hosts.iter().any(|pattern| pattern.matches(name));
        match host {
            Host::Address(_) => Ok(()),
            Host::Name(_) if host.is_loopback() => Ok(()),
            Host::Name(name) if listed(name) => Ok(()),
            Host::Name(name) => Err(Refusal::Host(name.clone())),
        }
    }

    fn check_origin(&self, origin: &Origin, host: &Host) -> Result<(), Refusal> {
        let listed = self.origins.iter().any(|pattern| pattern.matches(origin));
        if listed || origin.is_web_page_of(host) {
            Ok(())
        } else {
            Err(Refusal::Origin(origin.to_string()))
        }
    }
}

impl Access {
    /// Writes what the page's browser has to read: the origin that is let in, echoed.
    pub fn apply(&self, headers: &mut HeaderMap) {
        harden(headers);
        if let Some(origin) = &self.origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
    }
}

/// The headers that stand on every answer, refusals included.
pub(crate) fn harden(headers: &mut HeaderMap) {
    let lists_origin = |value: &HeaderValue| {
        let mut names = value.as_bytes().split(|byte| *byte == b',');
        names.any(|name| name.trim_ascii().eq_ignore_ascii_case(b"origin"))
    };
    if !headers.get_all(VARY).iter().any(lists_origin) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CROSS_ORIGIN_RESOURCE_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
}

/// The host that is asked. A target's authority replaces the header, and must not contradict it
/// ([RFC 9112, section 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)).
fn asked(target: Option<&Authority>, headers: &HeaderMap) -> Result<Host, Refusal> {
    let header = single(headers, HOST)?.map(|value| text(value, HOST));
    let (header, target) = (header.transpose()?, target.map(Authority::as_str));
    let host = header.or(target).ok_or(Refusal::NoHost)?;
    let host = Host::of_authority(host).ok_or(Refusal::Malformed(HOST))?;
    match (header, target) {
        (Some(header), Some(target)) if !header.eq_ignore_ascii_case(target) => {
            Err(Refusal::Target)
        }
        _ => Ok(host),
    }
}

fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&HeaderValue>, Refusal> {
    let mut values = headers.get_all(&name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::Doubled(name));
    }
    Ok(first)
}

fn text(value: &HeaderValue, name: HeaderName) -> Result<&str, Refusal> {
    value.to_str().map_err(|_| Refusal::Malformed(name))
}

#[cfg(test)]
mod tests;
