//! Who is let in, by tables and properties.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::bytes_regex;

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
        let refused = policy().check(None, &headers(&[(HOST, host)])).err();
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
        ("localhost:1", "file://", Some(403)),
        ("localhost:1", "", Some(400)),
        ("localhost:1", "localhost", Some(400)),
        ("localhost:1", "http://", Some(400)),
        ("localhost:1", "http://localhost/", Some(400)),
        ("localhost:1", "http://localhost http://x", Some(400)),
        ("localhost:1", "http://a@localhost", Some(400)),
        ("localhost:1", "://localhost", Some(400)),
    ] {
        let result = policy().check(None, &headers(&[(HOST, host), (ORIGIN, origin)]));
        let refused = result.err().map(|refusal| refusal.status().as_u16());
        assert_eq!(refused, status, "Host: {host}, Origin: {origin}");
    }
}

#[test]
fn a_target_must_not_contradict_the_header() {
    for (target, host, status) in [
        ("localhost:1", Some("localhost:1"), None),
        ("LocalHost:1", Some("localhost:1"), None),
        ("localhost:1", None, None),
        ("evil.example", None, Some(403)),
        ("evil.example", Some("evil.example"), Some(403)),
        ("evil.example", Some("localhost"), Some(400)),
        ("localhost", Some("evil.example"), Some(400)),
        ("localhost", Some("localhost:1"), Some(400)),
        ("user@localhost", Some("localhost"), Some(400)),
        ("user@localhost", Some("user@localhost"), Some(400)),
        ("user@localhost", None, Some(400)),
    ] {
        let target_given = target.parse().unwrap();
        let pairs: Vec<_> = host.map(|host| (HOST, host)).into_iter().collect();
        let result = policy().check(Some(&target_given), &headers(&pairs));
        let status_given = result.err().map(|refusal| refusal.status().as_u16());
        assert_eq!(status_given, status, "{target}, Host: {host:?}");
    }
}

#[test]
fn other_vary_headers_stay() {
    let mut headers = headers(&[(VARY, "Accept")]);
    let access = Access { origin: None };
    access.apply(&mut headers);
    access.apply(&mut headers);
    let values: Vec<_> = headers.get_all(VARY).iter().collect();
    assert_eq!(values, ["Accept", "Origin"]);
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
        let refusal = policy().check(None, &headers(pairs)).unwrap_err();
        assert_eq!(refusal.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(
        policy().check(None, &HeaderMap::new()),
        Err(Refusal::NoHost)
    );
}

#[test]
fn a_refusal_names_the_flag() {
    let host = policy()
        .check(None, &headers(&[(HOST, "other:1")]))
        .unwrap_err();
    assert!(
        host.to_string().ends_with("add `--allow-host other`"),
        "{host}"
    );
    let pairs = [(HOST, "localhost"), (ORIGIN, "http://other:1")];
    let origin = policy().check(None, &headers(&pairs)).unwrap_err();
    assert!(
        origin
            .to_string()
            .ends_with("add `--allow-origin http://other:1`"),
        "{origin}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_decided(
        host in bytes_regex(r"(?-u)[ -~\x80-\xff]{0,60}").unwrap(),
        origin in proptest::option::of(bytes_regex(r"(?-u)(https?://)?[ -~\x80-\xff]{0,60}").unwrap()),
    ) {
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_bytes(&host).unwrap());
        if let Some(origin) = origin {
            headers.append(ORIGIN, HeaderValue::from_bytes(&origin).unwrap());
        }
        if let Err(refusal) = policy().check(None, &headers) {
            prop_assert!(refusal.status().is_client_error());
        }
    }

    #[test]
    fn a_name_is_let_in_in_any_case(
        name in select(&["dev-laptop", "a.example.test", "localhost", "localhost."][..]),
        upper: u32,
    ) {
        let cased = |(at, letter): (usize, char)| {
            if upper >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        };
        let name: String = name.chars().enumerate().map(cased).collect();
        prop_assert!(policy().check(None, &headers(&[(HOST, &name)])).is_ok(), "{}", name);
    }

    #[test]
    fn what_only_looks_like_a_listed_name_is_not_let_in(
        name in select(&["dev-laptop", "a.example.test", "localhost", "127.0.0.1"][..]),
        before in "([a-z0-9.-]{0,8}[a-z0-9-])?",
        after in "([a-z][a-z0-9-]{0,8}|\\.[a-z][a-z0-9.-]{0,8}|-)?",
    ) {
        // More before a name that lets in subdomains is one of them.
        let before = if name.starts_with("a.") { "" } else { before.as_str() };
        prop_assume!(!before.is_empty() || !after.is_empty());
        let host = format!("{before}{name}{after}");
        prop_assume!(host.parse::<std::net::IpAddr>().is_err());
        prop_assume!(!host.ends_with(".localhost") && !host.ends_with(".localhost."));
        prop_assert!(policy().check(None, &headers(&[(HOST, &host)])).is_err(), "{}", host);
        let origin = format!("http://{host}");
        let pairs = [(HOST, "localhost"), (ORIGIN, origin.as_str())];
        prop_assert!(policy().check(None, &headers(&pairs)).is_err(), "{}", origin);
    }

    #[test]
    fn no_stranger_is_let_in(name in "[a-z0-9.-]{0,12}(localhost|127\\.0\\.0\\.1|dev-laptop)[a-z0-9.-]{0,4}\\.evil\\.example") {
        prop_assert!(policy().check(None, &headers(&[(HOST, &name)])).is_err());
        let origin = format!("http://{name}");
        prop_assert!(policy().check(None, &headers(&[(HOST, "localhost"), (ORIGIN, &origin)])).is_err());
    }
}
