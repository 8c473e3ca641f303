//! Makes the one-file `reload.js` that the binary carries: the loader around the client.
//!
//! Beside `client-wasm` the program in `build` makes it from there; a published package has neither,
//! and takes its `prebuilt/reload.js`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Why there is no `reload.js`: what failed, and what to type.
type Failure = String;

fn main() {
    if let Err(failure) = build() {
        for line in failure.lines() {
            println!("cargo::error={line}");
        }
    }
}

fn build() -> Result<(), Failure> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let target = PathBuf::from(variable("OUT_DIR")?).join("reload.js");
    watch(&["build.rs"]);
    if here.join("../client-wasm/Cargo.toml").is_file() {
        watch(&[
            "build",
            "client",
            "../client-wasm/js",
            "../client-wasm/src",
            "../client-wasm/Cargo.toml",
            "../protocol/src",
            "../Cargo.toml",
            "../Cargo.lock",
        ]);
        return make(&here, &target);
    }
    watch(&["prebuilt/reload.js"]);
    fs::copy(here.join("prebuilt/reload.js"), &target)
        .map(drop)
        .map_err(|error| {
            format!(
                "there is neither `client-wasm` beside this package nor a built client in it ({error}): \
                 type `server-reload client prebuilt/reload.js` where there is one"
            )
        })
}

/// Runs the program in `build` by a cargo that has none of the outer one's settings.
fn make(here: &Path, output: &Path) -> Result<(), Failure> {
    let target = folder(output)?;
    let mut cargo = Command::new(variable("CARGO")?);
    for (name, _) in env::vars_os() {
        if is_outer(&name.to_string_lossy()) {
            cargo.env_remove(&name);
        }
    }
    let made = cargo
        .args(["run", "--quiet", "--locked", "--profile", "tool"])
        .arg("--manifest-path")
        .arg(here.join("build/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .arg("--")
        .args([here, &target, output])
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTC", variable("RUSTC")?)
        .output()
        .map_err(|error| format!("cannot run cargo for the client: {error}"))?;
    if made.status.success() {
        return Ok(());
    }
    Err(format!(
        "cannot make `reload.js`:\n{}",
        String::from_utf8_lossy(&made.stderr)
    ))
}

/// Where the inner cargo builds: not in the outer one's folders, or it would wait for their lock for
/// ever, but beside them, so that it builds once for all profiles and features.
fn folder(output: &Path) -> Result<PathBuf, Failure> {
    let target = output.ancestors().nth(5);
    target
        .map(|target| target.join("reload-js"))
        .ok_or_else(|| format!("`{}` is in no target folder", output.display()))
}

/// Whether a variable is of the outer build. How to reach the registries stays as it is.
fn is_outer(name: &str) -> bool {
    const KEPT: [&str; 5] = ["HOME", "NET_", "HTTP_", "REGISTR", "SOURCE_"];
    match name.strip_prefix("CARGO_") {
        Some(rest) => !KEPT.iter().any(|kept| rest.starts_with(kept)),
        None => name == "CARGO" || name.starts_with("RUSTC") || name.starts_with("RUSTFLAGS"),
    }
}

/// Builds anew when one of these is changed.
fn watch(paths: &[&str]) {
    for path in paths {
        println!("cargo::rerun-if-changed={path}");
    }
}

fn variable(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| format!("cargo has not set `{name}`: {error}"))
}
