//! Where the attached backend is.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::supervisor::Attach;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// See the [module](self).
#[derive(Clone, Debug)]
pub(super) struct Target {
    host: String,
    port: u16,
}

impl Target {
    pub(super) fn new(attach: &Attach) -> Self {
        Self {
            host: attach.host.trim_matches(['[', ']']).to_owned(),
            port: attach.port,
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// As it stands in an HTTP request.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Its addresses; a name is looked up each time.
    pub(super) async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let ips = match self.host.parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => loopback.to_vec(),
            Ok(ip) => vec![ip],
            Err(_) if self.host.eq_ignore_ascii_case("localhost") => loopback.to_vec(),
            Err(_) => {
                let found = lookup_host((self.host.as_str(), self.port)).await?;
                found.map(|address| address.ip()).collect()
            }
        };
        Ok(ips
            .into_iter()
            .map(|ip| SocketAddr::new(ip, self.port))
            .collect())
    }

    /// Whether it is on this machine, so that the system may tell who listens: only an address of
    /// our own can be bound.
    pub(super) async fn is_here(&self) -> bool {
        let addresses = self.addresses().await.unwrap_or_default();
        addresses
            .iter()
            .any(|it| UdpSocket::bind((it.ip(), 0)).is_ok())
    }

    /// A connection to the first address that accepts.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        connect(&self.addresses().await?).await
    }
}

/// A connection to the first that accepts.
///
/// # Errors
/// What the last one says; [`io::ErrorKind::TimedOut`] after 5 s.
pub(super) async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    timeout(CONNECT_TIMEOUT, TcpStream::connect(addresses)).await?
}
