//! From host names to listening sockets, all on one port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, lookup_host};

use super::error::Error;
use super::holder::Holder;
use crate::guard::HostPattern;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// How often a port that is free for the first address may be taken for the second.
const FREE_PORT_ATTEMPTS: u32 = 32;

/// A value of `--host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// Both loopback addresses.
    Localhost,
    /// With the port 0, and the interface of an IPv6 address that is local to one.
    Address(SocketAddr),
    Name(String),
}

impl Host {
    /// A name to listen on is a name to be asked for.
    pub(super) fn pattern(&self) -> Option<HostPattern> {
        match self {
            Self::Name(name) => name.parse().ok(),
            Self::Localhost | Self::Address(_) => None,
        }
    }

    async fn targets(&self) -> Result<Vec<Target>, Error> {
        let target = |address, optional| Target { address, optional };
        match self {
            Self::Localhost => Ok(vec![
                target((Ipv4Addr::LOCALHOST, 0).into(), true),
                target((Ipv6Addr::LOCALHOST, 0).into(), true),
            ]),
            Self::Address(address) => Ok(vec![target(*address, false)]),
            Self::Name(name) => match lookup_host((name.as_str(), 0)).await {
                Ok(found) => Ok(found.map(|address| target(address, true)).collect()),
                Err(source) => Err(Error::UnknownHost {
                    host: name.clone(),
                    source,
                }),
            },
        }
    }

    /// As it stands in a URL that this machine opens.
    fn in_url(&self) -> String {
        match self {
            Self::Localhost => "localhost".to_owned(),
            Self::Address(address) if address.ip().is_unspecified() => "localhost".to_owned(),
            Self::Address(address) => in_url(address.ip()),
            Self::Name(name) => name.clone(),
        }
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let bare = given
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let bare = bare.unwrap_or(given);
        let scoped = || format!("[{bare}]:0").parse().ok();
        if let Some(address) = bare
            .parse()
            .map(|ip: IpAddr| (ip, 0).into())
            .ok()
            .or_else(scoped)
        {
            return Ok(Self::Address(address));
        }
        if given.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost);
        }
        match given.parse::<HostPattern>() {
            Ok(_) if !given.starts_with(['*', '.']) => Ok(Self::Name(given.to_owned())),
            _ => Err(format!(
                "`{given}` is neither an address nor a host name; give one such as `localhost` or `0.0.0.0`"
            )),
        }
    }
}

/// An address as it stands in a URL.
fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// An address to listen on.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// Its port does not count.
    address: SocketAddr,
    /// Skipped quietly where the machine has no such address.
    optional: bool,
}

/// The sockets that we listen on.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) listeners: Vec<TcpListener>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) port: u16,
    /// Whether the port was left to us.
    pub(super) chosen: bool,
    host: String,
}

impl Bound {
    /// Listens on all hosts at one port; with port 0, at one that is free on all of them.
    pub(super) async fn new(hosts: &[Host], port: u16) -> Result<Self, Error> {
        let mut targets: Vec<Target> = Vec::new();
        for host in hosts {
            for target in host.targets().await? {
                if targets.iter().all(|known| known.address != target.address) {
                    targets.push(target);
                }
            }
        }
        let listeners = listen(&targets, port)?;
        let addresses = listeners.iter().map(TcpListener::local_addr);
        let addresses: Vec<SocketAddr> = addresses
            .collect::<io::Result<_>>()
            .map_err(Error::Runtime)?;
        Ok(Self {
            listeners,
            port: addresses.first().map_or(port, SocketAddr::port),
            addresses: addresses.iter().map(SocketAddr::ip).collect(),
            chosen: port == 0,
            host: hosts.first().map_or_else(String::new, Host::in_url),
        })
    }

    /// The URL of the first page, for a browser on this machine.
    pub(super) fn url(&self) -> String {
        format!("http://{}:{}/", self.host, self.port)
    }
}

/// Whether others than this machine can reach who listens there.
pub(super) fn is_wide(addresses: &[IpAddr]) -> bool {
    let mut addresses = addresses.iter().map(IpAddr::to_canonical);
    addresses.any(|address| !address.is_loopback())
}

/// The URL of the first page by an address of this machine.
pub(super) fn url_of(address: IpAddr, port: u16) -> String {
    format!("http://{}:{port}/", in_url(address))
}

fn listen(targets: &[Target], port: u16) -> Result<Vec<TcpListener>, Error> {
    let attempts = if port == 0 { FREE_PORT_ATTEMPTS } else { 1 };
    let mut result = listen_once(targets, port);
    for _ in 1..attempts {
        match result {
            Err(Error::PortTaken { .. }) => result = listen_once(targets, port),
            other => return other,
        }
    }
    result
}

fn listen_once(targets: &[Target], mut port: u16) -> Result<Vec<TcpListener>, Error> {
    // Where both are asked for, the IPv6 wildcard would otherwise take the place of the IPv4 one.
    let only_v6 = targets
        .iter()
        .any(|target| target.address.ip() == Ipv4Addr::UNSPECIFIED);
    let mut listeners = Vec::new();
    let mut missing = None;
    for target in targets {
        let mut address = target.address;
        address.set_port(port);
        match listen_on(address, only_v6) {
            Ok(listener) => {
                port = listener.local_addr().map_err(Error::Runtime)?.port();
                listeners.push(listener);
            }
            Err(source) if source.kind() == io::ErrorKind::AddrInUse => {
                // Before the holder is looked for, so that it is not found among ours.
                drop(listeners);
                let holder = Holder::of(address);
                return Err(Error::PortTaken { port, holder });
            }
            Err(source) if target.optional && is_not_ours(&source) => {
                tracing::debug!("does not listen on `{address}`: {source}");
                missing = Some(Error::Bind { address, source });
            }
            Err(source) => return Err(Error::Bind { address, source }),
        }
    }
    match missing {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

/// This machine has no such address, or nothing of its family.
fn is_not_ours(error: &io::Error) -> bool {
    #[cfg(unix)]
    const NO_SUCH_FAMILY: i32 = libc::EAFNOSUPPORT;
    #[cfg(not(unix))]
    const NO_SUCH_FAMILY: i32 = 10_047;
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(NO_SUCH_FAMILY)
}

fn listen_on(address: SocketAddr, only_v6: bool) -> io::Result<TcpListener> {
    // Other systems than Linux let a loopback address be taken from under somebody's wildcard.
    #[cfg(all(unix, not(target_os = "linux")))]
    if address.port() != 0 && address.ip().is_loopback() && answers(address) {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Unix a restarted shim may take over a port whose last connections linger. On Windows the
    // same option would let two processes share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(only_v6)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn answers(address: SocketAddr) -> bool {
    let patience = std::time::Duration::from_millis(200);
    std::net::TcpStream::connect_timeout(&address, patience).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!("LOCALHOST".parse(), Ok(Host::Localhost));
        assert_eq!(
            "[::1]".parse(),
            Ok(Host::Address((Ipv6Addr::LOCALHOST, 0).into()))
        );
        assert_eq!(
            "::".parse(),
            Ok(Host::Address((Ipv6Addr::UNSPECIFIED, 0).into()))
        );
        let scoped = "fe80::1%2".parse();
        assert!(
            matches!(scoped, Ok(Host::Address(SocketAddr::V6(address))) if address.scope_id() == 2)
        );
        assert_eq!(
            "dev-laptop".parse(),
            Ok(Host::Name("dev-laptop".to_owned()))
        );
        for given in ["", "*", "*.a", ".a", "a b", "http://a", "a:1"] {
            assert!(given.parse::<Host>().is_err(), "{given}");
        }
    }

    #[tokio::test]
    async fn both_families_have_one_port() -> Result<(), Error> {
        let bound = Bound::new(&[Host::Localhost], 0).await?;
        for listener in &bound.listeners {
            assert_eq!(
                listener.local_addr().ok().map(|local| local.port()),
                Some(bound.port)
            );
        }
        assert_eq!(bound.url(), format!("http://localhost:{}/", bound.port));
        Ok(())
    }

    #[tokio::test]
    async fn both_wildcards_have_one_port() -> Result<(), Error> {
        let hosts = ["0.0.0.0", "::"].map(|host| host.parse().unwrap_or(Host::Localhost));
        // A machine without IPv6 has no second wildcard.
        match Bound::new(&hosts, 0).await {
            Ok(bound) => assert_eq!(bound.addresses.len(), 2),
            Err(error) => assert!(matches!(error, Error::Bind { .. }), "{error}"),
        }
        Ok(())
    }
}
