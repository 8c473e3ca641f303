//! One request and its answer.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::Shared;
use super::rules::{Answer, Kind, Leg};
use crate::GLANCE;

const BAD_GATEWAY: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\n\
                           Content-Length: 12\r\nConnection: close\r\n\r\nbad gateway\n";

pub(super) async fn relay(mut browser: TcpStream, number: u64, shared: &Shared) -> io::Result<()> {
    let Some((request, body)) = read_head(&mut browser).await? else {
        return Ok(());
    };
    let body = read_body(&mut browser, &request, body).await?;
    let kind = Kind::of(&request);
    shared.note(kind, &request);
    shared.tally.send_modify(|tally| tally.ask(kind));
    let leg = shared.rules.lock().expect("an unpoisoned lock")[kind];
    sleep(leg.up).await;
    match leg.answer {
        Answer::Close => Ok(()),
        Answer::BadGateway => browser.write_all(BAD_GATEWAY.as_bytes()).await,
        Answer::Cut => ask((&request, &body), kind, leg, shared).await.map(drop),
        Answer::Pass | Answer::Patient => {
            let (mut server, head, rest) = ask((&request, &body), kind, leg, shared).await?;
            sleep(leg.down).await;
            browser.write_all(head.as_bytes()).await?;
            shared.tally.send_modify(|tally| tally.begin(kind));
            sleep(leg.body).await;
            browser.write_all(&rest).await?;
            let passed = pass_on(&mut server, &mut browser, kind, number, shared).await;
            shared.tally.send_modify(|tally| tally.end(kind));
            passed
        }
    }
}

/// Sends the request up until a server answers it; at once only where the leg is patient.
async fn ask(
    request: (&str, &[u8]),
    kind: Kind,
    leg: Leg,
    shared: &Shared,
) -> io::Result<(TcpStream, String, Vec<u8>)> {
    loop {
        let asked = ask_once(request, shared).await;
        if asked.is_ok() {
            shared.tally.send_modify(|tally| tally.answer(kind));
        }
        if asked.is_ok() || leg.answer != Answer::Patient {
            return asked;
        }
        sleep(GLANCE / 5).await;
    }
}

async fn ask_once(
    (request, body): (&str, &[u8]),
    shared: &Shared,
) -> io::Result<(TcpStream, String, Vec<u8>)> {
    let (port, strip) = {
        let mut rules = shared.rules.lock().expect("an unpoisoned lock");
        (rules.next_upstream(), rules.strip)
    };
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    server.set_nodelay(true)?;
    server.write_all(without(request, None).as_bytes()).await?;
    server.write_all(body).await?;
    let answer = read_head(&mut server).await?;
    let (head, rest) = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok((server, without(&head, strip), rest))
}

/// Passes the body on until one side ends, or for ever and into nowhere once frozen.
async fn pass_on(
    server: &mut TcpStream,
    browser: &mut TcpStream,
    kind: Kind,
    number: u64,
    shared: &Shared,
) -> io::Result<()> {
    let (mut down, mut up) = (vec![0; 16 * 1024], [0; 1024]);
    loop {
        tokio::select! {
            () = shared.ordered(|orders| orders.frozen_to >= number) => break,
            read = server.read(&mut down) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                browser.write_all(&down[..length]).await?;
                if kind == Kind::Stream {
                    shared.tally.send_modify(|tally| tally.stream_pieces += 1);
                }
            }
            read = browser.read(&mut up) => if read? == 0 { return Ok(()) },
        }
    }
    std::future::pending().await
}

/// Reads up to the empty line; gives the head and what came after it. None at a clean end.
async fn read_head(socket: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(Some((String::from_utf8_lossy(&bytes).into_owned(), rest)));
        }
        if socket.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// The rest of a request's body, as long as its head says.
async fn read_body(socket: &mut TcpStream, head: &str, mut body: Vec<u8>) -> io::Result<Vec<u8>> {
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    while body.len() < length.unwrap_or(0) && socket.read_buf(&mut body).await? > 0 {}
    Ok(body)
}

/// The head with `Connection: close`, and without the header named `strip`.
fn without(head: &str, strip: Option<&str>) -> String {
    let dropped = |line: &str| {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        matches!(name.as_str(), "connection" | "keep-alive") || Some(name.as_str()) == strip
    };
    let kept = head.trim_end().split("\r\n").filter(|line| !dropped(line));
    kept.chain(["Connection: close", "", ""])
        .collect::<Vec<_>>()
        .join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn one_header_is_stripped_and_the_connection_closes() {
        let head = "HTTP/1.1 200 OK\r\nServer-Timing: a\r\nConnection: keep-alive\r\nA: b\r\n\r\n";
        let passed = without(head, Some("server-timing"));
        assert_eq!(
            passed,
            "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n"
        );
    }
}
