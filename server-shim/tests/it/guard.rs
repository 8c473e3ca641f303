//! Who is let in, over a real socket.

use crate::shim::Shim;

const PATHS: [&str; 5] = [
    "/",
    "/events/server",
    "/reload.js",
    "/_reload/health",
    "/none",
];

#[test]
fn strangers_are_refused_everywhere() {
    let shim = Shim::builder().file("index.html", "secret").start();
    for path in PATHS {
        for (lines, status, part) in [
            (
                &["Host: evil.example"][..],
                403,
                "--allow-host evil.example",
            ),
            (
                &["Host: localhost", "Origin: http://evil.example"],
                403,
                "--allow-origin http://evil.example",
            ),
            (
                &["Host: localhost", "Origin: null"],
                403,
                "--allow-origin null",
            ),
            (&[], 400, "no `Host`"),
            (
                &["Host: localhost", "Host: localhost"],
                400,
                "more than one `host`",
            ),
            (&["Host: a b"], 400, "malformed"),
            (
                &["Host: localhost", "Origin: http://localhost/x"],
                400,
                "malformed",
            ),
        ] {
            // Any page may include the client.
            if path == "/reload.js" && lines.contains(&"Origin: null") {
                continue;
            }
            let answer = shim.ask("GET", path, lines);
            assert_eq!(answer.status, status, "{path} {lines:?}");
            assert!(
                answer.text().contains(part),
                "{path} {lines:?}: {}",
                answer.text()
            );
            assert!(!answer.text().contains("secret"));
            for (name, value) in [
                ("vary", "Origin"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-resource-policy", "same-origin"),
                ("content-type", "text/plain; charset=utf-8"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{path} {lines:?}");
            }
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
}

#[test]
fn a_sandboxed_page_includes_the_client_and_reads_nothing() {
    let shim = Shim::start();
    let script = shim.get_with("/reload.js", "Origin: null");
    assert_eq!(script.status, 200);
    assert_eq!(script.header("access-control-allow-origin"), None);
    assert_eq!(script.header("vary"), Some("Origin"));
    let rebound = ["Host: evil.example", "Origin: null"];
    assert_eq!(shim.ask("GET", "/reload.js", &rebound).status, 403);
}

#[test]
fn pages_that_are_let_in_read_their_origin() {
    let shim = Shim::builder().file("index.html", "one").start();
    for (host, origin) in [
        ("localhost", "http://localhost:8000"),
        ("localhost:10021", "http://127.0.0.1:8000"),
        ("127.0.0.1", "https://app.localhost"),
        ("192.168.1.5:10021", "http://192.168.1.5:8000"),
    ] {
        let lines = [format!("Host: {host}"), format!("Origin: {origin}")];
        let lines = lines.each_ref().map(String::as_str);
        for path in [
            "/",
            "/reload.js",
            "/_reload/health",
            "/none",
            "/..",
            "/.env",
        ] {
            let answer = shim.ask("GET", path, &lines);
            let echoed = answer.header("access-control-allow-origin");
            assert_eq!(echoed, Some(origin), "{path} {lines:?}");
            assert_eq!(answer.header("vary"), Some("Origin"));
        }
    }
    let plain = shim.get("/");
    assert_eq!(plain.header("access-control-allow-origin"), None);
    assert_eq!(plain.header("vary"), Some("Origin"));
}

#[test]
fn preflights_follow_the_same_rule() {
    let shim = Shim::start();
    for path in PATHS {
        let preflight = |origin| {
            let origin = format!("Origin: {origin}");
            let asked = "Access-Control-Request-Method: HEAD";
            shim.ask("OPTIONS", path, &["Host: localhost", &origin, asked])
        };
        let answer = preflight("http://localhost:8000");
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}");
        for (name, value) in [
            ("access-control-allow-origin", "http://localhost:8000"),
            ("access-control-allow-methods", "GET, HEAD"),
            ("access-control-allow-headers", "content-type"),
            ("vary", "Origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("access-control-max-age").is_some());
        assert_eq!(preflight("http://evil.example").status, 403, "{path}");
    }
}

#[test]
fn flags_let_more_in() {
    let shim = Shim::builder()
        .args(&["--allow-host", "dev-laptop,*.example.test"])
        .args(&[
            "--allow-origin",
            "vscode-webview://*,https://*.vscode-cdn.net",
            "--allow-origin",
            "null",
        ])
        .start();
    for (lines, status) in [
        (["Host: dev-laptop:10021", "Accept: */*"], 200),
        (["Host: dev-laptop", "Origin: http://dev-laptop:8000"], 200),
        (["Host: a.example.test", "Accept: */*"], 200),
        (["Host: example.test", "Accept: */*"], 403),
        (["Host: localhost", "Origin: vscode-webview://0abc"], 200),
        (
            ["Host: localhost", "Origin: https://0f3k.vscode-cdn.net"],
            200,
        ),
        (["Host: localhost", "Origin: null"], 200),
        (["Host: localhost", "Origin: http://evil.example"], 403),
    ] {
        assert_eq!(
            shim.ask("GET", "/reload.js", &lines).status,
            status,
            "{lines:?}"
        );
    }
}

#[test]
fn what_is_not_http_is_a_client_error() {
    let shim = Shim::start();
    for raw in [
        &b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: \xff\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET evil HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"OPTIONS evil HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\nConnection: close\r\n\r\n",
        b"GET http://localhost/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET http://user@localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET http://user@localhost/ HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ] {
        let request = [raw, b"Connection: close\r\n\r\n"].concat();
        let answer = shim.raw(request);
        let status = answer.status;
        assert!(
            (400..500).contains(&status),
            "{status}: {}",
            raw.escape_ascii()
        );
    }
    assert_eq!(shim.get("/reload.js").status, 200);
    assert!(!shim.output().contains("panicked"), "{}", shim.output());
}

#[test]
fn other_forms_of_a_target() {
    let shim = Shim::start();
    for (target, status) in [
        ("OPTIONS *", 204),
        ("GET http://localhost/reload.js", 200),
        ("GET http://LOCALHOST/reload.js", 200),
    ] {
        let request = format!("{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert_eq!(shim.raw(request).status, status, "{target}");
    }
}
