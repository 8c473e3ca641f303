//! What it answers.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::exit;
use std::sync::Arc;
use std::thread;

use socket2::{Domain, Socket, Type};

pub(super) fn listen(port: u16, reuse: bool) -> TcpListener {
    let socket = bind(port, reuse);
    socket.listen(64).unwrap();
    socket.into()
}

/// Says so, as servers do, where the port is not to be had.
pub(super) fn bind(port: u16, reuse: bool) -> Socket {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    if cfg!(unix) {
        socket.set_reuse_address(reuse).unwrap();
    }
    match socket.bind(&address.into()) {
        Ok(()) => socket,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            eprintln!("cannot listen on {address}: address already in use");
            exit(1);
        }
        Err(error) => panic!("{address}: {error}"),
    }
}

/// How it answers.
pub(super) struct Service {
    pub(super) answer: String,
    /// 503 until this is there.
    pub(super) gate: Option<PathBuf>,
    /// Ends when it is asked for `/reload`.
    pub(super) worker: bool,
}

impl Service {
    pub(super) fn run(self, listener: TcpListener) {
        let service = Arc::new(self);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let service = Arc::clone(&service);
                thread::spawn(move || service.reply(stream));
            }
        });
    }

    fn reply(&self, mut stream: TcpStream) {
        let mut head = [0; 4096];
        let Ok(count @ 1..) = stream.read(&mut head) else {
            return;
        };
        let head = String::from_utf8_lossy(&head[..count]);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (status, body) = self.answer(path);
        let length = body.len();
        let _ = write!(
            stream,
            "HTTP/1.1 {status} Told\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        if self.worker && path == "/reload" {
            drop(stream);
            exit(3);
        }
    }

    fn answer(&self, path: &str) -> (u16, String) {
        if let Some(name) = path.strip_prefix("/env/") {
            return match std::env::var(name) {
                Ok(value) => (200, value),
                Err(_) => (404, String::new()),
            };
        }
        let status = match &self.gate {
            Some(gate) if !gate.exists() => 503,
            _ => 200,
        };
        match path {
            "/pid" => (status, std::process::id().to_string()),
            _ => (status, self.answer.clone()),
        }
    }
}

/// Starts a worker with this socket as its standard input, again whenever one has ended. As with uvicorn the
/// worker is the one that listens; the socket stays open, and so do connections that nobody accepts yet.
#[cfg(unix)]
pub(super) fn keep_worker(socket: &Socket) {
    loop {
        let socket = std::os::fd::OwnedFd::from(socket.try_clone().unwrap());
        let mut worker = super::by_hand("worker role=worker");
        worker.stdin(socket).spawn().unwrap().wait().unwrap();
    }
}

#[cfg(not(unix))]
pub(super) fn keep_worker(_: &Socket) {}

#[cfg(unix)]
pub(super) fn inherited() -> TcpListener {
    use std::os::fd::AsFd;

    let stdin = std::io::stdin();
    let socket = Socket::from(stdin.as_fd().try_clone_to_owned().unwrap());
    socket.listen(64).unwrap();
    socket.into()
}

#[cfg(not(unix))]
pub(super) fn inherited() -> TcpListener {
    listen(0, true)
}
