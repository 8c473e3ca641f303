//! The `server-reload` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    server_reload::cli::main()
}
