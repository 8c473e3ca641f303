//! Makes the one-file `reload.js`: `server-reload-build SERVER-SHIM TARGET-FOLDER OUTPUT`.
//!
//! A program beside the build script of `server-reload`, which runs it through a cargo of its own:
//! so a published package, which carries its `reload.js`, needs none of the crates that make one.
//!
//! The module is compiled from `client-wasm`, bound and trimmed. What the hands in `client-wasm/js` and the
//! fallback `client/plain.js` do goes, with the glue, into the frame `client/loader.js`; all of it becomes
//! one scope, and is minified as one script. Then the texts and the module, packed, take their place in it.
//! How many bytes each part has is in `parts.txt`.
//!
//! - [`client`]: `client-wasm` as a module and the glue around it
//! - [`assemble`]: everything in one file
//! - [`shrink`]: what a browser can do without in the module
//! - [`hoist`]: what the hands share as variables
//! - [`inline`]: what the minifier leaves
//! - [`edits`]: changes to a text, by place
//! - [`minify`]: JavaScript with short names and no blanks
//! - [`dense`]: bytes as text

mod assemble;
mod client;
mod dense;
mod edits;
mod hoist;
mod inline;
mod minify;
mod shrink;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// Why there is no `reload.js`: what failed, and what to type.
type Failure = String;

fn main() -> ExitCode {
    match make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<(), Failure> {
    let mut paths = env::args_os().skip(1).map(PathBuf::from);
    let (Some(shim), Some(target), Some(output)) = (paths.next(), paths.next(), paths.next())
    else {
        return Err("type `server-reload-build SERVER-SHIM TARGET-FOLDER OUTPUT`".to_owned());
    };
    let sources = shim.join("../client-wasm");
    let built = client::build(&sources, &target)?;
    let (script, parts) = assemble::script(&shim.join("client"), &sources.join("js"), &built)?;
    write(&target.join("parts.txt"), &parts)?;
    write(&output, &script)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
