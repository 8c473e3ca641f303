//! Who restarts a Python program that is saved, and brings its page up to date.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;

use server_reload_e2e::{fetch, shim};
use tempfile::TempDir;

use crate::clock;
use crate::contender::{OURS_CONNECTED, PAGE_SCRIPT, PAGE_SCRIPT_CONNECTED};
use crate::probe::Question;
use crate::tool::{Tool, free_port, peers_python, python};

/// What all of them run. Its page is no static file, because a process needs longer for the first of
/// those than we do.
const APP: &str = include_str!("app.py");

/// One of those who compete.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// A `JavaScript` expression: its page is connected.
    pub(crate) connected: &'static str,
    /// What its backend tells its id for.
    pub(crate) question: Question,
    /// Where its backend listens.
    pub(crate) port: u16,
    folder: TempDir,
    _tool: Tool,
}

impl Contender {
    /// The backend under `server-reload`, which asks nothing of it but that it is there; one script tag
    /// in its page.
    pub(crate) async fn ours() -> Self {
        let (port, shim_port) = (free_port(), free_port());
        let page = format!(
            "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>A page</title>\n\
             <script src=http://localhost:{shim_port}/reload.js></script>\n<p>A page.\n</html>\n"
        );
        let folder = folder(&page);
        let mut command = shim::clean_command();
        command.args(["--port", &shim_port.to_string(), "--"]);
        let python = python();
        command.arg(python.get_program());
        command.envs(
            python
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        uvicorn(&mut command, port);
        let tool = Tool::start("server-reload", command.current_dir(folder.path()));
        fetch::until_answered(port, "/started").await;
        Self {
            name: "server-reload -- uvicorn, one script tag",
            connected: OURS_CONNECTED,
            question: Question::Started,
            port,
            folder,
            _tool: tool,
        }
    }

    /// What people write by hand.
    pub(crate) async fn page_script() -> Self {
        Self::reloading("uvicorn --reload, ten-line page script", python()).await
    }

    /// The same with the package that uvicorn watches files by, if it is there.
    pub(crate) async fn page_script_with_watchfiles() -> Self {
        let name = "the same, with watchfiles";
        Self::reloading(name, peers_python()).await
    }

    async fn reloading(name: &'static str, mut command: Command) -> Self {
        let port = free_port();
        let folder = folder(PAGE_SCRIPT);
        uvicorn(&mut command, port);
        command.args(["--reload", "--timeout-graceful-shutdown", "0"]);
        let tool = Tool::start(name, command.current_dir(folder.path()));
        fetch::until_answered(port, "/").await;
        Self {
            name,
            connected: PAGE_SCRIPT_CONNECTED,
            question: Question::Stream,
            port,
            folder,
            _tool: tool,
        }
    }

    /// Where its page is.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// Saves its program with one more line; gives the wall clock's time after the close.
    pub(crate) fn save(&self) -> f64 {
        let program = self.folder.path().join("app.py");
        let program = OpenOptions::new().append(true).open(program);
        let mut program = program.expect("a program");
        program.write_all(b"# edited\n").expect("a saved program");
        drop(program);
        clock::wall()
    }
}

fn uvicorn(command: &mut Command, port: u16) {
    let port = port.to_string();
    command.args(["-m", "uvicorn", "app:app", "--port", &port]);
}

fn folder(page: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("app.py"), APP).expect("a written program");
    fs::write(folder.path().join("page.html"), page).expect("a written page");
    folder
}
