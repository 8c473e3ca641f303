//! A signal → the exit, beside many open streams.

use std::time::Instant;

use rustix::process::{Resource, getrlimit};
use server_reload_e2e::shim::Shim;
use server_reload_protocol::event;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};

use crate::figures::Figures;
use crate::options::Options;
use crate::probe::{Question, id_in};
use crate::report::{Section, grouped, milliseconds};

/// Files that a process opens beside the streams, generously.
const OTHER_FILES: u64 = 100;

/// Ends a shim with open streams, again and again.
pub(crate) async fn measure(options: &Options) -> Section {
    let streams = options.streams;
    let title = format!("signal → exit, ms, {} open streams", grouped(streams));
    let mut section = Section::new("ending", &title);
    if let Some(limit) = too_few_files(streams) {
        section.note(format!(
            "skipped: a process may open {limit} files only; to allow more: ulimit -n {}",
            streams as u64 + OTHER_FILES
        ));
        return section;
    }
    let (mut exits, mut last_ends, mut whole) = (Figures::default(), Figures::default(), 0);
    let mut shim = Shim::serve(&[]).await;
    for repeat in 1..=options.repeats {
        let once = end(&mut shim, streams).await;
        eprintln!(
            "ending {repeat} of {}: {:.1} ms",
            options.repeats, once.exit
        );
        exits.add(once.exit);
        last_ends.add(once.last_end);
        whole += once.whole;
        shim.start().await;
    }
    section.figures("signal → exit", &exits, milliseconds);
    section.figures("signal → end of the last stream", &last_ends, milliseconds);
    let all = streams * options.repeats as usize;
    section.value(
        "streams with `shutdown`, `done` and an end",
        whole,
        format!("{} of {}", grouped(whole), grouped(all)),
    );
    section
}

/// The limit of open files, where it is too low for `streams`.
fn too_few_files(streams: usize) -> Option<u64> {
    let limit = getrlimit(Resource::Nofile).current?;
    (limit < streams as u64 + OTHER_FILES).then_some(limit)
}

/// What one signal did. Times are in milliseconds since the signal.
struct Ending {
    exit: f64,
    last_end: f64,
    whole: usize,
}

async fn end(shim: &mut Shim, streams: usize) -> Ending {
    let readers = open(shim.port(), streams).await;
    shim.wait_for_streams(streams).await;
    let signal = Instant::now();
    let stopping = tokio::task::block_in_place(|| {
        shim.stop();
        signal.elapsed()
    });
    let (mut last_end, mut whole) = (signal, 0);
    for reader in readers {
        let heard = reader.await.expect("a reader that does not panic");
        last_end = last_end.max(heard.ended);
        whole += usize::from(heard.is_whole());
    }
    Ending {
        exit: stopping.as_secs_f64() * 1000.0,
        last_end: (last_end - signal).as_secs_f64() * 1000.0,
        whole,
    }
}

/// Opens streams, each of which has delivered its id.
async fn open(port: u16, streams: usize) -> Vec<JoinHandle<Heard>> {
    let mut opening = JoinSet::new();
    for _ in 0..streams {
        opening.spawn(listen(port));
    }
    let opened = opening.join_all().await;
    opened.into_iter().map(tokio::spawn).collect()
}

/// All that a stream said, and when it ended.
struct Heard {
    text: String,
    ended: Instant,
}

impl Heard {
    /// Whether it was told why it ends, and ended as HTTP wants it.
    fn is_whole(&self) -> bool {
        let place = |name| self.text.find(&format!("event: {name}\n"));
        let told = match (place(event::SHUTDOWN), place(event::DONE)) {
            (Some(shutdown), Some(done)) => shutdown < done,
            _ => false,
        };
        told && self.text.ends_with("\r\n0\r\n\r\n")
    }
}

/// Connects, reads to the id, and gives what reads the rest.
async fn listen(port: u16) -> impl Future<Output = Heard> {
    let connected = TcpStream::connect(("127.0.0.1", port)).await;
    let mut stream = connected.expect("a connection");
    let asked = stream
        .write_all(Question::Stream.request(port).as_bytes())
        .await;
    asked.expect("a request");
    let mut bytes = Vec::new();
    while id_in(&String::from_utf8_lossy(&bytes)).is_none() {
        let read = stream.read_buf(&mut bytes).await.expect("a stream");
        assert!(read > 0, "a stream ended before its id");
    }
    async move {
        // A reset ends it too, and is then not whole.
        let _ = stream.read_to_end(&mut bytes).await;
        Heard {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            ended: Instant::now(),
        }
    }
}
