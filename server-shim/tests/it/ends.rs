//! How it ends: within bounds, whatever its clients do.

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::Signal;

use crate::http::{Answer, Connection, find};
use crate::shim::{DEADLINE, Running, Shim};

/// Far over the bound of 100 ms, far under the grace of these tests.
const SOON: Duration = Duration::from_secs(2);

/// More than all buffers on the way hold.
const LARGE: u64 = 64 * 1024 * 1024;

fn with_grace(grace: &str) -> Shim {
    Shim::builder().args(&["--grace", grace]).start()
}

fn half_head(shim: &Shim) -> Connection {
    let mut connection = Connection::open(shim);
    connection.send("GET / HTTP/1.1\r\nHost: local");
    connection
}

/// A download of which the first bytes have come.
fn download(shim: &Shim, len: u64) -> Connection {
    let file = File::create(shim.path("large.bin")).unwrap();
    file.set_len(len).unwrap();
    let mut download = Connection::open(shim);
    download.send("GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    download.until("\r\n\r\n");
    download
}

fn until_refused(shim: &Shim) {
    let deadline = Instant::now() + DEADLINE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, shim.port)).is_ok() {
        assert!(Instant::now() < deadline, "still accepts");
    }
}

#[test]
fn a_stream_is_told_and_ended() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut shim = with_grace("30s");
        let mut stream = Connection::events(&shim);
        stream.until("event: hello");
        let began = Instant::now();
        shim.signal(signal);
        let reason = if signal == Signal::INT {
            "SIGINT"
        } else {
            "SIGTERM"
        };
        let shutdown =
            format!("event: shutdown\ndata: {{\"reason\":\"{reason}\",\"retry_ms\":1000}}\n\n");
        stream.until(&format!("{shutdown}event: done\ndata: {{}}\n\n"));
        assert_eq!(stream.rest(), b"\r\n0\r\n\r\n");
        assert_eq!(shim.wait().code(), Some(0));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        shim.line(&format!("stopped by {reason}: 1 stream ended"));
    }
}

#[test]
fn two_hundred_streams_are_told_and_ended() {
    let mut shim = with_grace("30s");
    let mut streams: Vec<_> = (0..200).map(|_| Connection::events(&shim)).collect();
    for stream in &mut streams {
        stream.until("event: hello");
    }
    shim.signal(Signal::TERM);
    for stream in &mut streams {
        stream.until("event: done\ndata: {}\n\n");
        assert_eq!(stream.rest(), b"\r\n0\r\n\r\n");
    }
    assert_eq!(shim.wait().code(), Some(0));
    shim.line("200 streams ended");
}

#[test]
fn clients_that_hang_do_not_hold_the_exit() {
    let mut shim = with_grace("30s");
    let _never_reads = Connection::events(&shim);
    let _half = half_head(&shim);
    let _silent = Connection::open(&shim);
    let mut idle = Connection::open(&shim);
    idle.send("GET /reload.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
    idle.until("\r\n\r\n");
    let mut second_half = Connection::open(&shim);
    second_half.send("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT");
    second_half.until("looked for");

    let mut reads = Connection::events(&shim);
    reads.until("event: hello");

    shim.signal(Signal::TERM);
    reads.until("event: done");
    assert_eq!(shim.wait().code(), Some(0));
    // The bound is 100 ms; the rest is slack for a machine that is busy.
    let line = shim.line("stopped by SIGTERM: 2 streams ended, ");
    let took = line.rsplit("ended, ").next().unwrap();
    let took: u64 = took.trim_end_matches(" ms").parse().unwrap();
    assert!(took < 600, "{line}");
}

#[test]
fn a_download_keeps_the_grace() {
    // The larger is read while it is sent; the smaller is handed to the socket in one piece.
    for len in [LARGE, 1024 * 1024] {
        let mut shim = with_grace("30s");
        let mut download = download(&shim, len);
        let mut half = half_head(&shim);
        shim.signal(Signal::TERM);
        // It is cut when the bound of all but downloads is over.
        half.rest();
        let received = download.rest().len() as u64;
        assert_eq!(received, len);
        assert_eq!(shim.wait().code(), Some(0));
    }
}

#[test]
fn the_grace_is_bounded() {
    let mut shim = with_grace("300ms");
    let _download = download(&shim, LARGE);
    let began = Instant::now();
    shim.signal(Signal::TERM);
    assert_eq!(shim.wait().code(), Some(0));
    let took = began.elapsed();
    assert!(
        (Duration::from_millis(250)..SOON).contains(&took),
        "{took:?}"
    );
}

#[test]
fn a_second_signal_exits_at_once() {
    let mut shim = with_grace("30s");
    let _download = download(&shim, LARGE);
    shim.signal(Signal::INT);
    until_refused(&shim);
    let began = Instant::now();
    shim.signal(Signal::INT);
    assert_eq!(shim.wait().code(), Some(0));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// A test that runs beside this one may be given the port in between, but hardly each time.
#[test]
fn a_restart_takes_the_port_over_at_once() {
    let mut failed = Vec::new();
    while let Err(said) = take_over() {
        failed.push(said);
        assert!(failed.len() < 5, "{failed:?}");
    }
}

fn take_over() -> Result<(), String> {
    let mut old = with_grace("3s");
    let mut stream = Connection::events(&old);
    stream.until("event: hello");
    old.signal(Signal::TERM);
    old.wait();
    let new = Shim::builder().port(old.port).spawn();
    let said = new.line(": ");
    if said.contains(" serves ") {
        Ok(())
    } else {
        Err(said)
    }
}

#[test]
fn too_many_open_files_are_survived() {
    let shim = Shim::builder().after("ulimit -n 32").start();
    let mut held: Vec<_> = (0..60).map(|_| Connection::events(&shim)).collect();
    shim.line("no connection can be accepted");
    held[0].until("event: hello");
    drop(held);
    assert_eq!(shim.get("/reload.js").status, 200);
    let warnings = shim
        .output()
        .matches("no connection can be accepted")
        .count();
    assert!(warnings == 1, "{}", shim.output());
    assert!(find(shim.output().as_bytes(), b"panicked").is_none());
}

#[test]
fn a_reader_that_is_gone_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::shim::binary();
    command.args(["-v", "--port", "0"]).arg(folder.path());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut shim = Running(child.unwrap());
    let port = port_said(&mut shim);
    drop((shim.0.stdout.take(), shim.0.stderr.take()));
    for _ in 0..20 {
        assert_eq!(ask(port).status, 404);
    }
    shim.signal(Signal::TERM);
    assert_eq!(shim.wait().code(), Some(0));
}

#[test]
fn a_reader_that_does_not_read_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::shim::binary();
    command.args(["-v", "--port", "0"]).arg(folder.path());
    let (_unread, full) = full_pipe();
    let child = command.stdout(full).stderr(Stdio::piped()).spawn();
    let mut shim = Running(child.unwrap());
    let port = port_said(&mut shim);
    // More lines than the pipe and the room in front of it take.
    let path = "x".repeat(20_000);
    let mut connection = Connection::to(port);
    for _ in 0..40 {
        connection.send(format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        connection.until("looked for");
        connection.until("\n");
    }
    drop(connection);
    assert_eq!(ask(port).status, 404);
    let began = Instant::now();
    shim.signal(Signal::TERM);
    assert_eq!(shim.wait().code(), Some(0));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// Both ends of a pipe that takes no more.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'x'; 512]).is_ok() {}
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    (reader, writer)
}

/// The port by the first line of the log.
fn port_said(shim: &mut Running) -> u16 {
    let stderr = shim.0.stderr.as_mut().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        stderr.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    let line = String::from_utf8(line).unwrap();
    let address = line.split('`').nth(1).unwrap_or_else(|| panic!("{line}"));
    address.rsplit(':').next().unwrap().parse().unwrap()
}

fn ask(port: u16) -> Answer {
    Connection::to(port)
        .answer("GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}
