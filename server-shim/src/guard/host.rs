//! Host names that a flag lets in.

use std::str::FromStr;

use super::authority::Host;

/// A host name to let in: `dev-laptop`, `*.example.test` (its subdomains) or `.example.test` (the
/// name and its subdomains).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    name: String,
    itself: bool,
    subdomains: bool,
}

/// What was given is no host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no host name; give the name alone, such as `dev-laptop` or `*.example.test`")]
pub struct HostPatternError {
    given: String,
}

impl HostPattern {
    /// `host` is in lower case, as [`Host`] keeps it.
    pub(super) fn matches(&self, host: &str) -> bool {
        match host.strip_suffix(self.name.as_str()) {
            Some("") => self.itself,
            Some(front) => self.subdomains && front.ends_with('.'),
            None => false,
        }
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let (name, itself, subdomains) = if let Some(name) = given.strip_prefix("*.") {
            (name, false, true)
        } else if let Some(name) = given.strip_prefix('.') {
            (name, true, true)
        } else {
            (given, true, false)
        };
        let name = match Host::parse(name) {
            Some(Host::Name(name)) => name,
            Some(address @ Host::Address(_)) if !subdomains => address.to_string(),
            _ => {
                let given = given.to_owned();
                return Err(HostPatternError { given });
            }
        };
        Ok(Self {
            name,
            itself,
            subdomains,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn patterns() {
        for (pattern, host, expected) in [
            ("dev-laptop", "dev-laptop", true),
            ("Dev-Laptop", "dev-laptop", true),
            ("dev-laptop", "a.dev-laptop", false),
            ("dev-laptop", "my-dev-laptop", false),
            ("*.example.test", "a.b.example.test", true),
            ("*.example.test", "example.test", false),
            ("*.example.test", "badexample.test", false),
            (".example.test", "example.test", true),
            (".example.test", "a.example.test", true),
            (".example.test", "badexample.test", false),
        ] {
            let matches = pattern.parse::<HostPattern>().unwrap().matches(host);
            assert_eq!(matches, expected, "{pattern} on {host}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for given in [
            "",
            "*",
            "*.",
            "a b",
            "http://dev",
            "dev:80",
            "*dev",
            "a.*.b",
            "*.127.0.0.1",
        ] {
            assert!(given.parse::<HostPattern>().is_err(), "{given}");
        }
    }
}
