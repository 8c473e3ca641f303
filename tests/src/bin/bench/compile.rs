//! `cargo run --release`, without the run.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use server_reload_e2e::place;

use crate::figures::Figures;
use crate::options::Options;
use crate::report::{Section, seconds};

/// Warm builds take a fraction of a second.
const WARM_BUILDS: usize = 5;

/// Builds with nothing changed, and from nothing where that is asked for.
pub(crate) fn measure(options: &Options) -> Section {
    let mut section = Section::new("compile", "cargo build --release, s");
    if options.cold {
        eprintln!("building from nothing …");
        let target = tempfile::tempdir_in(place::repository().join("target"));
        let target = target.expect("a folder in `target`");
        let took = build(Some(target.path()));
        section.value("cold, the crates downloaded before", took, seconds(took));
    }
    build(None);
    let mut warm = Figures::default();
    for _ in 0..WARM_BUILDS {
        warm.add(build(None));
    }
    section.figures("warm, nothing changed", &warm, seconds);
    section
}

/// Seconds that a build of what `cargo run --release` runs takes.
fn build(target: Option<&Path>) -> f64 {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--quiet", "--release", "--bin", "server-reload"])
        .current_dir(place::repository())
        .stdin(Stdio::null());
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let begun = Instant::now();
    let status = command.status().expect("a run of cargo");
    assert!(status.success(), "{command:?}: {status}");
    begun.elapsed().as_secs_f64()
}
