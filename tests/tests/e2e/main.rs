//! Real browsers, real backends and the real binary.
//!
//! Each scenario runs in Chromium, Firefox and `WebKit`; `scenarios` has the exceptions and why. What is
//! promised of a page whose policy forbids `WebAssembly`, so that the fallback does the work, runs
//! so, too.
#![cfg(unix)]
#![allow(clippy::expect_used)]

#[macro_use]
mod scenarios;

mod accessibility;
mod connection;
mod dashboard;
mod forms;
mod frames;
mod lifecycle;
mod modes;
mod origins;
mod packages;
mod page;
mod policies;
mod preview;
mod race;
mod reload;
mod restart;
mod steps;
mod story;
mod supervise;
mod tabs;
mod toggle;
mod watch;
mod words;
