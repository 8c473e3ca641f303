//! Files of the folder that its own pages may write.
//!
//! A file is written only as another version of the one that was read: its tag has to be shown, and the file is
//! read again right before another takes its place. No system replaces a file only if nobody has written it
//! meanwhile; what is left is the moment between these two.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::etag::{etag_of, matches_strongly};
use super::replace::replace_if;
use super::request_path::RequestPath;
use super::root::{LARGEST_WHOLE, Miss, Root, open};
use crate::guard::Token;
use crate::supervisor::Globs;

/// Which files may be written, and by whom.
#[derive(Debug)]
pub struct Edits {
    files: Globs,
    token: Token,
    /// Two at once would both find the version that they have read.
    saving: Mutex<()>,
}

/// A file that may be written.
#[derive(Debug)]
pub(crate) struct Source {
    /// For people and in addresses: relative to the folder, with `/`.
    pub(crate) name: String,
    path: PathBuf,
    metadata: Metadata,
    text: String,
}

/// What has become of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) name: String,
    /// The tag of what is in it now.
    pub(crate) etag: String,
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsaved {
    #[error("{0}")]
    Miss(#[from] Miss),
    #[error(
        "`{0}` is not among the files that may be written\n\nstart server-reload with `--edit {0}` as well"
    )]
    NotNamed(String),
    #[error("`{0}` is no text in UTF-8\n\nedit it with a program that is made for such files")]
    NotText(String),
    #[error("`{name}` would be larger than {most} bytes, or is\n\nedit it with an editor")]
    Large { name: String, most: u64 },
    #[error("`{0}` may only be read\n\ngive yourself the permission to write it")]
    ReadOnly(String),
    #[error("the text has a NUL in it, which no text has\n\nleave it out")]
    Nul,
    #[error(
        "the request does not say which version it is about\n\nsend the `ETag` that the file was read with as `If-Match`"
    )]
    NoVersion,
    #[error(
        "`{0}` has been changed by somebody else since it was read, and is as they have left it\n\nread it again, and save on top of that"
    )]
    Changed(String),
    #[error(
        "`{name}` could not be written: {error}\n\nsee that its disk has room and its folder may be written, and save again"
    )]
    Io { name: String, error: io::Error },
}

impl Edits {
    /// These files of the folder may be written by who shows this token. Patterns are matched against the
    /// path from the folder on.
    #[must_use]
    pub fn new(files: Globs, token: Token) -> Self {
        Self {
            files,
            token,
            saving: Mutex::new(()),
        }
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// Finds a file, and whether it may be written. Blocks on the file system.
    pub(crate) fn find(&self, root: &Root, wanted: &RequestPath) -> Result<Source, Unsaved> {
        let (root, inside) = root.find(wanted)?;
        let name = name_of(&inside);
        // A link that is named leads to a file that has to be named as well.
        let named = self.files.0.is_match(wanted.to_string()) && self.files.0.is_match(&inside);
        if !named {
            return Err(Unsaved::NotNamed(name));
        }
        Source::read(name, root.join(inside))
    }

    /// Writes a file that is still the version that `if_match` names. Blocks on the file system.
    pub(crate) fn save(
        &self,
        root: &Root,
        wanted: &RequestPath,
        if_match: Option<&str>,
        text: &str,
    ) -> Result<Saved, Unsaved> {
        let _one = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let source = self.find(root, wanted)?;
        source.judge(if_match, text)?;
        if text != source.text {
            let permissions = Some(source.metadata.permissions());
            let is_same = || {
                self.find(root, wanted)
                    .is_ok_and(|it| it.text == source.text)
            };
            let written = replace_if(&source.path, text.as_bytes(), permissions, is_same);
            let written = written.map_err(|error| Unsaved::Io {
                name: source.name.clone(),
                error,
            })?;
            if !written {
                return Err(Unsaved::Changed(source.name));
            }
        }
        Ok(Saved {
            name: source.name,
            etag: tag(text),
        })
    }
}

impl Source {
    fn read(name: String, path: PathBuf) -> Result<Self, Unsaved> {
        let file = open(&path).map_err(Miss::from)?;
        let metadata = file.metadata().map_err(Miss::from)?;
        if !metadata.is_file() {
            return Err(Miss::Missing.into());
        }
        if metadata.permissions().readonly() || !may_write(&path) {
            return Err(Unsaved::ReadOnly(name));
        }
        let bytes = bounded(&file).map_err(Miss::from)?;
        if bytes.len() as u64 > LARGEST_WHOLE {
            let most = LARGEST_WHOLE;
            return Err(Unsaved::Large { name, most });
        }
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(Self {
                name,
                path,
                metadata,
                text,
            }),
            _ => Err(Unsaved::NotText(name)),
        }
    }

    /// Whether `text` may take the place of what is in it.
    fn judge(&self, if_match: Option<&str>, text: &str) -> Result<(), Unsaved> {
        let name = || self.name.clone();
        // `*` would be any version, also one that nobody has seen.
        let version = if_match.filter(|tag| tag.trim() != "*");
        let version = version.ok_or(Unsaved::NoVersion)?;
        if text.contains('\0') {
            return Err(Unsaved::Nul);
        }
        if text.len() as u64 > LARGEST_WHOLE {
            let most = LARGEST_WHOLE;
            return Err(Unsaved::Large { name: name(), most });
        }
        // What is there already needs no leave, so that a save whose answer was lost can be repeated.
        if text == self.text || matches_strongly(version, &tag(&self.text)) {
            Ok(())
        } else {
            Err(Unsaved::Changed(name()))
        }
    }
}

/// Whether its own permissions let us write it. Another file in its place needs the folder's alone, and a file
/// that somebody has closed to us is not ours to replace.
fn may_write(path: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    return File::options().write(true).open(path).is_ok();
}

fn bounded(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// As files of the folder are tagged when they are read.
fn tag(text: &str) -> String {
    let tag = etag_of(text.as_bytes());
    tag.to_str().unwrap_or_default().to_owned()
}

fn name_of(inside: &Path) -> String {
    let parts = inside.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
