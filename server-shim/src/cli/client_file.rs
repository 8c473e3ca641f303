//! `server-reload client [FILE]`: the browser client as a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::greeting::tag;
use super::voice::Voice;
use crate::{CLIENT, files};

/// Links that are followed one after the other.
const MOST_LINKS: usize = 40;

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
    let file = follow(file)?;
    let old = fs::metadata(&file).ok();
    match &old {
        Some(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        // A device or a pipe is written to, not replaced.
        Some(old) if !old.is_file() => {
            return File::options().write(true).open(file)?.write_all(bytes);
        }
        _ => {}
    }
    let parent = file.parent().filter(|path| !path.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    if !parent.is_dir() {
        let message = format!("there is no folder `{}`", parent.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    files::replace(&file, bytes, old.map(|old| old.permissions()))
}

/// A link stays a link, even where there is nothing yet where it leads to.
fn follow(file: &Path) -> io::Result<PathBuf> {
    let mut file = file.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&file) {
            Ok(target) => file = file.with_file_name("").join(target),
            Err(_) => return Ok(file),
        }
    }
    Err(io::Error::other("it is a link that leads back to itself"))
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

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (link, file) = (folder.path().join("link"), folder.path().join("reload.js"));
        symlink("reload.js", &link).unwrap();
        replace(&link, b"one").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );

        symlink("loop", folder.path().join("loop")).unwrap();
        assert!(replace(&folder.path().join("loop"), b"x").is_err());
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(&folder.path().join("no/reload.js"), b"new").unwrap_err();
        let missing = folder.path().join("no");
        assert!(
            error.to_string().contains(&*missing.to_string_lossy()),
            "{error}"
        );
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(folder.path(), b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
