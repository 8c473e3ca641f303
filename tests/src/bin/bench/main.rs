//! Measures what users feel: how long after a save or a restart the page is new, what the client
//! weighs, how soon it starts, how long the server takes to end, and how long its build takes.
//!
//! Run it by `tests/bench`. The report goes to standard error; standard output is what the measured
//! programs say.
//!
//! # Layout
//!
//! - [`options`]: the command line
//! - [`restart`], [`contender`], [`probe`]: the server's first answer → a new document
//! - [`process`]: a save → a new process
//! - [`document`]: a backend's program saved → a new document
//! - [`files`]: a static file saved → a new document, or the style applied
//! - [`start`]: the script's evaluation → its stream's request
//! - [`tabs`]: many tabs of one origin
//! - [`weight`], [`peers`]: bytes of `reload.js`, beside others' client scripts
//! - [`ending`]: a signal → the exit
//! - [`compile`]: `cargo run --release`, without the run
//! - [`tool`], [`observer`], [`clock`]: a measured program, the browser that sees, and the time
//! - [`figures`]: medians and quartiles
//! - [`report`]: one table, and JSON
#![cfg(unix)]
// Like the harness, it reports by panicking.
#![allow(clippy::expect_used)]

mod clock;
mod compile;
mod contender;
mod document;
mod ending;
mod figures;
mod files;
mod observer;
mod options;
mod peers;
mod probe;
mod process;
mod report;
mod restart;
mod start;
mod tabs;
mod tool;
mod weight;

use clap::Parser;

use options::{Options, Part};
use report::Report;

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let mut report = Report::default();
    if options.wants(Part::Restart) {
        report.add(restart::measure(&options).await);
    }
    if options.wants(Part::Process) {
        report.extend(process::measure(&options).await);
    }
    if options.wants(Part::Document) {
        report.extend(document::measure(&options).await);
    }
    if options.wants(Part::Static) {
        report.extend(files::measure(&options).await);
    }
    if options.wants(Part::Start) {
        report.add(start::measure(&options).await);
    }
    if options.wants(Part::Tabs) {
        report.extend(tabs::measure(&options).await);
    }
    if options.wants(Part::Weight) {
        report.extend(weight::measure().await);
    }
    if options.wants(Part::Ending) {
        report.add(ending::measure(&options).await);
    }
    if options.wants(Part::Compile) {
        report.add(compile::measure(&options));
    }
    eprintln!("\n{report}");
    if let Some(file) = &options.json {
        report.save(file);
    }
    let over = report.over();
    if !over.is_empty() {
        eprintln!("error: over the budget: {}", over.join("; "));
        std::process::exit(1);
    }
}
