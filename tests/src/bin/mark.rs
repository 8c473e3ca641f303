//! A backend that does next to nothing: it says when it was started and which save it found in a
//! file, then listens.
//!
//! `mark SOCKET FILE PORT`; it ends when the listener of SOCKET lets go of its connection.
// Like the benchmark that runs it, it reports by panicking.
#![allow(clippy::expect_used)]

#[cfg(unix)]
fn main() {
    // The very first act.
    let started = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    tell(started.tv_sec * 1_000_000_000 + started.tv_nsec);
}

#[cfg(not(unix))]
fn main() {}

/// Says that it was started then, in nanoseconds of the monotonic clock, and stays.
#[cfg(unix)]
fn tell(started: i64) {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::unix::net::UnixStream;
    use std::{env, fs};

    let arguments: Vec<String> = env::args().skip(1).collect();
    let [socket, file, port] = arguments.as_slice() else {
        panic!("usage: mark SOCKET FILE PORT");
    };
    let source = fs::read(file).unwrap_or_default();
    let mut stream = UnixStream::connect(socket).expect("a listening benchmark");
    writeln!(stream, "{started} {}", save_in(&source)).expect("a told start");
    let port: u16 = port.parse().expect("a port");
    let _listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
    let _ = stream.read(&mut [0]);
}

/// The number in the last line, `# end NUMBER`; 0 where the file is not whole.
#[cfg(unix)]
fn save_in(source: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(source);
    let last = text.strip_suffix('\n').and_then(|text| text.lines().last());
    let number = last.and_then(|line| line.strip_prefix("# end "));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
