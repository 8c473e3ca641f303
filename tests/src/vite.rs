//! A page that is built, or served, by Vite from the client's npm package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;
use crate::supervised::free_port;
use crate::{fetch, place};

/// The variable that the page has the stream's address from.
const EVENTS: &str = "VITE_EVENTS";

/// The project `packages/vite` in a folder of its own, with the package installed by npm.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Installs the package that `tests/run` has packed.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&tests.join("packages/vite"), folder.path());
        let public = folder.path().join("public");
        fs::create_dir(&public).expect("a folder");
        fs::copy(tests.join("src/witness.js"), public.join("witness.js")).expect("a copied script");
        let project = Self { folder };
        let mut npm = project.command(Path::new("npm"));
        npm.args(["install", "--offline", "--no-save", "--no-package-lock"])
            .args(["--no-audit", "--no-fund"])
            .arg(place::packed_client());
        run(&mut npm);
        project
    }

    /// A file of the installed package.
    #[must_use]
    pub fn installed(&self, name: &str) -> PathBuf {
        let package = "node_modules/server-reload-client";
        self.folder.path().join(package).join(name)
    }

    /// Lets TypeScript judge the project.
    pub fn check_types(&self) {
        run(&mut self.command(&place::tool("tsc")));
    }

    /// Builds the page for a server of its own, into the folder `into`.
    pub fn build(&self, into: &Path) {
        let mut vite = self.command(&place::tool("vite"));
        run(vite.arg("build").env_remove(EVENTS));
        copy(&self.folder.path().join("dist"), into);
    }

    /// Serves the page, whose stream comes from `events`; gives the server and the page's address.
    pub async fn serve(&self, events: &str) -> (Process, String) {
        let port = free_port();
        let mut vite = self.command(&place::tool("vite"));
        vite.args(["--host", "127.0.0.1", "--strictPort", "--port"])
            .arg(port.to_string())
            .env(EVENTS, events);
        let process = Process::start("vite", &mut vite);
        fetch::until_answered(port, "/").await;
        (process, format!("http://127.0.0.1:{port}/"))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env("CI", "1");
        command
    }
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

fn run(command: &mut Command) {
    let run = command.output().expect("a program that runs");
    let [out, error] = [&run.stdout, &run.stderr].map(|said| String::from_utf8_lossy(said));
    assert!(run.status.success(), "{command:?}\n{out}\n{error}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copied file");
        }
    }
}
