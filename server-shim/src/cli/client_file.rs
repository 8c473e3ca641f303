//! `server-reload client [FILE]`: the browser client as a file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::greeting::{Voice, tag};
use crate::CLIENT;

pub(super) fn write(file: Option<&Path>, voice: Voice) -> Result<(), Error> {
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        return to_stdout();
    };
    replace(file, CLIENT).map_err(|source| Error::ClientFile {
        file: file.to_owned(),
        source,
    })?;
    let (path, bytes) = (file.display(), CLIENT.len());
    voice.note(format!("wrote {path}, {bytes} bytes"));
    voice.note(format!("serve it as /reload.js and paste  {}", tag("")));
    Ok(())
}

fn to_stdout() -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(CLIENT).and_then(|()| stdout.flush()) {
        // Whoever reads has had enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::ClientFile {
            file: PathBuf::from("-"),
            source,
        }),
        Ok(()) => Ok(()),
    }
}

/// Puts a whole new file in the place of the old one, in one step.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(file) {
        // A device or a pipe is written to, not replaced.
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            return OpenOptions::new().write(true).open(file)?.write_all(bytes);
        }
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        _ => {}
    }
    // A link stays a link.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let temporary = Temporary::create(&file)?;
    temporary.persist(&file, bytes)
}

/// A file beside the target, removed unless it became the target.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn create(target: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(target.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
        name.push(format!(".{}.tmp", std::process::id()));
        let path = target.with_file_name(name);
        let file = File::create(&path)?;
        Ok(Self { path, file })
    }

    fn persist(mut self, target: &Path, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()?;
        fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn replaces_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reload.js");
        fs::write(&file, "old").unwrap();
        replace(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(folder.path(), b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
