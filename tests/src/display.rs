//! A display for a browser that can't do without.

use std::process::Command;

use crate::process::Process;

/// A virtual X display, which ends with this guard.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Process,
}

impl Display {
    /// Starts one with a number that the server finds free.
    #[must_use]
    pub fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1600x1200x24",
            "-nolisten",
            "tcp",
        ]);
        let server = Process::start("xvfb", &mut command);
        let number: u32 = server.wait_for_line("a display's number", |line| line.parse().ok());
        Self {
            name: format!(":{number}"),
            _server: server,
        }
    }

    /// The value of `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
