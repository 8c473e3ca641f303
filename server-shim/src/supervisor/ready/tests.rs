//! With real processes.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU16, Ordering};

use regex::Regex;

use super::super::http::tests::server;
use super::*;
use crate::supervisor::process::Running;
use crate::supervisor::process::tests::{pending, program, soon, start, words};

fn python(lines: &str) -> (Group, Running, Output) {
    let output = Output::mute();
    let (group, running) = start(&program(words(&["python3", "-c", lines])), &output);
    (group, running, output)
}

/// Opens each port when a line comes on a pipe, so that the test decides when.
fn opener(ports: &[u16], fifo: &std::path::Path) -> String {
    let fifo = fifo.display();
    format!(
        "import socket\nopen_ones = []\nwith open('{fifo}') as go:\n  for port in {ports:?}:\n    go.readline()\n    open_ones.append(socket.create_server(('127.0.0.1', port)))\nimport time; time.sleep(1000)"
    )
}

struct Fifo {
    folder: tempfile::TempDir,
}

impl Fifo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fifo = Self { folder };
        rustix::fs::mkfifoat(rustix::fs::CWD, fifo.path(), rustix::fs::Mode::RWXU).unwrap();
        fifo
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("go")
    }

    async fn open(&self) -> std::fs::File {
        let path = self.path();
        let open = move || std::fs::File::options().write(true).open(path).unwrap();
        soon(tokio::task::spawn_blocking(open)).await.unwrap()
    }
}

fn go(file: &mut std::fs::File) {
    std::io::Write::write_all(file, b"go\n").unwrap();
}

/// Ports below those that the system gives out, which nobody has just now; no two tests get the same.
fn fixed_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let all = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed));
    let mut ports = all.filter(free);
    std::array::from_fn(|_| ports.next().unwrap())
}

#[tokio::test]
async fn the_first_port_of_the_group_is_found_without_being_told() {
    let lines = "import os, socket, time\nif os.fork(): time.sleep(1000)\nserver = socket.create_server(('127.0.0.1', 0))\nprint(server.getsockname()[1], os.getpid(), flush=True)\ntime.sleep(1000)";
    let (group, _running, output) = python(lines);
    let probe = Probe::new(&Ready::Listens);
    assert_eq!(probe.awaited(), "nothing listens yet");
    let ready = soon(probe.wait(&group, &output, &[])).await;
    let line = soon(output.watch_lines().next()).await;
    let told: Vec<u32> = line.split(' ').map(|it| it.parse().unwrap()).collect();
    assert_eq!(
        ready.ports,
        BTreeSet::from([u16::try_from(told[0]).unwrap()])
    );
    assert_eq!(ready.owners, BTreeSet::from([told[1]]));
}

#[tokio::test]
async fn a_group_that_never_listens_is_never_ready() {
    let [port] = fixed_ports();
    let _listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let (group, _running, output) = python("import time; time.sleep(1000)");
    let probe = Probe::new(&Ready::Listens);
    // Nor by a port that somebody else listens on.
    assert!(pending(probe.wait(&group, &output, &[port])).await);
    assert_eq!(probe.awaited(), "nothing listens yet");
}

#[tokio::test]
async fn ports_of_the_run_before_are_waited_for() {
    let ports: [u16; 2] = fixed_ports();
    let fifo = Fifo::new();
    let (group, _running, output) = python(&opener(&ports, &fifo.path()));
    let mut file = fifo.open().await;
    let probe = Probe::new(&Ready::Listens);
    let mut wait = Box::pin(probe.wait(&group, &output, &ports));
    go(&mut file);
    let expected = format!(
        "nothing listens on port `{}` yet, as before the restart",
        ports[1]
    );
    let seen = async {
        while probe.awaited() != expected {
            assert!(pending(&mut wait).await, "it is ready too early");
        }
    };
    soon(seen).await;
    go(&mut file);
    assert_eq!(soon(wait).await.ports, BTreeSet::from(ports));
}

#[tokio::test]
async fn without_a_run_before_the_first_port_counts() {
    let ports: [u16; 2] = fixed_ports();
    let fifo = Fifo::new();
    let (group, _running, output) = python(&opener(&ports, &fifo.path()));
    let mut file = fifo.open().await;
    go(&mut file);
    let ready = soon(Probe::new(&Ready::Listens).wait(&group, &output, &[])).await;
    assert_eq!(ready.ports, BTreeSet::from([ports[0]]));
    // Said which one it is, it is waited for.
    let tcp = Ready::Tcp(vec![([127, 0, 0, 1], ports[1]).into()]);
    let probe = Probe::new(&tcp);
    let mut wait = Box::pin(probe.wait(&group, &output, &[]));
    assert!(pending(&mut wait).await);
    assert_eq!(
        probe.awaited(),
        format!("nothing listens on `127.0.0.1:{}` yet", ports[1])
    );
    go(&mut file);
    let ready = soon(wait).await;
    assert_eq!(ready.ports, BTreeSet::from([ports[1]]));
    assert_eq!(ready.owners, BTreeSet::from([group.pid()]));
}

#[tokio::test]
async fn http_is_ready_by_2xx_or_3xx_only() {
    let (group, _running, output) = python("import time; time.sleep(1000)");
    for last in ["204 None", "302 Found"] {
        let answer = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        let answers = ["503 Busy", "404 Not Found", last].map(answer).to_vec();
        let (port, served) = server([vec![String::new()], answers].concat()).await;
        let probe = Probe::new(&Ready::Http(
            format!("http://127.0.0.1:{port}/h").parse().unwrap(),
        ));
        let ready = soon(probe.wait(&group, &output, &[])).await;
        assert_eq!(ready.ports, BTreeSet::from([port]));
        assert_eq!(
            ready.owners,
            BTreeSet::new(),
            "the test itself is not of the group"
        );
        assert_eq!(
            probe.awaited(),
            format!("`http://127.0.0.1:{port}/h` answers 404")
        );
        served.await.unwrap();
        assert!(pending(probe.wait(&group, &output, &[])).await);
        let refused = format!("`http://127.0.0.1:{port}/h` refuses the connection");
        assert_eq!(probe.awaited(), refused);
    }
}

#[tokio::test]
async fn a_line_counts_that_was_written_before_the_wait() {
    let (group, _running, output) =
        python("print('\\033[1mserving\\033[0m on 1', flush=True)\nimport time; time.sleep(1000)");
    soon(output.watch_lines().next()).await;
    let probe = |regex: &str| Probe::new(&Ready::Log(Regex::new(regex).unwrap()));
    assert_eq!(
        soon(probe("^serving on").wait(&group, &output, &[])).await,
        IsReady::default()
    );
    let other = probe("never");
    assert!(pending(other.wait(&group, &output, &[])).await);
    assert_eq!(other.awaited(), "no line matches `never` yet");
    output.clear();
    assert!(
        pending(probe("serving").wait(&group, &output, &[])).await,
        "of the run before"
    );
}

#[tokio::test]
async fn a_listener_that_changes_hands_is_seen() {
    // A parent that owns the socket too, and replaces its worker whenever that ends.
    let lines = "import os, socket, time\nserver = socket.create_server(('127.0.0.1', 0))\nwhile True:\n  child = os.fork()\n  if child == 0:\n    print(os.getpid(), flush=True); time.sleep(1000)\n  os.waitpid(child, 0)";
    let (group, _running, output) = python(lines);
    let ready = soon(Probe::new(&Ready::Listens).wait(&group, &output, &[])).await;
    let mut lines = output.watch_lines();
    let mut worker: u32 = soon(lines.next()).await.parse().unwrap();
    let mut hand_overs = HandOvers::new(&group, &ready).await;
    for _ in 0..2 {
        let mut over = Box::pin(hand_overs.next());
        assert!(pending(&mut over).await, "nothing has changed");
        let pid = rustix::process::Pid::from_raw(i32::try_from(worker).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        worker = soon(lines.next()).await.parse().unwrap();
        let after = soon(over).await;
        assert_eq!(after.owners, BTreeSet::from([group.pid(), worker]));
        assert_eq!(after.ports, ready.ports);
    }
    // One that nobody waited for is found later.
    let pid = rustix::process::Pid::from_raw(i32::try_from(worker).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    worker = soon(lines.next()).await.parse().unwrap();
    let after = soon(hand_overs.next()).await;
    assert_eq!(after.owners, BTreeSet::from([group.pid(), worker]));
}
