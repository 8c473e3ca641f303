//! Makes the one-file `reload.js` that the binary carries: the loader around the client.
//!
//! Beside `client-wasm` the client is built from there; a published package has no `client-wasm`
//! beside it and takes its `prebuilt/reload.js`.

#[path = "build/assemble.rs"]
mod assemble;
#[path = "build/client.rs"]
mod client;

use std::path::{Path, PathBuf};
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
    let out = PathBuf::from(variable("OUT_DIR")?);
    let prebuilt = here.join("prebuilt/reload.js");
    let sources = here.join("../client-wasm");
    watch(&["build.rs", "build", "client"]);
    let script = if sources.join("Cargo.toml").is_file() {
        watch(&[
            "../client-wasm/src",
            "../client-wasm/Cargo.toml",
            "../protocol/src",
            "../Cargo.toml",
            "../Cargo.lock",
        ]);
        let loader = read(&here.join("client/loader.js"))?;
        let plain = read(&here.join("client/plain.js"))?;
        let swap = read(&here.join("client/swap.js"))?;
        let (glue, module) = client::build(&sources, &out)?;
        assemble::script(&loader, &plain, &swap, &glue, &module)?
    } else {
        watch(&["prebuilt/reload.js"]);
        read(&prebuilt).map_err(|error| {
            format!(
                "there is neither `client-wasm` beside this package nor a built client in it ({error}): \
                 type `server-reload client prebuilt/reload.js` where there is one"
            )
        })?
    };
    let target = out.join("reload.js");
    fs::write(&target, script)
        .map_err(|error| format!("cannot write `{}`: {error}", target.display()))
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

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}
