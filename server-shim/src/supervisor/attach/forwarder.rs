//! Programs that accept connections for a backend elsewhere.

/// Their names, as Linux has them in 15 bytes; longer ones elsewhere begin so.
const NAMES: [&str; 20] = [
    "cloud-sql-proxy",
    "com.docker.back",
    "com.docker.vpnk",
    "containers-root",
    "docker-proxy",
    "gvproxy",
    "kubectl",
    "limactl",
    "pasta",
    "passt",
    "rootlesskit",
    "rootlessport",
    "slirp4netns",
    "socat",
    "ssh",
    "sshd",
    "vpnkit",
    "wslhost",
    "wslrelay",
    "wslservice",
];

/// Names that are compared whole: others begin with them.
const WHOLE: [&str; 4] = ["kubectl", "pasta", "passt", "ssh"];

/// Whether a program of this name forwards. `.exe` does not matter.
pub(super) fn is_forwarder(name: &str) -> bool {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    NAMES.iter().any(|known| {
        if WHOLE.contains(known) {
            name == *known || name.strip_prefix(known) == Some(".avx2")
        } else {
            name.starts_with(known)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarders_are_known_by_name() {
        for name in [
            "docker-proxy",
            "ssh",
            "sshd",
            "sshd-session",
            "rootlessport",
            "wslrelay.exe",
            "pasta.avx2",
            "com.docker.backend",
        ] {
            assert!(is_forwarder(name), "{name}");
        }
        for name in [
            "python3",
            "uvicorn",
            "node",
            "ssh-agent",
            "docker",
            "passthrough",
            "php",
        ] {
            assert!(!is_forwarder(name), "{name}");
        }
    }
}
