//! Does a backend's output say that it could not have its port?

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// How the error reads, from C libraries to frameworks.
const SIGNS: &str = "address (?:is )?already in use|EADDRINUSE|port (?:\\d+ )?is (?:already )?in use|connection in use|only one usage of each socket address";

/// A port behind a colon, a comma or its own name.
const PORT: &str = r"(?:[:,]|\bport)\s*(\d{3,5})\b";

static SIGN: LazyLock<Option<Regex>> = LazyLock::new(|| compile(SIGNS));
static PORTS: LazyLock<Option<Regex>> = LazyLock::new(|| compile(PORT));

/// A port that could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InUse {
    /// This one.
    Port(u16),
    /// One that the output does not name.
    Unnamed,
}

/// What the last such line says.
pub(crate) fn read(output: &str) -> Option<InUse> {
    let sign = SIGN.as_ref()?;
    let mut lines = output.lines().rev().filter(|line| sign.is_match(line));
    let last = lines.next()?;
    let named = std::iter::once(last).chain(lines).find_map(port);
    Some(named.map_or(InUse::Unnamed, InUse::Port))
}

fn port(line: &str) -> Option<u16> {
    let ports = PORTS.as_ref()?.captures_iter(line);
    let ports = ports.filter_map(|found| found.get(1)?.as_str().parse().ok());
    ports.last()
}

/// The patterns are ours and compile; the test looks.
fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_as_they_are_written() {
        let cases = [
            (
                "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
                InUse::Port(8000),
            ),
            (
                "Address already in use\nPort 5000 is in use by another program. Either identify and stop that program, or start the server with a different port.",
                InUse::Port(5000),
            ),
            (
                "Error: listen EADDRINUSE: address already in use :::3000\n    at Server.setupListenHandle (node:net:1908:16)",
                InUse::Port(3000),
            ),
            ("  code: 'EADDRINUSE',\n  port: 3000\n", InUse::Unnamed),
            (
                "2026/11/23 10:00:00 listen tcp :8080: bind: address already in use",
                InUse::Port(8080),
            ),
            (
                "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }",
                InUse::Unnamed,
            ),
            ("Error: That port is already in use.", InUse::Unnamed),
            (
                "Failed to listen on localhost:8000 (reason: Address already in use)",
                InUse::Port(8000),
            ),
            (
                "[ERROR] Connection in use: ('127.0.0.1', 8001)",
                InUse::Port(8001),
            ),
            (
                "Address already in use - bind(2) for \"127.0.0.1\" port 3001 (Errno::EADDRINUSE)",
                InUse::Port(3001),
            ),
        ];
        for (output, expected) in cases {
            assert_eq!(read(output), Some(expected), "{output}");
        }
        for output in [
            "",
            "listens on port 8000",
            "Traceback: the name is used twice",
        ] {
            assert_eq!(read(output), None, "{output}");
        }
    }
}
