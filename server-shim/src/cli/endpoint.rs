//! `[HOST:]PORT`, as it can be typed.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// A host, and a port that is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// A name or an address, an IPv6 one without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Endpoint {
    /// Blocks while a name is looked up.
    pub(super) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        if self.is_localhost() {
            // Not every system knows both by that name.
            let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
            return Ok(vec![(v4, self.port).into(), (v6, self.port).into()]);
        }
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.collect())
    }

    /// Whether it is on this machine for certain.
    pub(super) fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.is_localhost() || address.is_ok_and(|address| address.is_loopback())
    }

    fn is_localhost(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
    }
}

impl FromStr for Endpoint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let bare = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let host = match bare {
            Some(address) => address.parse::<Ipv6Addr>().map_err(drop)?.to_string(),
            None if host.is_empty() => "localhost".to_owned(),
            None => host.to_owned(),
        };
        let is_host = |c: char| !c.is_whitespace() && !"/@?#[]".contains(c);
        // Without brackets an IPv6 address and its port cannot be told apart.
        let whole = host.chars().all(is_host) && (bare.is_some() || !host.contains(':'));
        match port.parse() {
            Ok(port) if whole && port > 0 && !text.contains('+') => Ok(Self { host, port }),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port() {
        for (text, shown) in [
            ("8000", "localhost:8000"),
            (":8000", "localhost:8000"),
            (" dev-laptop:80 ", "dev-laptop:80"),
            ("127.0.0.1:8000", "127.0.0.1:8000"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            let endpoint: Result<Endpoint, ()> = text.parse();
            let found = endpoint.map(|endpoint| endpoint.to_string());
            assert_eq!(found.as_deref(), Ok(shown));
        }
        let wrong =
            "|0|x|+80|65536|::1:80|[x]:80|a b:80|http://localhost:8000|localhost:8000/|u@h:80";
        for text in wrong.split('|') {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn localhost_is_both_addresses() -> io::Result<()> {
        let here = Endpoint {
            host: "LocalHost".to_owned(),
            port: 80,
        };
        let shown: Vec<String> = here.addresses()?.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["127.0.0.1:80", "[::1]:80"]);
        assert!(here.is_loopback());
        Ok(())
    }
}
