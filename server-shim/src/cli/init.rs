//! `server-reload init`: a file to begin with, for what is found in the working folder.
//!
//! - `folders`, `compose`: where to look
//! - `python`, `node`, `compiled`, `scripted`: what is there, and how it is run
//! - `text`: the file

mod compiled;
mod compose;
mod folders;
mod node;
mod python;
mod scripted;
mod stack;
#[cfg(test)]
mod tests;
mod text;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::file::NAME;
use super::usage::Usage;
use super::voice::Voice;

/// Writes it, and says what was found.
pub(super) fn write(force: bool, voice: Voice) -> Result<(), Error> {
    let here = std::env::current_dir().map_err(Error::Runtime)?;
    let stacks = folders::search(&here);
    let text = text::of(&here, &stacks);
    save(&here.join(NAME), &text, force)?;
    for stack in &stacks {
        voice.say(format!("found {} in {}", stack.kind, stack.place()));
    }
    if stacks.is_empty() {
        voice.say("found no backend that is known here: the file has an example in comments");
    }
    voice.say(format!("wrote {NAME}"));
    voice.say(if stacks.is_empty() {
        "write your command there, then run: server-reload"
    } else {
        "look whether the commands are right, then run: server-reload"
    });
    Ok(())
}

fn save(path: &Path, text: &str, force: bool) -> Result<(), Error> {
    let mut options = File::options();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Usage::FileExists.into(),
        _ => Error::Config {
            file: PathBuf::from(NAME),
            source,
        },
    })
}
