//! The served folder.

use std::fs::File;

use crate::http::Answer;
use crate::shim::Shim;

fn content_type(shim: &Shim, path: &str) -> Option<String> {
    shim.get(path).header("content-type").map(str::to_owned)
}

#[test]
fn pages_carry_type_tag_and_stamp() {
    let shim = Shim::builder()
        .file("index.html", "<h1>root</h1>")
        .file("sub/index.html", "<h1>sub</h1>")
        .file("style.css", "p {}")
        .file("module.wasm", "\0asm")
        .start();
    let page = shim.get("/");
    assert_eq!((page.status, page.text().as_str()), (200, "<h1>root</h1>"));
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(page.header("accept-ranges"), Some("bytes"));
    assert_eq!(page.header("last-modified"), None);
    let stamp = page.header("server-timing").unwrap();
    let id = stamp.strip_prefix("server-reload;desc=\"").unwrap();
    let id = id.strip_suffix('"').unwrap();
    assert!(
        shim.get("/_reload/health")
            .text()
            .contains(&format!("\"id\":\"{id}\""))
    );

    assert_eq!(shim.get("/sub/").text(), "<h1>sub</h1>");
    assert_eq!(shim.get("/index.html?a=b").text(), "<h1>root</h1>");
    let css = shim.get("/style.css");
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(css.header("server-timing"), None);
    let wasm = content_type(&shim, "/module.wasm");
    assert_eq!(wasm.as_deref(), Some("application/wasm"));
}

#[test]
fn a_folder_without_its_slash_is_redirected() {
    let shim = Shim::builder().file("a b/index.html", "one").start();
    for (path, location) in [("/a%20b", "/a%20b/"), ("/a%20b?x=%2F&y", "/a%20b/?x=%2F&y")] {
        let answer = shim.get(path);
        assert_eq!(answer.status, 307, "{path}");
        assert_eq!(answer.header("location"), Some(location));
    }
}

#[test]
fn two_edits_within_a_second_are_never_a_stale_304() {
    let shim = Shim::builder().file("data.json", "[1]").start();
    let first = shim.get("/data.json");
    let tag = format!("If-None-Match: {}", first.header("etag").unwrap());
    let same = shim.get_with("/data.json", &tag);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(same.header("cache-control"), Some("no-cache"));

    let path = shim.path("data.json");
    let time = File::open(&path)
        .unwrap()
        .metadata()
        .unwrap()
        .modified()
        .unwrap();
    shim.write("data.json", "[2]");
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let second = shim.get_with("/data.json", &tag);
    assert_eq!((second.status, second.text().as_str()), (200, "[2]"));
}

#[test]
fn a_page_that_is_not_modified_has_the_stamp_too() {
    let shim = Shim::builder().file("index.html", "one").start();
    let tag = format!("If-None-Match: {}", shim.get("/").header("etag").unwrap());
    let same = shim.get_with("/", &tag);
    assert_eq!(same.status, 304);
    assert!(same.header("server-timing").is_some(), "{same:?}");
}

#[test]
fn ranges() {
    let shim = Shim::builder().file("film.mp4", "0123456789").start();
    let tag = shim.get("/film.mp4").header("etag").unwrap().to_owned();
    for (lines, status, body, range) in [
        (vec!["Range: bytes=2-4"], 206, "234", Some("bytes 2-4/10")),
        (vec!["Range: bytes=7-"], 206, "789", Some("bytes 7-9/10")),
        (vec!["Range: bytes=-2"], 206, "89", Some("bytes 8-9/10")),
        (vec!["Range: bytes=10-"], 416, "", Some("bytes */10")),
        (vec!["Range: bytes=0-1,3-4"], 200, "0123456789", None),
        (vec!["Range: nonsense"], 200, "0123456789", None),
        (
            vec!["Range: bytes=2-4", &format!("If-Range: {tag}")],
            206,
            "234",
            Some("bytes 2-4/10"),
        ),
        (
            vec!["Range: bytes=2-4", "If-Range: \"old\""],
            200,
            "0123456789",
            None,
        ),
    ] {
        let answer = shim.ask(
            "GET",
            "/film.mp4",
            &[&["Host: localhost"], &lines[..]].concat(),
        );
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, body),
            "{lines:?}"
        );
        assert_eq!(answer.header("content-range"), range, "{lines:?}");
        let length = body.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
    }
}

#[test]
fn a_large_file_is_streamed_without_validators() {
    const LEN: u64 = 20 * 1024 * 1024;
    let shim = Shim::start();
    File::create(shim.path("large.bin"))
        .unwrap()
        .set_len(LEN)
        .unwrap();
    let whole = shim.get("/large.bin");
    assert_eq!((whole.status, whole.body.len() as u64), (200, LEN));
    assert_eq!(
        (whole.header("etag"), whole.header("last-modified")),
        (None, None)
    );
    let part = shim.get_with("/large.bin", &format!("Range: bytes={}-", LEN - 3));
    assert_eq!((part.status, part.body.len()), (206, 3));
    let head = shim.ask("HEAD", "/large.bin", &["Host: localhost"]);
    assert_eq!(
        head.header("content-length"),
        Some(LEN.to_string().as_str())
    );
}

#[test]
fn names_are_decoded_once() {
    let shim = Shim::builder()
        .file("a b.txt", "space")
        .file("100%25.txt", "percent")
        .file("🚀 ü.txt", "rocket")
        .file("it's+\"x\".txt", "quotes")
        .start();
    for (path, body) in [
        ("/a%20b.txt", "space"),
        ("/100%2525.txt", "percent"),
        ("/%F0%9F%9A%80%20%C3%BC.txt", "rocket"),
        ("/it's+%22x%22.txt", "quotes"),
    ] {
        let answer = shim.get(path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, body),
            "{path}"
        );
    }
    assert_eq!(shim.get("/100%25.txt").status, 404);
}

#[test]
fn evil_paths() {
    let shim = Shim::builder()
        .file("index.html", "one")
        .file(".env", "KEY=secret")
        .file("a/.git/config", "secret")
        .start();
    for (path, status) in [
        ("/../etc/passwd", 400),
        ("/%2e%2e/etc/passwd", 400),
        ("/..%2f..%2fetc/passwd", 400),
        ("/..%5c..%5cetc/passwd", 400),
        ("/..\\..\\etc/passwd", 400),
        ("//etc/passwd", 400),
        ("//evil.example/..", 400),
        ("/a%00.html", 400),
        ("/%zz", 400),
        ("/%ff", 400),
        ("/%252e%252e/etc/passwd", 404),
        ("/.env", 404),
        ("/%2Eenv", 404),
        ("/a/.git/config", 404),
        ("/index.html/", 404),
        ("/index.html/x", 404),
        ("/.well-known/x", 404),
    ] {
        let answer = shim.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        let text = answer.text();
        assert!(
            !text.contains("secret") && !text.contains("root:"),
            "{path}: {text}"
        );
        let root = shim.folder.path().display().to_string();
        assert!(!text.contains(&root), "{path} tells the folder: {text}");
    }
    assert!(shim.get("/.env").text().contains("begin with a dot"));
    let long = format!("/{}", "x".repeat(5000));
    assert_eq!(shim.get(&long).status, 404);
}

#[cfg(unix)]
#[test]
fn links_and_pipes() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("passwd"), "secret").unwrap();
    let shim = Shim::builder()
        .file("real.txt", "inside")
        .file(".hidden", "secret")
        .start();
    symlink("real.txt", shim.path("link.txt")).unwrap();
    symlink(outside.path(), shim.path("out")).unwrap();
    symlink(outside.path().join("passwd"), shim.path("out.txt")).unwrap();
    symlink(".hidden", shim.path("shown.txt")).unwrap();
    symlink("loop", shim.path("loop")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(shim.path("pipe"))
        .status();
    assert!(made.unwrap().success());

    assert_eq!(shim.get("/link.txt").text(), "inside");
    for path in ["/out/passwd", "/out", "/out/", "/out.txt"] {
        let answer = shim.get(path);
        assert_eq!(answer.status, 403, "{path}");
        let text = answer.text();
        assert!(
            text.contains("outside the folder") && !text.contains("secret"),
            "{text}"
        );
    }
    assert_eq!(shim.get("/shown.txt").status, 404);
    assert_eq!(shim.get("/pipe").status, 404);
    let _socket = std::os::unix::net::UnixListener::bind(shim.path("socket")).unwrap();
    assert_eq!(shim.get("/socket").status, 404);
    assert_eq!(shim.get("/loop").status, 404);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_is_followed_anew() {
    use std::os::unix::fs::symlink;

    let releases = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        std::fs::create_dir(releases.path().join(name)).unwrap();
        std::fs::write(releases.path().join(name).join("a.txt"), name).unwrap();
    }
    let link = releases.path().join("current");
    symlink("one", &link).unwrap();
    let shim = Shim::builder().folder(&link).start();
    assert_eq!(shim.get("/a.txt").text(), "one");
    std::fs::remove_file(&link).unwrap();
    assert_eq!(shim.get("/a.txt").status, 404);
    symlink("two", &link).unwrap();
    assert_eq!(shim.get("/a.txt").text(), "two");
}

#[test]
fn rarer_types() {
    let shim = Shim::builder()
        .file("a.svgz", "packed")
        .file("a.xhtml", "<html/>")
        .start();
    let packed = shim.get("/a.svgz");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let page = shim.get("/a.xhtml");
    assert!(page.header("server-timing").is_some(), "{page:?}");
}

fn not_found(shim: &Shim, accept: &str) -> Answer {
    let answer = shim.get_with("/img/%3Cb%3E.png", &format!("Accept: {accept}"));
    assert_eq!(answer.status, 404);
    answer
}

#[test]
fn the_404_page_carries_the_client() {
    let shim = Shim::start();
    let page = not_found(&shim, "text/html,application/xhtml+xml,*/*;q=0.8");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(page.header("server-timing").is_some());
    let text = page.text();
    for part in [
        "<script src=\"/reload.js\"></script>",
        "img/&lt;b&gt;.png",
        "color-scheme",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains("<b>"), "{text}");
    assert!(page.body.len() < 2000, "{} bytes", page.body.len());

    let plain = not_found(&shim, "*/*");
    assert_eq!(
        plain.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(
        plain.text().contains("looked for `img/<b>.png`"),
        "{}",
        plain.text()
    );
    assert!(shim.get("/").text().contains("looked for `index.html`"));
}
