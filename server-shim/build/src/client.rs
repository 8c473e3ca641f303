//! Builds `client-wasm`: cargo, then wasm-bindgen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

use super::{Failure, shrink};

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
const PACKAGE: &str = "server-reload-client";

/// The client, ready to be put into the loader.
pub(crate) struct Client {
    /// Functions of JavaScript around the module, by wasm-bindgen.
    pub(crate) glue: String,
    /// What the module imports, as the object of JavaScript that it is made with.
    pub(crate) imports: String,
    pub(crate) module: Vec<u8>,
}

pub(crate) fn build(sources: &Path, target: &Path) -> Result<Client, Failure> {
    require_target()?;
    let module = compile(sources, target)?;
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

fn compile(sources: &Path, target: &Path) -> Result<PathBuf, Failure> {
    let built = Command::new(variable("CARGO")?)
        .args(["build", "--locked", "--lib", "--package", PACKAGE])
        .args([
            "--target",
            TARGET,
            "--profile",
            PROFILE,
            "--no-default-features",
        ])
        .arg("--manifest-path")
        .arg(sources.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .env("CARGO_BUILD_BUILD_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(sources))
        .env("CARGO_TERM_COLOR", "never")
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

fn variable(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| {
        format!("`{name}` is not set ({error}): run this by the build script of `server-reload`")
    })
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

fn bind(module: &Path) -> Result<Client, Box<dyn std::error::Error>> {
    let mut output = Bindgen::new()
        .input_path(module)
        .bundler(true)?
        .typescript(false)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    // For a bundler the functions are apart from what loads the module, which the loader does.
    let glue = output.start().ok_or("its glue has another shape")?;
    let glue = glue.replace("export ", "");
    let module = output.wasm_mut();
    shrink::unexport(module);
    shrink::silence(module);
    let imports = shrink::imports(module)?;
    Ok(Client {
        glue,
        imports,
        module: module.emit_wasm(),
    })
}
