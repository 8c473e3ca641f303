//! The client scripts of others.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use server_reload_e2e::place;

use crate::tool::peers_python;

/// What a page loads.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) served: Vec<u8>,
    /// Where it is packed in a smaller form, too.
    pub(crate) minified: Option<Vec<u8>>,
}

/// All of them.
pub(crate) fn all() -> [Peer; 4] {
    let vite = Peer::of_npm("vite", "dist/client/client.mjs", None);
    [
        Peer::of_npm(
            "livereload-js",
            "dist/livereload.js",
            Some("dist/livereload.min.js"),
        ),
        Peer {
            name: format!("{}, without its source map", vite.name),
            served: without_map(&vite.served),
            minified: None,
        },
        Peer::of_npm("five-server", "client/injected.js", None),
        django(),
    ]
}

impl Peer {
    fn of_npm(package: &str, served: &str, minified: Option<&str>) -> Self {
        let folder = place::npm_package(package);
        let manifest: Value =
            serde_json::from_slice(&read(&folder.join("package.json"))).expect("a manifest");
        let version = manifest["version"].as_str().unwrap_or("?");
        Self {
            name: format!("{package} {version}"),
            served: read(&folder.join(served)),
            minified: minified.map(|file| read(&folder.join(file))),
        }
    }
}

/// A page loads its listener, and that its worker.
fn django() -> Peer {
    let question = "import importlib.metadata, importlib.util, os
found = importlib.util.find_spec('django_browser_reload')
print(os.path.dirname(found.origin))
print(importlib.metadata.version('django-browser-reload'))";
    let answer = peers_python().args(["-c", question]).output();
    let answer = answer.expect("a run of Python");
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let (folder, version) = answer
        .trim()
        .split_once('\n')
        .expect("no django-browser-reload\nto install it: tests/bench");
    let folder = PathBuf::from(folder).join("static/django-browser-reload");
    let files = ["reload-listener.js", "reload-worker.js"];
    Peer {
        name: format!("django-browser-reload {version}, both files"),
        served: files.map(|file| read(&folder.join(file))).concat(),
        minified: None,
    }
}

fn without_map(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let lines = text.split_inclusive('\n');
    let kept = lines.filter(|line| !line.starts_with("//# sourceMappingURL="));
    kept.collect::<String>().into_bytes()
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
