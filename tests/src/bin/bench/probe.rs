//! Who sees a new process's first answer as soon as anybody can.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use server_reload_e2e::PATIENCE;
use server_reload_protocol::path;

/// Between two attempts while connections are refused.
const PAUSE: Duration = Duration::from_micros(500);

/// Holds a stream to a server, and asks again from the moment it ends.
///
/// A server that keeps its listening socket over a restart finds the question waiting; where
/// connections are refused, they are tried two thousand times a second.
#[derive(Debug)]
pub(crate) struct Probe(JoinHandle<io::Result<f64>>);

impl Probe {
    /// Opens a stream to the server at `port` of 127.0.0.1.
    pub(crate) fn hold(port: u16) -> Self {
        let answer = ask(port).unwrap_or_else(|error| panic!("no stream at port {port}: {error}"));
        Self(thread::spawn(move || outlive(answer, port)))
    }

    /// When the next process gave its first answer: milliseconds since the Unix epoch.
    pub(crate) fn first_answer(self) -> f64 {
        let outcome = self.0.join().expect("a probe that does not panic");
        outcome.unwrap_or_else(|error| panic!("the restarted server does not answer: {error}"))
    }
}

/// A stream that has delivered its id.
struct Answer {
    stream: TcpStream,
    id: String,
    at: f64,
}

fn outlive(mut old: Answer, port: u16) -> io::Result<f64> {
    let mut rest = [0; 4096];
    while old.stream.read(&mut rest).is_ok_and(|read| read > 0) {}
    let deadline = Instant::now() + PATIENCE;
    loop {
        let failed = match ask(port) {
            Ok(answer) if answer.id != old.id => return Ok(answer.at),
            Ok(_) => ErrorKind::AlreadyExists.into(),
            Err(error) => error,
        };
        if Instant::now() > deadline {
            return Err(failed);
        }
        thread::sleep(PAUSE);
    }
}

/// Asks for the stream and waits for its id.
fn ask(port: u16) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request(port).as_bytes())?;
    let (mut text, mut chunk, mut begun) = (String::new(), [0; 4096], None);
    loop {
        let read = stream.read(&mut chunk)?;
        let at = *begun.get_or_insert_with(now);
        text += &String::from_utf8_lossy(&chunk[..read]);
        if let Some(id) = id_in(&text) {
            return Ok(Answer { stream, id, at });
        }
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The stream's request.
pub(crate) fn request(port: u16) -> String {
    format!(
        "GET {} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        path::EVENTS
    )
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

fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("a clock past 1970").as_secs_f64() * 1000.0
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
}
