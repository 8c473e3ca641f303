//! Which `server-reload.toml` counts, and which of its services are run.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

/// Which `server-reload.toml` counts, and which of its services are run.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FileArgs {
    /// The configuration file [default: the nearest `server-reload.toml`, upward]
    ///
    /// What is typed beats the environment, which beats this file. `server-reload init` writes one,
    /// `server-reload check-config` explains what is wrong with it.
    #[arg(long, value_name = "FILE")]
    #[arg(env = "SERVER_RELOAD_CONFIG", help_heading = "Configuration")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Use no configuration file
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_NO_CONFIG", help_heading = "Configuration")]
    pub(in crate::cli) no_config: bool,

    /// Run this service of the configuration file, and those that it depends on
    ///
    /// Without it all are run. May be given more than once.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    #[arg(env = "SERVER_RELOAD_SERVICE", help_heading = "Configuration")]
    pub(in crate::cli) service: Vec<String>,
}
