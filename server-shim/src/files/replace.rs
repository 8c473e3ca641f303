//! A new file in the place of an old one, in one step, so that nobody ever reads half of it.

use std::fs::Permissions;
use std::io::{self, Write};
use std::path::Path;

/// Puts these bytes in the place of `file`, which is no link. Without permissions it is as readable as any
/// new file.
pub(crate) fn replace(file: &Path, bytes: &[u8], like: Option<Permissions>) -> io::Result<()> {
    let parent = file.parent().filter(|path| !path.as_os_str().is_empty());
    let mut temporary = builder().tempfile_in(parent.unwrap_or(Path::new(".")))?;
    temporary.write_all(bytes)?;
    if let Some(like) = like {
        temporary.as_file().set_permissions(like)?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}

/// Neither watched nor served: its name is one of ours, and begins with a dot.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".server-reload.").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
