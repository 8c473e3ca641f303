//! Measures what users feel: how long after a restart the page is new, what the client weighs, how
//! long the server takes to end, and how long its build takes.
//!
//! Run it by `tests/bench`. The report goes to standard error; standard output is what the measured
//! programs say.
//!
//! # Layout
//!
//! - [`options`]: the command line
//! - [`restart`], [`contender`], [`probe`]: the server's first answer → a new document
//! - [`weight`]: bytes of `reload.js`
//! - [`ending`]: a signal → the exit
//! - [`compile`]: `cargo run --release`, without the run
//! - [`figures`]: medians and quartiles
//! - [`report`]: one table, and JSON
#![cfg(unix)]
// Like the harness, it reports by panicking.
#![allow(clippy::expect_used)]

mod compile;
mod contender;
mod ending;
mod figures;
mod options;
mod probe;
mod report;
mod restart;
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
    if options.wants(Part::Weight) {
        report.add(weight::measure().await);
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
}
