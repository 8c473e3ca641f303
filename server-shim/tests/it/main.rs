//! The real binary, spoken to over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod embedded;
#[cfg(unix)]
mod ends;
mod files;
mod guard;
mod http;
mod own_paths;
mod shim;
mod stream;
