//! Who is at the other end of a connection.

use std::io;
use std::net::IpAddr;

use tokio::net::TcpStream;

/// The addresses at both ends of the connection that a request came over.
///
/// It stands among the request's extensions where our own server has accepted the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    other: IpAddr,
    own: IpAddr,
}

impl Peer {
    /// Of this connection.
    pub(crate) fn of(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self {
            other: stream.peer_addr()?.ip(),
            own: stream.local_addr()?.ip(),
        })
    }
}

#[cfg_attr(
    not(feature = "supervisor"),
    expect(dead_code, reason = "only restarts ask")
)]
impl Peer {
    /// Whether it is this machine, by whichever of its addresses.
    ///
    /// Nobody else can come from the address that was connected to: the answers would not leave us.
    pub(crate) fn is_this_machine(self) -> bool {
        let other = self.other.to_canonical();
        other.is_loopback() || other == self.own.to_canonical()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn this_machine() {
        for (other, own, is) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.9.9.9", "127.0.0.1", true),
            ("::1", "::1", true),
            ("::ffff:127.0.0.1", "::1", true),
            ("192.168.1.5", "192.168.1.5", true),
            ("192.168.1.5", "::ffff:192.168.1.5", true),
            ("192.168.1.5", "192.168.1.6", false),
            ("::ffff:192.168.1.5", "192.168.1.6", false),
            ("fe80::1", "fe80::2", false),
        ] {
            let peer = Peer {
                other: other.parse().unwrap(),
                own: own.parse().unwrap(),
            };
            assert_eq!(peer.is_this_machine(), is, "{other} {own}");
        }
    }
}
