//! Closer than the guard, which lets in pages of other ports: those are other programs.

use http::HeaderMap;
use http::header::ORIGIN;
use http::uri::Authority;

use super::Head;

/// Whether whoever asks is no page of another host or port. The guard has seen to it that both headers are
/// well formed and that the host can only mean us.
pub(super) fn asks(head: &Head) -> bool {
    let authority = head.authority.as_ref().ok().and_then(Option::as_ref);
    is_same_origin(authority, &head.headers)
}

fn is_same_origin(asked: Option<&Authority>, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.split_once("://").map(|(_, host)| host);
    host.zip(asked)
        .is_some_and(|(host, asked)| host.eq_ignore_ascii_case(asked.as_str()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_its_own_origin_is_let_in() {
        let asked = Authority::from_static("localhost:10021");
        let may = |origin: Option<&'static str>| {
            let origin = origin.map(HeaderValue::from_static);
            let headers = HeaderMap::from_iter(origin.map(|it| (ORIGIN, it)));
            is_same_origin(Some(&asked), &headers)
        };
        assert!(may(None));
        assert!(may(Some("http://localhost:10021")));
        assert!(may(Some("http://LOCALHOST:10021")));
        for foreign in [
            "http://localhost:8000",
            "http://localhost",
            "http://127.0.0.1:10021",
            "null",
            "",
            "http://evil.example",
        ] {
            assert!(!may(Some(foreign)), "{foreign}");
        }
    }
}
