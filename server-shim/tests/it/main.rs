//! The real binary, spoken to over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[cfg(unix)]
mod attach;
mod backend;
mod cli;
mod config;
#[cfg(unix)]
mod control;
mod dashboard;
mod embedded;
#[cfg(unix)]
mod ends;
mod files;
mod guard;
mod http;
mod own_paths;
mod ports;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod restart;
mod shim;
mod source;
mod story;
mod stream;
#[cfg(unix)]
mod supervise;
mod watching;
