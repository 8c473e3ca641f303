//! A plain HTTP request.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{GLANCE, PATIENCE};

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The head, status line included.
    pub head: String,
    /// The body as it came.
    pub body: String,
}

/// Asks `127.0.0.1:port` for `path`.
///
/// # Errors
///
/// When the server can't be reached, is silent for 5 s, or does not speak HTTP.
pub async fn get(port: u16, path: &str) -> io::Result<Answer> {
    timeout(Duration::from_secs(5), exchange(port, path)).await?
}

async fn exchange(port: u16, path: &str) -> io::Result<Answer> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    while !is_whole(&bytes) && socket.read_buf(&mut bytes).await? > 0 {}
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Whether as much has come as the head announces. Some drivers don't close what they should.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    length
        .and_then(|length| length.trim().parse().ok())
        .is_some_and(|length| body.len() >= length)
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Waits until `127.0.0.1:port` answers a request for `path`, whatever the status.
pub async fn until_answered(port: u16, path: &str) -> Answer {
    let asked = async {
        loop {
            if let Ok(answer) = get(port, path).await {
                return answer;
            }
            tokio::time::sleep(GLANCE / 5).await;
        }
    };
    let answered = timeout(PATIENCE, asked).await;
    answered.unwrap_or_else(|_| panic!("port {port} does not answer {path}"))
}
