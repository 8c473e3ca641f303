//! HTTP spoken by hand, so that nothing is put right on the way.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Instant;

use crate::shim::{DEADLINE, Shim};

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The header's only value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "`{name}` stands twice: {self:?}");
        value
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn parse(raw: &[u8]) -> Self {
        let end = find(raw, b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no answer: {:?}", String::from_utf8_lossy(raw));
        });
        let head = std::str::from_utf8(&raw[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        });
        Self {
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: raw[end + 4..].to_vec(),
        }
    }
}

/// An open connection and what has come over it so far.
pub(crate) struct Connection {
    stream: TcpStream,
    pub(crate) received: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(shim: &Shim) -> Self {
        Self::to(shim.port)
    }

    pub(crate) fn to(port: u16) -> Self {
        Self::over(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self {
            stream,
            received: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, text: impl AsRef<[u8]>) {
        self.stream.write_all(text.as_ref()).unwrap();
    }

    /// Opens the stream of events.
    pub(crate) fn events(shim: &Shim) -> Self {
        let mut connection = Self::open(shim);
        connection.send("GET /events/server HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection
    }

    /// Sends a request and reads its answer up to the end of the connection.
    pub(crate) fn answer(mut self, request: impl AsRef<[u8]>) -> Answer {
        self.send(request);
        Answer::parse(self.rest())
    }

    /// Reads until this has come, and returns all that has come up to its end.
    pub(crate) fn until(&mut self, part: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = find(&self.received, part.as_bytes()) {
                let taken = self.received.drain(..at + part.len()).collect();
                return String::from_utf8(taken).unwrap();
            }
            assert!(
                Instant::now() < deadline && self.read() > 0,
                "no `{part}` in {:?}",
                String::from_utf8_lossy(&self.received)
            );
        }
    }

    /// Reads until the other side has closed.
    pub(crate) fn rest(&mut self) -> &[u8] {
        while self.read() > 0 {}
        &self.received
    }

    /// A reset is an end like any other.
    fn read(&mut self) -> usize {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                self.received.extend_from_slice(&buffer[..count]);
                count
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("{error}: {:?}", String::from_utf8_lossy(&self.received)),
        }
    }
}

impl Shim {
    /// Sends a request with these lines under the request line.
    pub(crate) fn ask(&self, method: &str, path: &str, lines: &[&str]) -> Answer {
        let lines = [lines, &["Connection: close\r\n\r\n"]]
            .concat()
            .join("\r\n");
        self.raw(format!("{method} {path} HTTP/1.1\r\n{lines}"))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &["Host: localhost"])
    }

    /// `GET` with more header lines.
    pub(crate) fn get_with(&self, path: &str, line: &str) -> Answer {
        self.ask("GET", path, &["Host: localhost", line])
    }

    pub(crate) fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        Connection::open(self).answer(request)
    }
}

pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
