//! A new file in the place of an old one, in one step, so that nobody ever reads half of it.

use std::fs::Permissions;
use std::io::{self, Write};
use std::path::Path;

/// Puts these bytes in the place of `file`, which is no link. Without permissions it is as readable as any
/// new file.
#[cfg(feature = "cli")]
pub(crate) fn replace(file: &Path, bytes: &[u8], like: Option<Permissions>) -> io::Result<()> {
    replace_if(file, bytes, like, || true).map(drop)
}

/// The same where `may`, asked when all is written and only the last step is left, says so; tells whether it did.
pub(crate) fn replace_if(
    file: &Path,
    bytes: &[u8],
    like: Option<Permissions>,
    may: impl FnOnce() -> bool,
) -> io::Result<bool> {
    let parent = file.parent().filter(|path| !path.as_os_str().is_empty());
    let mut temporary = builder().tempfile_in(parent.unwrap_or(Path::new(".")))?;
    temporary.write_all(bytes)?;
    if let Some(like) = like {
        temporary.as_file().set_permissions(like)?;
    }
    temporary.as_file().sync_all()?;
    let may = may();
    if may {
        temporary.persist(file)?;
    }
    Ok(may)
}

/// Neither watched nor served: its name is one of ours, and begins with a dot.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".server-reload.").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::fs;

    #[test]
    fn what_may_not_be_replaced_at_last_is_left_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        fs::write(&file, "one").unwrap();
        let may = || {
            fs::write(&file, "theirs").unwrap();
            false
        };
        assert!(!replace_if(&file, b"two", None, may).unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}
