//! Linux's `/proc/net/tcp`, where the kernel has no `sock_diag`.

use std::fs;

use super::Socket;

/// `TCP_LISTEN`
const LISTEN: &str = "0A";

/// All listening TCP sockets. Blocks, for 1 ms or more.
pub(super) fn listening() -> Vec<Socket> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let read = |table: &&str| fs::read_to_string(table).ok();
    tables
        .iter()
        .filter_map(read)
        .flat_map(|table| parse(&table))
        .collect()
}

fn parse(table: &str) -> Vec<Socket> {
    table.lines().skip(1).filter_map(socket).collect()
}

/// `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`
fn socket(line: &str) -> Option<Socket> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (_, port) = fields.get(1)?.rsplit_once(':')?;
    (*fields.get(3)? == LISTEN).then_some(())?;
    Some(Socket {
        port: u16::from_str_radix(port, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_are_read() {
        let table = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 1002 1 0 20 4 30 10 -1
   2: 00000000000000000000000001000000:2725 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1003 1 0 100 0 0 10 0
   3: broken
";
        let socket = |port, inode| Socket { port, inode };
        assert_eq!(parse(table), [socket(8080, 1001), socket(10021, 1003)]);
        assert_eq!(parse(""), []);
    }

    #[test]
    fn both_ways_tell_the_same() -> std::io::Result<()> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let ours = |sockets: Vec<Socket>| {
            let mut ours = sockets;
            ours.retain(|socket| socket.port == port);
            ours
        };
        let told = ours(listening());
        assert_eq!(told.len(), 1);
        assert_eq!(ours(super::super::diag::listening()?), told);
        Ok(())
    }
}
