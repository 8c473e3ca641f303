//! Who serves a folder, and brings its pages up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use server_reload_e2e::{fetch, place, shim};
use tempfile::TempDir;

use crate::clock;
use crate::contender::OURS_CONNECTED;
use crate::tool::{Tool, free_port, peers_python, python};

const SEEN: &str = include_str!("seen.js");

/// True once livereload.js has connected.
const LIVERELOAD_CONNECTED: &str = "window.liveReloadConnected";

/// Python's livereload ignores what changes within 3 s of the reload before.
const LIVERELOAD_REST: Duration = Duration::from_millis(3_200);

/// One of those who compete.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// Where its page is.
    pub(crate) url: String,
    /// A `JavaScript` expression: its page is connected.
    pub(crate) connected: &'static str,
    /// How long it must be left alone after a save.
    rest: Duration,
    /// The script tag that it does not add itself.
    tag: String,
    folder: TempDir,
    /// Its programs, which end with it.
    tools: Vec<Tool>,
    saves: u32,
}

impl Contender {
    /// `server-reload FOLDER`.
    pub(crate) async fn ours() -> Self {
        let port = free_port();
        let mut contender = Self::new("server-reload", OURS_CONNECTED, port);
        contender.tag = "<script src=/reload.js></script>".into();
        let mut command = shim::clean_command();
        command.arg(contender.folder.path());
        command.args(["--port", &port.to_string()]);
        contender.serve([command], port).await
    }

    /// Vite's development server.
    pub(crate) async fn vite() -> Self {
        let port = free_port();
        let contender = Self::new("Vite", "window.viteConnected", port);
        let mut command = Command::new(place::tool("vite"));
        command.arg(contender.folder.path());
        let port_option = port.to_string();
        command.args([
            "--host",
            "127.0.0.1",
            "--strictPort",
            "--port",
            &port_option,
        ]);
        contender.serve([command], port).await
    }

    /// Python's livereload, with the package without which it looks every 0.8 s only.
    pub(crate) async fn livereload_python() -> Self {
        let port = free_port();
        let name = "livereload (Python, with pyinotify)";
        let mut contender = Self::new(name, LIVERELOAD_CONNECTED, port);
        contender.rest = LIVERELOAD_REST;
        let script = Path::new(peers_python().get_program()).with_file_name("livereload");
        let mut command = Command::new(script);
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.arg(contender.folder.path());
        contender.serve([command], port).await
    }

    /// npm's livereload, which serves no pages, so that somebody else does.
    pub(crate) async fn livereload_npm() -> Self {
        let (port, other) = (free_port(), free_port());
        let name = "livereload (npm) beside http.server";
        let mut contender = Self::new(name, LIVERELOAD_CONNECTED, port);
        contender.tag =
            format!("<script src=http://127.0.0.1:{other}/livereload.js?snipver=1></script>");
        let mut livereload = Command::new(place::tool("livereload"));
        livereload.arg(contender.folder.path());
        livereload.args(["--bind", "127.0.0.1", "--port", &other.to_string()]);
        let mut server = python();
        server.args(["-m", "http.server", &port.to_string()]);
        server.args(["--bind", "127.0.0.1"]);
        contender.serve([livereload, server], port).await
    }

    fn new(name: &'static str, connected: &'static str, port: u16) -> Self {
        Self {
            name,
            url: format!("http://127.0.0.1:{port}/"),
            connected,
            rest: Duration::ZERO,
            tag: String::new(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            tools: Vec::new(),
            saves: 0,
        }
    }

    /// Lets it rest where it needs that.
    pub(crate) async fn rest(&self) {
        tokio::time::sleep(self.rest).await;
    }

    /// Writes the files and starts `commands`, of which one serves at `port`.
    async fn serve(mut self, commands: impl IntoIterator<Item = Command>, port: u16) -> Self {
        fs::write(self.path("index.html"), page(&self.tag, 0)).expect("a written page");
        fs::write(self.path("style.css"), sheet(0)).expect("a written sheet");
        for mut command in commands {
            let tool = Tool::start(self.name, command.current_dir(self.folder.path()));
            self.tools.push(tool);
        }
        fetch::until_answered(port, "/").await;
        self
    }

    /// Saves the style sheet; gives the wall clock's time after the close, and when the page has
    /// seen it, as a `JavaScript` expression.
    pub(crate) fn save_sheet(&mut self) -> (f64, String) {
        self.saves += 1;
        fs::write(self.path("style.css"), sheet(self.saves)).expect("a saved sheet");
        (clock::wall(), format!("window.seen[{}]", self.saves))
    }

    /// Saves the page; gives the wall clock's time after the close, and the `JavaScript` expression
    /// that is true in the new document.
    pub(crate) fn save_page(&mut self) -> (f64, String) {
        self.saves += 1;
        let page = page(&self.tag, self.saves);
        fs::write(self.path("index.html"), page).expect("a saved page");
        let wanted = format!(
            "document.querySelector('#end')?.textContent === '{}'",
            self.saves
        );
        (clock::wall(), wanted)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The page tells at its end which save it is.
fn page(tag: &str, save: u32) -> String {
    format!(
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>A page</title>\n\
         <link rel=stylesheet href=/style.css>\n<script>\n{SEEN}</script>\n{tag}\n</head>\n\
         <body>\n<p>A page.</p>\n<p id=end>{save}</p>\n</body>\n</html>\n"
    )
}

fn sheet(save: u32) -> String {
    format!("html {{ z-index: {save}; }}\np {{ font-family: sans-serif; }}\n")
}
