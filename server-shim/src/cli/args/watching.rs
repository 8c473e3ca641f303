//! Which files are watched, and for what.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use globset::Glob;

use crate::cli::patterns::{extension, globs, ignored};

/// Which files are watched, and for what.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct WatchingArgs {
    /// A folder or file to watch instead of the working folder
    ///
    /// A folder that is served is always watched. What `.gitignore` names is not, nor are `.git`,
    /// `node_modules`, `target`, virtual environments, caches and editors' own files. May be given
    /// more than once; in the variable they are parted as in PATH.
    #[arg(long, value_name = "PATH")]
    #[arg(env = "SERVER_RELOAD_WATCH", help_heading = "Watching")]
    pub(in crate::cli) watch: Vec<PathBuf>,

    /// Files that do not count, as in `.gitignore`: `data/`, `*.sqlite`
    ///
    /// For what the backend writes itself. May be given more than once, or with commas.
    #[arg(long, value_name = "GLOB", value_parser = ignored)]
    #[arg(env = "SERVER_RELOAD_IGNORE", help_heading = "Watching")]
    pub(in crate::cli) ignore: Vec<Vec<String>>,

    /// Only files with these extensions count: `rs,toml`
    ///
    /// Those of `--style` and `--page` have to be among them.
    #[arg(long, value_name = "EXT", value_delimiter = ',', value_parser = extension)]
    #[arg(env = "SERVER_RELOAD_EXT", help_heading = "Watching")]
    pub(in crate::cli) ext: Vec<String>,

    /// Files that are swapped in the page, which is not reloaded
    ///
    /// Matched against the path from the watched folder on; without a slash it means every folder.
    /// An empty one, `--style ''`, turns it off. May be given more than once, or with commas.
    #[arg(long, value_name = "GLOB", default_value = "**/*.css", value_parser = globs)]
    #[arg(env = "SERVER_RELOAD_STYLE", help_heading = "Watching")]
    pub(in crate::cli) style: Vec<Vec<Glob>>,

    /// Files for which the page is reloaded, and no backend restarted
    ///
    /// Such as `templates/` of a backend that reads them on each request. Without it: the files of
    /// the served folder, where one is. May be given more than once, or with commas.
    #[arg(long, value_name = "GLOB", value_parser = globs)]
    #[arg(env = "SERVER_RELOAD_PAGE", help_heading = "Watching")]
    pub(in crate::cli) page: Vec<Vec<Glob>>,

    /// Watch no files
    ///
    /// Restarts are then made by the key r, or by whoever runs the attached backend.
    #[arg(long, value_parser = FalseyValueParser::new())]
    #[arg(env = "SERVER_RELOAD_NO_WATCH", help_heading = "Watching")]
    pub(in crate::cli) no_watch: bool,
}
