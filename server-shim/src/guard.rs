//! Who may talk to us.
//!
//! A dev server is reachable by every web page that its developer visits. So each request must name,
//! in `Host`, a place that no stranger's domain can be made to mean (against DNS rebinding), and a
//! page that asks must come from an `Origin` that is ours. Decided from the headers alone.

mod authority;
mod host;
mod origin;

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, HOST, HeaderName, HeaderValue, ORIGIN, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};

pub use host::{HostPattern, HostPatternError};
pub use origin::{OriginPattern, OriginPatternError};

use authority::Host;
use origin::Origin;

/// Who may embed an answer without asking.
pub(crate) const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

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
    /// No `Host` header at all.
    #[error("the request has no `Host` header\n\nsend one, such as `Host: localhost`")]
    NoHost,
    /// A header that must stand once stands twice.
    #[error("the request has more than one `{0}` header\n\nsend one")]
    Doubled(HeaderName),
    /// The value of `Host` or `Origin` is none that a browser sends.
    #[error("the request's `{0}` header is malformed\n\nsend it as a browser does")]
    Malformed(HeaderName),
    /// The host is neither loopback nor an address nor listed.
    #[error(
        "host `{0}` is not allowed\n\nif that name is yours, type: server-reload --allow-host {0}"
    )]
    Host(String),
    /// The origin is neither loopback nor on our own host nor listed.
    #[error(
        "origin `{0}` is not allowed\n\nif those pages are yours, type: server-reload --allow-origin {0}"
    )]
    Origin(String),
}

impl Refusal {
    /// The status to answer with: 400 for what is malformed, 403 for what is not allowed.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoHost | Self::Doubled(_) | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Host(_) | Self::Origin(_) => StatusCode::FORBIDDEN,
        }
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

    /// Decides on a request.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] to answer with.
    pub fn check(&self, headers: &HeaderMap) -> Result<Access, Refusal> {
        let host = single(headers, HOST)?.ok_or(Refusal::NoHost)?;
        let host = Host::of_authority(text(host, HOST)?).ok_or(Refusal::Malformed(HOST))?;
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
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CROSS_ORIGIN_RESOURCE_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            })
    }

    fn policy() -> Policy {
        ["dev-laptop", "*.example.test"]
            .iter()
            .map(|pattern| pattern.parse().unwrap())
            .fold(Policy::new(), Policy::allow_host)
            .allow_origin("vscode-webview://*".parse().unwrap())
    }

    #[test]
    fn hosts() {
        for (host, status) in [
            ("localhost", None),
            ("LocalHost:10021", None),
            ("localhost.", None),
            ("app.localhost:1", None),
            ("127.0.0.1", None),
            ("127.9.9.9:80", None),
            ("[::1]:10021", None),
            ("192.168.1.5:10021", None),
            ("[fe80::1]", None),
            ("dev-laptop:10021", None),
            ("DEV-LAPTOP", None),
            ("a.example.test", None),
            ("example.test", Some(403)),
            ("evil.example", Some(403)),
            ("localhost.evil.example", Some(403)),
            ("notlocalhost", Some(403)),
            ("127.0.0.1.evil.example", Some(403)),
            ("", Some(400)),
            (":10021", Some(400)),
            ("localhost:99999", Some(400)),
            ("localhost:1:2", Some(400)),
            ("user@localhost", Some(400)),
            ("local host", Some(400)),
            ("localhost/..", Some(400)),
            ("[::1", Some(400)),
            ("::1", Some(400)),
            ("a..b", Some(400)),
            ("bücher.example", Some(400)),
        ] {
            let refused = policy().check(&headers(&[(HOST, host)])).err();
            let refused = refused.map(|refusal| refusal.status().as_u16());
            assert_eq!(refused, status, "Host: {host}");
        }
    }

    #[test]
    fn origins() {
        for (host, origin, status) in [
            ("localhost:1", "http://localhost:8000", None),
            ("localhost:1", "http://127.0.0.1:8000", None),
            ("localhost:1", "https://[::1]", None),
            ("localhost:1", "http://a.localhost", None),
            ("192.168.1.5:1", "http://192.168.1.5:8000", None),
            ("dev-laptop:1", "http://dev-laptop:8000", None),
            ("localhost:1", "vscode-webview://0abc", None),
            ("192.168.1.5:1", "http://192.168.1.6:8000", Some(403)),
            ("localhost:1", "http://dev-laptop:8000", Some(403)),
            ("localhost:1", "http://evil.example", Some(403)),
            ("localhost:1", "http://localhost.evil.example", Some(403)),
            ("localhost:1", "ftp://localhost", Some(403)),
            ("localhost:1", "null", Some(403)),
            ("localhost:1", "", Some(400)),
            ("localhost:1", "localhost", Some(400)),
            ("localhost:1", "http://", Some(400)),
            ("localhost:1", "http://localhost/", Some(400)),
            ("localhost:1", "http://localhost http://x", Some(400)),
            ("localhost:1", "http://a@localhost", Some(400)),
            ("localhost:1", "://localhost", Some(400)),
        ] {
            let result = policy().check(&headers(&[(HOST, host), (ORIGIN, origin)]));
            let refused = result.err().map(|refusal| refusal.status().as_u16());
            assert_eq!(refused, status, "Host: {host}, Origin: {origin}");
        }
    }

    #[test]
    fn doubled_headers_are_malformed() {
        for pairs in [
            &[(HOST, "localhost"), (HOST, "localhost")][..],
            &[
                (HOST, "localhost"),
                (ORIGIN, "http://localhost"),
                (ORIGIN, "http://localhost"),
            ][..],
        ] {
            let refusal = policy().check(&headers(pairs)).unwrap_err();
            assert_eq!(refusal.status(), StatusCode::BAD_REQUEST);
        }
        assert_eq!(policy().check(&HeaderMap::new()), Err(Refusal::NoHost));
    }

    #[test]
    fn a_refusal_names_the_flag() {
        let host = policy().check(&headers(&[(HOST, "other:1")])).unwrap_err();
        assert!(host.to_string().contains("--allow-host other"), "{host}");
        let pairs = [(HOST, "localhost"), (ORIGIN, "http://other:1")];
        let origin = policy().check(&headers(&pairs)).unwrap_err();
        assert!(
            origin.to_string().contains("--allow-origin http://other:1"),
            "{origin}"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_decided(host: Vec<u8>, origin in proptest::option::of(any::<Vec<u8>>())) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&host) {
                headers.append(HOST, value);
            }
            if let Some(Ok(value)) = origin.map(|bytes| HeaderValue::from_bytes(&bytes)) {
                headers.append(ORIGIN, value);
            }
            if let Err(refusal) = policy().check(&headers) {
                prop_assert!(refusal.status().is_client_error());
            }
        }

        #[test]
        fn no_stranger_is_let_in(name in "[a-z0-9.-]{0,12}(localhost|127\\.0\\.0\\.1|dev-laptop)[a-z0-9.-]{0,4}\\.evil\\.example") {
            prop_assert!(policy().check(&headers(&[(HOST, &name)])).is_err());
            let origin = format!("http://{name}");
            prop_assert!(policy().check(&headers(&[(HOST, "localhost"), (ORIGIN, &origin)])).is_err());
        }
    }
}
