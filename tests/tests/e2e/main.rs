//! Real browsers, real backends and the real binary.
//!
//! Where it makes sense, a scenario runs twice: with the whole client, and in a page whose policy
//! forbids `WebAssembly`, so that the loader does the work alone.
#![cfg(unix)]
#![allow(clippy::expect_used)]

#[macro_use]
mod steps;

mod connection;
mod dashboard;
mod engines;
mod lifecycle;
mod modes;
mod origins;
mod page;
mod race;
mod reload;
mod restart;
mod story;
mod supervise;
mod toggle;
mod watch;
