//! The `server-reload` binary.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use server_reload_protocol::path;
use server_reload_protocol::payload::Health;
use tempfile::TempDir;

use crate::process::Process;
use crate::supervised::free_port;
use crate::{GLANCE, PATIENCE, fetch, place};

/// A folder of pages and the shim that serves it.
///
/// Each start uses the same port.
#[derive(Debug)]
pub struct Shim {
    folder: TempDir,
    arguments: Vec<String>,
    port: u16,
    process: Option<Process>,
}

impl Shim {
    /// Serves `pages`, pairs of a file's name and its content.
    pub async fn serve(pages: &[(&str, String)]) -> Self {
        Self::serve_with(pages, &[]).await
    }

    /// The same with more arguments.
    pub async fn serve_with(pages: &[(&str, String)], arguments: &[&str]) -> Self {
        let folder = place::folder();
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let mut shim = Self {
            folder,
            arguments,
            port: free_port(),
            process: None,
        };
        for (name, content) in pages {
            shim.write(name, content);
        }
        shim.start().await;
        shim
    }

    /// Writes a file of the served folder.
    pub fn write(&self, name: &str, content: &str) {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a file's folder")).expect("a folder");
        fs::write(file, content).expect("a written page");
    }

    /// Puts a file in the place of one of the served folder, so that nobody finds half of it.
    pub fn replace(&self, name: &str, content: &str) {
        let aside = place::folder();
        let new = aside.path().join("new");
        fs::write(&new, content).expect("a written page");
        fs::rename(new, self.folder.path().join(name)).expect("a page in its place");
    }

    /// The served folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
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

    /// Stops it by SIGTERM and waits for its end.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end();
        }
    }

    /// Starts it (again) and waits until it answers.
    pub async fn start(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.try_start().await {
            assert!(
                Instant::now() < deadline,
                "server-reload does not start on its port"
            );
        }
    }

    /// Stops and starts it.
    pub async fn restart(&mut self) {
        self.stop();
        self.start().await;
    }

    /// False when the process ended before it answered, as when a passing connection of somebody
    /// else happens to hold the port.
    async fn try_start(&mut self) -> bool {
        let mut process = Process::start("shim", &mut self.command());
        while process.runs() {
            if fetch::get(self.port, path::HEALTH).await.is_ok() {
                self.process = Some(process);
                return true;
            }
            tokio::time::sleep(GLANCE / 5).await;
        }
        false
    }

    fn command(&self) -> Command {
        let mut command = clean_command();
        command
            .arg(self.folder.path())
            .arg("--port")
            .arg(self.port.to_string());
        command.args(&self.arguments);
        command
    }

    /// What it says of itself.
    pub async fn health(&self) -> Health {
        let answer = fetch::get(self.port, path::HEALTH)
            .await
            .expect("an answer");
        serde_json::from_str(&answer.body)
            .unwrap_or_else(|error| panic!("{error} in {}", answer.body))
    }

    /// Its server id.
    pub async fn id(&self) -> String {
        self.health().await.id.expect("a server id")
    }

    /// Waits until it counts `wanted` open streams.
    pub async fn wait_for_streams(&self, wanted: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let streams = self.health().await.streams;
            if streams == wanted {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{streams} streams are open, not {wanted}"
            );
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Writes the client to `file`, as a user does: `server-reload client FILE`.
pub fn write_client(file: &Path) {
    let run = clean_command().arg("client").arg(file).output();
    let run = run.expect("a run of the binary");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success(),
        "server-reload client: {}: {said}",
        run.status
    );
}

/// The binary without the options of whoever runs the tests.
#[must_use]
pub fn clean_command() -> Command {
    let mut command = Command::new(place::binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SERVER_RELOAD") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}
