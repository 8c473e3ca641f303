//! Builds `client-wasm`: a cargo of its own, then wasm-bindgen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

use super::{Failure, variable};

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
const PACKAGE: &str = "server-reload-client";

/// The glue of wasm-bindgen and the module.
pub(crate) fn build(sources: &Path, out: &Path) -> Result<(String, Vec<u8>), Failure> {
    require_target()?;
    let module = compile(sources, &out.join("client"))?;
    bind(&module).map_err(|error| format!("wasm-bindgen cannot read the client: {error}"))
}

fn require_target() -> Result<(), Failure> {
    let rustc = variable("RUSTC")?;
    let answer = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| format!("cannot run `{rustc}`: {error}"))?;
    if Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_dir() {
        return Ok(());
    }
    Err(format!(
        "the client is WebAssembly, and this toolchain has no `{TARGET}`: type `rustup target add {TARGET}`"
    ))
}

/// Runs the inner cargo. It has a target folder of its own, or it would wait for the outer one's
/// lock for ever, and none of the outer cargo's settings.
fn compile(sources: &Path, target: &Path) -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(variable("CARGO")?);
    for (name, _) in env::vars_os() {
        if is_outer(&name.to_string_lossy()) {
            cargo.env_remove(&name);
        }
    }
    cargo
        .args(["build", "--locked", "--lib", "--package", PACKAGE])
        .args(["--target", TARGET, "--profile", PROFILE])
        .arg("--manifest-path")
        .arg(sources.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .env("CARGO_BUILD_BUILD_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(sources))
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTC", variable("RUSTC")?);
    let built = cargo
        .output()
        .map_err(|error| format!("cannot run cargo for the client: {error}"))?;
    if !built.status.success() {
        let log = String::from_utf8_lossy(&built.stderr).into_owned();
        return Err(format!(
            "the client in `client-wasm` does not build:\n{log}"
        ));
    }
    Ok(target
        .join(TARGET)
        .join(PROFILE)
        .join("server_reload_client.wasm"))
}

/// Whether a variable is of the outer build. How to reach the registries stays as it is.
fn is_outer(name: &str) -> bool {
    const KEPT: [&str; 5] = ["HOME", "NET_", "HTTP_", "REGISTR", "SOURCE_"];
    match name.strip_prefix("CARGO_") {
        Some(rest) => !KEPT.iter().any(|kept| rest.starts_with(kept)),
        None => name == "CARGO" || name.starts_with("RUSTC") || name.starts_with("RUSTFLAGS"),
    }
}

/// Set even where there is nothing to say, so that no `rustflags` of a configuration file applies.
/// Panic messages name source files: theirs must not tell where somebody's home is.
fn flags(sources: &Path) -> String {
    let remap = |from: Option<PathBuf>, to: &str| {
        from.map(|from| format!("--remap-path-prefix={}={to}", from.display()))
    };
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let workspace = fs::canonicalize(sources.join("..")).ok();
    [remap(home, "cargo"), remap(workspace, ".")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\u{1f}")
}

fn bind(module: &Path) -> Result<(String, Vec<u8>), Box<dyn std::error::Error>> {
    let mut output = Bindgen::new()
        .input_path(module)
        .no_modules(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let glue = output.js().to_owned();
    Ok((glue, output.wasm_mut().emit_wasm()))
}
