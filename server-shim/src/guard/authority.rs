//! The `host[:port]` of a `Host` header or an origin.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Longest name that DNS knows, in characters.
const LONGEST_NAME: usize = 253;

/// A host, its name in lower case and without a dot at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Address(IpAddr),
    Name(String),
}

impl Host {
    /// Reads `host` or `host:port`. `None` where that is malformed.
    pub(super) fn of_authority(authority: &str) -> Option<Self> {
        let (host, port) = split_port(authority)?;
        let valid = port.is_empty() || (is_digits(port) && port.parse::<u16>().is_ok());
        valid.then_some(())?;
        Self::parse(host)
    }

    /// Reads a host without a port.
    pub(super) fn parse(host: &str) -> Option<Self> {
        if let Some(inner) = host.strip_prefix('[') {
            let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(address.to_canonical()));
        }
        if let Ok(address) = host.parse() {
            return Some(Self::Address(IpAddr::V4(address)));
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        is_name(name).then(|| Self::Name(name.to_ascii_lowercase()))
    }

    /// Whether it can only mean this machine.
    pub(super) fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// Splits at the colon that is not inside brackets.
fn split_port(authority: &str) -> Option<(&str, &str)> {
    let Some(end) = authority.find(']') else {
        return Some(authority.split_once(':').unwrap_or((authority, "")));
    };
    let (host, rest) = authority.split_at(end + 1);
    match rest {
        "" => Some((host, "")),
        _ => Some((host, rest.strip_prefix(':')?)),
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() <= LONGEST_NAME
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(letter))
}
