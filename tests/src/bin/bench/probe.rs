//! Who sees a new process's first answer as soon as anybody can.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use server_reload_e2e::PATIENCE;
use server_reload_protocol::path;

use crate::clock;

/// Between two attempts while connections are refused.
const PAUSE: Duration = Duration::from_micros(500);

/// Holds a connection to a server, and asks again from the moment it ends.
///
/// A server that keeps its listening socket over a restart finds the question waiting; where
/// connections are refused, they are tried two thousand times a second.
#[derive(Debug)]
pub(crate) struct Probe(JoinHandle<io::Result<f64>>);

/// What a server is asked for its id.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question {
    /// The event stream, which stays open.
    Stream,
    /// `/started`, a plain text; the connection stays open and idle.
    Started,
}

impl Probe {
    /// Asks the server at `port` of 127.0.0.1 for its stream.
    pub(crate) fn hold(port: u16) -> Self {
        Self::hold_by(Question::Stream, port)
    }

    /// The same with a choice of what is asked.
    pub(crate) fn hold_by(question: Question, port: u16) -> Self {
        let answer = ask(question, port);
        let answer = answer.unwrap_or_else(|error| panic!("no id at port {port}: {error}"));
        Self(thread::spawn(move || outlive(answer, question, port)))
    }

    /// When the next process gave its first answer: milliseconds since the Unix epoch.
    pub(crate) fn first_answer(self) -> f64 {
        let outcome = self.0.join().expect("a probe that does not panic");
        outcome.unwrap_or_else(|error| panic!("the restarted server does not answer: {error}"))
    }
}

/// A connection that has delivered an id.
struct Answer {
    stream: TcpStream,
    id: String,
    at: f64,
}

impl Answer {
    fn wait_for_end(&mut self) {
        let mut rest = [0; 4096];
        while self.stream.read(&mut rest).is_ok_and(|read| read > 0) {}
    }
}

fn outlive(mut old: Answer, question: Question, port: u16) -> io::Result<f64> {
    let deadline = Instant::now() + PATIENCE;
    old.wait_for_end();
    loop {
        let failed = match ask(question, port) {
            Ok(answer) if answer.id != old.id => return Ok(answer.at),
            // Only the connection has ended, as idle ones do after a while.
            Ok(mut answer) => {
                answer.wait_for_end();
                ErrorKind::AlreadyExists.into()
            }
            Err(error) => error,
        };
        if Instant::now() > deadline {
            return Err(failed);
        }
        thread::sleep(PAUSE);
    }
}

/// Asks, and waits for the id.
fn ask(question: Question, port: u16) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(question.request(port).as_bytes())?;
    let (mut text, mut chunk, mut begun) = (String::new(), [0; 4096], None);
    loop {
        let read = stream.read(&mut chunk)?;
        let at = *begun.get_or_insert_with(clock::wall);
        text += &String::from_utf8_lossy(&chunk[..read]);
        if let Some(id) = question.id_in(&text) {
            return Ok(Answer { stream, id, at });
        }
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

impl Question {
    /// The request.
    pub(crate) fn request(self, port: u16) -> String {
        let path = match self {
            Self::Stream => path::EVENTS,
            Self::Started => "/started",
        };
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")
    }

    fn id_in(self, text: &str) -> Option<String> {
        match self {
            Self::Stream => id_in(text),
            Self::Started => started_in(text),
        }
    }
}

/// The body of a plain answer, once its line is whole.
fn started_in(text: &str) -> Option<String> {
    let (_, body) = text.split_once("\r\n\r\n")?;
    body.strip_suffix('\n').map(ToOwned::to_owned)
}

/// The id in a stream's raw text, once its line is whole: the only data that begins with a digit.
pub(crate) fn id_in(text: &str) -> Option<String> {
    let mut data = text.split("\ndata: ").skip(1);
    data.find_map(|rest| {
        let (line, _) = rest.split_once('\n')?;
        line.starts_with(|first: char| first.is_ascii_digit())
            .then(|| line.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_found_among_chunks_and_other_events() {
        let head = "HTTP/1.1 200 OK\r\n\r\n1f\r\n";
        let whole = format!("{head}event: hello\ndata: {{\"id\":\"1.5\"}}\n\ndata: 1.5\n\n\r\n");
        assert_eq!(id_in(&whole).as_deref(), Some("1.5"));
        assert_eq!(id_in(&format!("{head}data: 1.")), None);
    }

    #[test]
    fn plain_answer_is_read_when_whole() {
        assert_eq!(started_in("HTTP/1.1 200 OK\r\n\r\n1."), None);
        let whole = started_in("HTTP/1.1 200 OK\r\n\r\n1.5\n");
        assert_eq!(whole.as_deref(), Some("1.5"));
    }
}
