//! The served folder, and what of it may be read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::etag::etag_of;
use super::kind::content_type;
use super::request_path::RequestPath;

/// The largest file, in bytes, that is read whole, so that its tag can be made of its content.
const LARGEST_WHOLE: u64 = 8 * 1024 * 1024;

/// The served folder, by its canonical path.
#[derive(Debug)]
pub(crate) struct Root(PathBuf);

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Loaded {
    Whole {
        bytes: Bytes,
        etag: HeaderValue,
        content_type: HeaderValue,
    },
    /// Too large to be read whole: no tag.
    Large {
        file: File,
        len: u64,
        content_type: HeaderValue,
    },
    /// A folder that was asked for without the slash at its end.
    Folder,
}

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Miss {
    #[error("there is no such file in the folder")]
    Missing,
    #[error("names that begin with a dot are never served")]
    Hidden,
    #[error("it is a link to a place outside the folder; copy the file into the folder instead")]
    Outside,
    #[error("the file may not be read: {0}")]
    Denied(io::Error),
    #[error("the file could not be read: {0}")]
    Io(io::Error),
}

impl Miss {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Hidden => StatusCode::NOT_FOUND,
            Self::Outside | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<io::Error> for Miss {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Denied(error),
            _ => Self::Io(error),
        }
    }
}

impl Root {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(folder)?;
        if !fs::metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Blocks on the file system.
    pub(crate) fn load(&self, wanted: &RequestPath) -> Result<Loaded, Miss> {
        let path = self.resolve(&wanted.to_path())?;
        match (fs::metadata(&path)?.is_dir(), wanted.folder) {
            (true, false) => Ok(Loaded::Folder),
            (true, true) => {
                let inside = path.strip_prefix(&self.0).map_err(|_| Miss::Outside)?;
                read(&self.resolve(&inside.join("index.html"))?)
            }
            (false, true) => Err(Miss::Missing),
            (false, false) => read(&path),
        }
    }

    /// Follows links, and refuses what they lead to where a plain request for it would be refused.
    fn resolve(&self, relative: &Path) -> Result<PathBuf, Miss> {
        let path = fs::canonicalize(self.0.join(relative))?;
        let inside = path.strip_prefix(&self.0).map_err(|_| Miss::Outside)?;
        let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        if inside.iter().any(hidden) {
            return Err(Miss::Hidden);
        }
        Ok(path)
    }
}

fn read(path: &Path) -> Result<Loaded, Miss> {
    // Looked at before it is opened: opening a pipe waits for somebody to write to it.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(Miss::Missing);
    }
    let content_type = content_type(path);
    let file = File::open(path)?;
    if metadata.len() <= LARGEST_WHOLE {
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
        (&file).take(LARGEST_WHOLE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= LARGEST_WHOLE {
            let bytes = Bytes::from(bytes);
            return Ok(Loaded::Whole {
                etag: etag_of(&bytes),
                bytes,
                content_type,
            });
        }
    }
    // A file that has grown meanwhile is as large as it is now.
    Ok(Loaded::Large {
        len: file.metadata()?.len(),
        file,
        content_type,
    })
}
