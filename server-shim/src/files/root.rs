//! The served folder, and what of it may be read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::etag::etag_of;
use super::kind::Kind;
use super::request_path::RequestPath;
use super::settled::settled;

/// The largest file, in bytes, that is read whole, so that its tag can be made of its content.
pub(super) const LARGEST_WHOLE: u64 = 1024 * 1024;

/// The served folder, by the path that was given: where that is a link, it is followed anew each time.
#[derive(Debug)]
pub(crate) struct Root(PathBuf);

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Loaded {
    Whole {
        bytes: Bytes,
        etag: HeaderValue,
        kind: Kind,
    },
    /// Too large to be read whole: no tag.
    Large { file: File, len: u64, kind: Kind },
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
            _ if is_link_loop(&error) => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

fn is_link_loop(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::ELOOP);
    #[cfg(not(unix))]
    return {
        let _ = error;
        false
    };
}

impl Root {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let path = std::path::absolute(folder)?;
        if !fs::metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path))
    }

    /// Where it is right now.
    pub(crate) fn canonical(&self) -> io::Result<PathBuf> {
        fs::canonicalize(&self.0)
    }

    /// Blocks on the file system.
    pub(crate) fn load(&self, wanted: &RequestPath) -> Result<Loaded, Miss> {
        let root = self.canonical()?;
        let path = resolve(&root, &wanted.to_path())?;
        match (fs::metadata(&path)?.is_dir(), wanted.folder) {
            (true, false) => Ok(Loaded::Folder),
            (true, true) => {
                let inside = path.strip_prefix(&root).map_err(|_| Miss::Outside)?;
                read(&resolve(&root, &inside.join("index.html"))?)
            }
            (false, true) => Err(Miss::Missing),
            (false, false) => read(&path),
        }
    }
}

#[cfg(feature = "supervisor")]
impl Root {
    /// The folder as it is, and where in it the file is that is wanted. Blocks on the file system.
    pub(super) fn find(&self, wanted: &RequestPath) -> Result<(PathBuf, PathBuf), Miss> {
        let root = self.canonical()?;
        let mut path = resolve(&root, &wanted.to_path())?;
        if wanted.folder {
            let inside = path.strip_prefix(&root).map_err(|_| Miss::Outside)?;
            path = resolve(&root, &inside.join("index.html"))?;
        }
        let inside = path.strip_prefix(&root).map_err(|_| Miss::Outside)?;
        let inside = inside.to_owned();
        Ok((root, inside))
    }
}

/// Follows links, and refuses what they lead to where a plain request for it would be refused.
fn resolve(root: &Path, relative: &Path) -> Result<PathBuf, Miss> {
    let path = fs::canonicalize(root.join(relative))?;
    let inside = path.strip_prefix(root).map_err(|_| Miss::Outside)?;
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    if inside.iter().any(hidden) {
        return Err(Miss::Hidden);
    }
    Ok(path)
}

fn read(path: &Path) -> Result<Loaded, Miss> {
    let file = open(path).map_err(|error| match fs::metadata(path) {
        // A socket, or on some systems a folder, is there and cannot be opened.
        Ok(metadata) if !metadata.is_file() => Miss::Missing,
        _ => error.into(),
    })?;
    if !file.metadata()?.is_file() {
        return Err(Miss::Missing);
    }
    let kind = Kind::of(path);
    if let Some(bytes) = settled(&file, |metadata| whole(&file, metadata))? {
        return Ok(Loaded::Whole {
            etag: etag_of(&bytes),
            bytes,
            kind,
        });
    }
    // A file that has grown meanwhile is as large as it is now.
    Ok(Loaded::Large {
        len: file.metadata()?.len(),
        file,
        kind,
    })
}

/// `None` where it is too large.
fn whole(mut file: &File, metadata: &Metadata) -> io::Result<Option<Bytes>> {
    if metadata.len() > LARGEST_WHOLE {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.rewind()?;
    file.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes)?;
    let fits = bytes.len() as u64 <= LARGEST_WHOLE;
    Ok(fits.then(|| bytes.into()))
}

/// Never waits: to open a pipe waits for somebody to write to it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}
