//! Which file counts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What it is called.
pub(in crate::cli) const NAME: &str = "server-reload.toml";

/// Which one is wanted.
#[derive(Clone, Debug)]
pub(in crate::cli) enum Wanted {
    /// The nearest from here upward.
    Nearest,
    /// This one.
    Named(PathBuf),
    /// None at all.
    None,
}

/// Why a file cannot be used that is there, or has to be.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum FindError {
    #[error(
        "cannot read `{}`: {source}\n\nname a file that exists, or write one: server-reload init",
        path.display()
    )]
    Unreadable { path: PathBuf, source: io::Error },
    #[cfg(unix)]
    #[error(
        "`{}` says what to run, and belongs to another user (uid {owner})\n\nif you trust it, name it: --config {}\nif not: --no-config",
        path.display(),
        path.display()
    )]
    Foreign { path: PathBuf, owner: u32 },
    #[cfg(unix)]
    #[error(
        "`{}` says what to run, and stands in a folder that everybody may write to\n\nif you trust it, name it: --config {}\nif not: --no-config",
        .0.display(),
        .0.display()
    )]
    Anybodys(PathBuf),
}

impl Wanted {
    /// From what was typed, or stands in the environment.
    pub(in crate::cli) fn new(config: Option<&Path>, no_config: bool) -> Self {
        match config {
            _ if no_config => Self::None,
            Some(file) if file == Path::new("none") => Self::None,
            Some(file) => Self::Named(file.to_owned()),
            None => Self::Nearest,
        }
    }
}

/// The file and what is in it; `None` where there is none, or none is wanted.
///
/// # Errors
///
/// Where one was named that cannot be read, or one was found that somebody else may have put there.
pub(in crate::cli) fn find(
    wanted: &Wanted,
    here: &Path,
) -> Result<Option<(PathBuf, String)>, FindError> {
    let found = match wanted {
        Wanted::None => None,
        Wanted::Named(path) if path.is_dir() => Some(path.join(NAME)),
        Wanted::Named(path) => Some(path.clone()),
        Wanted::Nearest => nearest(here),
    };
    let Some(path) = found else {
        return Ok(None);
    };
    let text = read(&path, matches!(wanted, Wanted::Nearest).then_some(here))?;
    // It is told as it would be typed.
    let path = path.strip_prefix(here).map(Path::to_owned).unwrap_or(path);
    Ok(Some((path, text)))
}

/// As cargo finds its file.
fn nearest(here: &Path) -> Option<PathBuf> {
    let mut candidates = here.ancestors().map(|folder| folder.join(NAME));
    candidates.find(|path| path.is_file())
}

/// What is in it; where it was `found` from a folder upward, only if nobody else can have put it there.
fn read(path: &Path, found: Option<&Path>) -> Result<String, FindError> {
    let unreadable = |source| FindError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // What is looked at is what is read, whatever the path leads to meanwhile.
    let mut file = File::open(path).map_err(unreadable)?;
    if let Some(here) = found {
        trusted(path, &file, here)?;
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// Whoever may write above us, such as in a folder for temporary files, must not say what we run: neither
/// by a file of theirs, nor by a link to one of ours.
#[cfg(unix)]
fn trusted(path: &Path, file: &File, here: &Path) -> Result<(), FindError> {
    use std::os::unix::fs::MetadataExt;

    const ANYBODY_WRITES: u32 = 0o002;
    let unreadable = |source| FindError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let own = rustix::process::geteuid().as_raw();
    let sudo = std::env::var("SUDO_UID").ok();
    let behind_root = sudo.and_then(|uid| uid.parse().ok());
    let link = std::fs::symlink_metadata(path).map_err(unreadable)?;
    let target = file.metadata().map_err(unreadable)?;
    for owner in [link.uid(), target.uid()] {
        if is_stranger(owner, own, behind_root) {
            let path = path.to_owned();
            return Err(FindError::Foreign { path, owner });
        }
    }
    let folder = path.parent().filter(|folder| *folder != here);
    let folder = folder.map(std::fs::metadata).transpose();
    match folder.map_err(unreadable)? {
        Some(folder) if folder.mode() & ANYBODY_WRITES != 0 => {
            Err(FindError::Anybodys(path.to_owned()))
        }
        _ => Ok(()),
    }
}

/// The system's administrator is trusted, and trusts nobody but who has become it by sudo.
#[cfg(unix)]
fn is_stranger(owner: u32, own: u32, behind_root: Option<u32>) -> bool {
    let behind_root = behind_root.filter(|_| own == 0);
    owner != 0 && owner != own && Some(owner) != behind_root
}

/// Elsewhere there are no folders above us that everybody may write to.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as where it may fail")]
fn trusted(_path: &Path, _file: &File, _here: &Path) -> Result<(), FindError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_nearest_from_here_upward() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(folder.path().join(NAME), "top").unwrap();
        let (path, text) = find(&Wanted::Nearest, &inside).unwrap().unwrap();
        assert_eq!((path, text.as_str()), (folder.path().join(NAME), "top"));
        std::fs::write(inside.join(NAME), "near").unwrap();
        let (path, text) = find(&Wanted::Nearest, &inside).unwrap().unwrap();
        assert_eq!((path, text.as_str()), (PathBuf::from(NAME), "near"));
        let named = Wanted::new(Some(folder.path()), false);
        let (_, text) = find(&named, &inside).unwrap().unwrap();
        assert_eq!(text, "top");
        for none in [
            Wanted::new(None, true),
            Wanted::new(Some(Path::new("none")), false),
        ] {
            assert!(find(&none, &inside).unwrap().is_none());
        }
    }

    #[cfg(unix)]
    #[test]
    fn somebody_elses_is_not_taken() {
        for (owner, own, sudo) in [
            (1001, 1000, None),
            (1001, 1000, Some(1001)),
            (1000, 0, None),
            (1001, 0, Some(1000)),
        ] {
            assert!(is_stranger(owner, own, sudo), "{owner} {own} {sudo:?}");
        }
        for (owner, own, sudo) in [
            (1000, 1000, None),
            (0, 1000, None),
            (0, 0, None),
            (1000, 0, Some(1000)),
        ] {
            assert!(!is_stranger(owner, own, sudo), "{owner} {own} {sudo:?}");
        }
        let path = PathBuf::from("/tmp/server-reload.toml");
        let error = FindError::Foreign { path, owner: 1001 }.to_string();
        assert!(
            error.contains("--config /tmp/server-reload.toml\n"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn one_above_in_a_folder_of_everybody_is_not_taken() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a");
        std::fs::create_dir(&inside).unwrap();
        let file = folder.path().join(NAME);
        std::fs::write(&file, "").unwrap();
        set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
        let error = find(&Wanted::Nearest, &inside).unwrap_err().to_string();
        let cure = format!("--config {}\n", file.display());
        assert!(error.contains(&cure), "{error}");
        for trusted in [
            find(&Wanted::Nearest, folder.path()),
            find(&Wanted::Named(file), &inside),
        ] {
            assert!(trusted.unwrap().is_some());
        }
    }

    /// Only the administrator can give files away.
    #[cfg(unix)]
    #[test]
    fn a_strangers_link_to_ones_own_is_not_taken() {
        use std::os::unix::fs::{lchown, symlink};

        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own.toml");
        std::fs::write(&own, "").unwrap();
        let link = folder.path().join(NAME);
        symlink(&own, &link).unwrap();
        assert!(find(&Wanted::Nearest, folder.path()).unwrap().is_some());
        if lchown(&link, Some(4711), None).is_ok() {
            let refused = find(&Wanted::Nearest, folder.path());
            assert!(matches!(
                refused,
                Err(FindError::Foreign { owner: 4711, .. })
            ));
        }
    }

    #[test]
    fn one_that_is_named_has_to_be_there() {
        let named = Wanted::Named("no/such.toml".into());
        let error = find(&named, Path::new("/")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read `no/such.toml`: "), "{error}");
        assert!(error.ends_with("server-reload init"), "{error}");
    }
}
