//! What pages may write.

use globset::Glob;

use crate::cli::patterns::{globs, set};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::files::Edits;
use crate::guard::Token;

/// What pages may write.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct EditArgs {
    /// Files of the served folder that its own pages may write
    ///
    /// For an editor beside the live page, such as the preview of the playground. Matched against the path
    /// from the folder on; without a slash it means every folder. Only text files that are there, only
    /// from this machine. May be given more than once, or with commas.
    #[arg(long, value_name = "GLOB", value_parser = globs)]
    #[arg(env = "SERVER_RELOAD_EDIT", help_heading = "Access")]
    pub(in crate::cli) edit: Vec<Vec<Glob>>,
}

impl EditArgs {
    /// `serves`: whether there is a folder whose files could be written.
    pub(in crate::cli) fn config(&self, config: Config, serves: bool) -> Result<Config, Usage> {
        if self.edit.iter().all(Vec::is_empty) {
            return Ok(config);
        }
        if !serves {
            return Err(Usage::NothingToEdit);
        }
        let token = Token::random().map_err(|error| Usage::Value {
            option: "--edit".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(config.with_edits(Edits::new(set(&self.edit)?, token)))
    }
}
