//! `reload.js`, health, methods, and what stands on every answer.

use crate::shim::Shim;

#[test]
fn the_client() {
    let shim = Shim::start();
    let answer = shim.get("/reload.js");
    assert_eq!(answer.status, 200);
    let expected = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("vary", "Origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.body, server_reload::CLIENT);

    let tag = answer.header("etag").unwrap();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    let again = shim.get_with("/reload.js", &format!("If-None-Match: {tag}"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag));
    let other = shim.get_with("/reload.js", "If-None-Match: \"other\"");
    assert_eq!(other.status, 200);
}

#[test]
fn health() {
    let shim = Shim::start();
    let answer = shim.get("/_reload/health");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = answer.text();
    for part in [
        "\"status\":\"ready\"".to_owned(),
        format!("\"pid\":{}", shim.pid()),
        "\"services\":[]".to_owned(),
        "\"streams\":0".to_owned(),
        "\"started_at\":".to_owned(),
        "\"uptime\":".to_owned(),
    ] {
        assert!(text.contains(&part), "no {part} in {text}");
    }
}

#[test]
fn head_wherever_get_is() {
    let shim = Shim::builder().file("index.html", "<p>one").start();
    for path in ["/", "/index.html", "/reload.js", "/_reload/health", "/none"] {
        let (get, head) = (shim.get(path), shim.ask("HEAD", path, &["Host: localhost"]));
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}: {head:?}");
        for name in ["content-type", "etag", "cache-control", "server-timing"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        if path != "/_reload/health" {
            let length = get.body.len().to_string();
            assert_eq!(
                head.header("content-length"),
                Some(length.as_str()),
                "{path}"
            );
        }
    }
}

#[test]
fn other_methods_are_refused_with_a_list() {
    let shim = Shim::builder().file("index.html", "one").start();
    for path in ["/", "/events/server", "/reload.js", "/_reload/health"] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "BREW"] {
            let lines = [
                "Host: localhost",
                "Origin: http://localhost:8000",
                "Content-Length: 0",
            ];
            let answer = shim.ask(method, path, &lines);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
            assert_eq!(
                answer.header("access-control-allow-origin"),
                Some("http://localhost:8000")
            );
        }
    }
}
