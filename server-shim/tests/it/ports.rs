//! Ports that nobody has.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// The ports that are given out: under those that systems choose at random.
const FIRST: u32 = 10_100;
const COUNT: u32 = 20_000;

/// A port of our own, where nobody listens and no connection begins.
pub(crate) fn free_port() -> u16 {
    let from = std::process::id().wrapping_mul(101) % COUNT;
    loop {
        let at = from + TAKEN.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(FIRST + at % COUNT).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
