//! A `FastAPI` program under uvicorn.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;
use crate::supervised::free_port;
use crate::{place, shim};

/// uvicorn prints it each time its program has started.
const STARTED: &str = "Application startup complete";

/// It prints this when it listens.
const LISTENS: &str = "Uvicorn running on";

/// A `FastAPI` program and its pages in a folder of their own, run by `uvicorn`.
#[derive(Debug)]
pub struct Backend {
    folder: TempDir,
    program: String,
    environment: Vec<(&'static str, String)>,
    watching: bool,
    port: u16,
    process: Option<Process>,
}

impl Backend {
    /// Runs `backends/NAME.py` with `pages` and the client in its folder `public`.
    #[must_use]
    pub fn run(name: &str, pages: &[(&str, String)]) -> Self {
        Self::run_with(name, pages, false, &[])
    }

    /// The same under `uvicorn --reload`: it restarts itself when [`Self::edit`] saves the program.
    #[must_use]
    pub fn run_watching(name: &str, pages: &[(&str, String)]) -> Self {
        Self::run_with(name, pages, true, &[])
    }

    /// The same with a choice of both and an environment.
    #[must_use]
    pub fn run_with(
        name: &str,
        pages: &[(&str, String)],
        watching: bool,
        environment: &[(&'static str, String)],
    ) -> Self {
        let folder = place::folder();
        copy_programs(folder.path());
        fs::create_dir(folder.path().join("public")).expect("a folder of pages");
        shim::write_client(&folder.path().join("public/reload.js"));
        let environment = environment.to_vec();
        let program = name.to_owned();
        let mut backend = Self {
            folder,
            program,
            environment,
            watching,
            port: free_port(),
            process: None,
        };
        for (name, content) in pages {
            backend.write(name, content);
        }
        backend.start();
        backend
    }

    /// Writes a file of the folder that it serves.
    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.folder.path().join("public").join(name), content).expect("a written file");
    }

    /// Reads a file of its own; one that is not there is empty.
    #[must_use]
    pub fn notes(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// The port, the same over every restart.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of `path` under the name `localhost`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Saves the program with one more line and waits until uvicorn has restarted it.
    pub fn edit(&self) {
        assert!(self.watching, "only `uvicorn --reload` notices an edit");
        let process = self.process.as_ref().expect("a running backend");
        let starts = process.count_lines(STARTED);
        let program = OpenOptions::new()
            .append(true)
            .open(self.folder.path().join("minimal.py"));
        writeln!(program.expect("a program"), "# edited").expect("a saved program");
        process.wait_for_count(STARTED, starts + 1);
    }

    /// Stops and starts it.
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// Stops it by SIGTERM and waits for its end.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end();
        }
    }

    /// Starts it (again) and waits until it listens.
    pub fn start(&mut self) {
        let process = Process::start("uvicorn", &mut self.command());
        process.wait_for_count(STARTED, 1);
        process.wait_for_count(LISTENS, 1);
        self.process = Some(process);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(place::python());
        command.current_dir(self.folder.path());
        command.args(["-m", "uvicorn", &format!("{}:app", self.program)]);
        command.args(["--port", &self.port.to_string()]);
        command.args(["--timeout-graceful-shutdown", "0"]);
        if self.watching {
            command.arg("--reload");
        }
        command
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.envs(self.environment.iter().cloned());
        command
    }
}

fn copy_programs(folder: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("backends");
    for entry in fs::read_dir(source).expect("the backends").flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "py")
        {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copied program");
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn readme_shows_the_minimal_backend() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(include_str!("../backends/minimal.py")));
    }
}
