//! Files that pages of our own address may write.

use serde_json::{Value, json};

use crate::http::{Answer, Connection};
use crate::shim::{Builder, Shim};
use crate::story::Story;

const SOURCE: &str = "/_reload/source";
const JSON: &str = "Content-Type: application/json";

/// A folder whose pages may be written.
fn builder() -> Builder {
    Shim::builder()
        .file("index.html", "one")
        .file("notes.txt", "text")
        .args(&["--edit", "*.html"])
}

fn token(shim: &Shim) -> String {
    let told = shim.get(&format!("{SOURCE}/index.html"));
    assert_eq!(told.status, 200, "{}", told.text());
    let told: Value = serde_json::from_slice(&told.body).unwrap();
    format!("X-Server-Reload-Token: {}", told["token"].as_str().unwrap())
}

/// The version that is read now.
fn version(shim: &Shim, path: &str) -> String {
    format!("If-Match: {}", shim.get(path).header("etag").unwrap())
}

fn put(shim: &Shim, path: &str, lines: &[&str], body: &str) -> Answer {
    let length = format!("Content-Length: {}", body.len());
    let all = [&["Host: localhost", "Connection: close", &length], lines].concat();
    let lines = all.join("\r\n");
    let request = format!("PUT {SOURCE}{path} HTTP/1.1\r\n{lines}\r\n\r\n{body}");
    Connection::open(shim).answer(request)
}

fn text(text: &str) -> String {
    json!({ "text": text }).to_string()
}

fn assert_refused(answer: &Answer, status: u16, reason: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(text.contains(reason), "no `{reason}` in: {text}");
    // What is wrong, and what to do.
    assert!(text.contains("\n\n"), "{text}");
}

#[test]
fn a_page_saves_a_file_and_every_page_is_told() {
    let shim = builder().start();
    let mut story = Story::open(&shim);
    story.id();
    let (token, read) = (token(&shim), version(&shim, "/"));
    let origin = format!("Origin: http://localhost:{}", shim.port);
    let host = format!("Host: localhost:{}", shim.port);
    let body = text("two, \u{fc}\r\n");
    let request = [
        format!("PUT {SOURCE}/index.html HTTP/1.1"),
        host,
        "Connection: close".to_owned(),
        JSON.to_owned(),
        format!("Content-Length: {}", body.len()),
        token.clone(),
        read.clone(),
        origin,
    ];
    let saved = shim.raw(format!("{}\r\n\r\n{body}", request.join("\r\n")));
    assert_eq!(saved.status, 200, "{}", saved.text());
    let page = shim.get("/");
    assert_eq!(page.text(), "two, \u{fc}\r\n");
    assert_eq!(saved.header("etag"), page.header("etag"));
    let change = story.named("change").json();
    assert_eq!(change["paths"], json!(["/index.html"]), "{change}");

    // On top of what is not there any more nothing is saved.
    let late = put(&shim, "/index.html", &[JSON, &token, &read], &text("three"));
    assert_refused(&late, 412, "has been changed by somebody else");
    assert_eq!(shim.get("/").text(), "two, \u{fc}\r\n");
}

#[test]
fn without_the_flag_there_is_nothing() {
    let shim = Shim::builder().file("index.html", "one").start();
    assert_refused(&shim.get(&format!("{SOURCE}/index.html")), 404, "`--edit`");
    let version = version(&shim, "/");
    let answer = put(&shim, "/index.html", &[JSON, &version], &text("two"));
    assert_refused(&answer, 404, "`--edit`");
    assert_eq!(shim.get("/").text(), "one");
}

#[test]
fn each_refusal_says_why_and_writes_nothing() {
    let shim = builder().start();
    let (token, version) = (token(&shim), version(&shim, "/"));
    let (token, version) = (token.as_str(), version.as_str());
    let two = text("two");
    let large = text(&"a".repeat(1024 * 1024 + 1));
    let larger = text(&"a".repeat(7 * 1024 * 1024));
    let near = "Origin: http://localhost:1";
    for (lines, body, status, reason) in [
        (vec![token, version], &*two, 415, "application/json"),
        (
            vec![token, version, "Content-Type: text/plain"],
            &two,
            415,
            "not declared as JSON",
        ),
        (vec![JSON, version], &two, 403, "not the token of this run"),
        (
            vec![JSON, version, "X-Server-Reload-Token: 0"],
            &two,
            403,
            "not the token of this run",
        ),
        (vec![JSON, token], &two, 428, "If-Match"),
        (vec![JSON, token, "If-Match: *"], &two, 428, "If-Match"),
        (
            vec![JSON, token, "If-Match: \"0\""],
            &two,
            412,
            "read it again",
        ),
        (
            vec![JSON, token, version, near],
            &two,
            403,
            "of this very address",
        ),
        (vec![JSON, token, version], "", 400, "no such text"),
        (
            vec![JSON, token, version],
            "{}",
            400,
            "missing field `text`",
        ),
        (
            vec![JSON, token, version],
            r#"{"text":"","path":"x"}"#,
            400,
            "unknown field `path`",
        ),
        (vec![JSON, token, version], &large, 413, "larger than"),
        (vec![JSON, token, version], &larger, 413, "larger than"),
    ] {
        let answer = put(&shim, "/index.html", &lines, body);
        assert_refused(&answer, status, reason);
    }
    for origin in ["Origin: http://evil.example", "Origin: null"] {
        let answer = put(&shim, "/index.html", &[JSON, token, version, origin], &two);
        assert_refused(&answer, 403, "--allow-origin");
    }
    let other = shim.ask(
        "DELETE",
        &format!("{SOURCE}/index.html"),
        &["Host: localhost"],
    );
    assert_eq!(other.status, 405);
    assert_eq!(shim.get("/").text(), "one");
}

#[test]
fn nothing_else_is_written_or_made() {
    let shim = builder().file(".hidden.html", "one").start();
    let (token, version) = (token(&shim), version(&shim, "/"));
    let outside = shim.aside("outside.html");
    std::fs::write(&outside, "one").unwrap();
    let name = outside.file_name().unwrap().to_string_lossy();
    let folder = outside.parent().unwrap().file_name().unwrap();
    let up = format!("/../{}/{name}", folder.to_string_lossy());
    let escaped = up.replace('/', "%2f");
    for (path, status) in [
        ("/notes.txt", 403),
        ("/new.html", 404),
        ("/.hidden.html", 404),
        ("/%2ehidden.html", 404),
        (&up, 400),
        (&format!("/{escaped}"), 400),
        ("/a\\b.html", 400),
        ("//index.html", 400),
        ("/index.html/", 404),
        ("/index.html%00", 400),
    ] {
        let answer = put(&shim, path, &[JSON, &token, &version], &text("two"));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(
            shim.get(&format!("{SOURCE}{path}")).status,
            status,
            "{path}"
        );
    }
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "one");
    assert_eq!(
        std::fs::read_to_string(shim.path("notes.txt")).unwrap(),
        "text"
    );
    assert!(!shim.path("new.html").exists());
}

#[test]
fn pages_of_other_origins_are_told_no_token() {
    let shim = builder().args(&["--allow-origin", "null"]).start();
    for origin in ["http://localhost:1", "http://127.0.0.1", "null"] {
        let origin = format!("Origin: {origin}");
        let answer = shim.get_with(&format!("{SOURCE}/index.html"), &origin);
        assert_refused(&answer, 403, "of this very address");
    }
}

#[test]
fn without_a_folder_there_is_nothing_to_write() {
    let mut shim = Shim::builder()
        .serves_nothing()
        .args(&["--attach", "9", "--edit", "*.html"])
        .spawn();
    assert_eq!(shim.wait().code(), Some(2));
    shim.line("name the folder");
}
