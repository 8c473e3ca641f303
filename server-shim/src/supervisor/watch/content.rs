//! What a file holds, as one number.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::files::open;
use crate::supervisor::machine::Digest;

/// Of larger files, in bytes, only length and time are compared.
pub(super) const LARGEST: u64 = 4 * 1024 * 1024;

/// So many bytes are read at once.
const BUFFER: usize = 64 * 1024;

/// File systems tell times in steps as large as this.
const TICK: Duration = Duration::from_millis(20);

/// The digest of a file that is there and has not been read. No content has it.
pub(super) const UNREAD: Digest = 0;

/// What the folder says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    pub(super) len: u64,
    pub(super) modified: Option<SystemTime>,
    /// Seconds and nanoseconds of the last change of anything; a file that is renamed into place may be old.
    changed: (i64, i64),
}

/// `None` where there is no file.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    look(path).map(|(stamp, _)| stamp)
}

/// Says too whether it is a link; then the stamp is that of what it leads to, where it leads to anything.
fn look(path: &Path) -> Option<(Stamp, bool)> {
    let own = fs::symlink_metadata(path).ok()?;
    if own.is_symlink() {
        return Some((Stamp::of(&fs::metadata(path).unwrap_or(own)), true));
    }
    own.is_file().then(|| (Stamp::of(&own), false))
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
            changed: changed(metadata),
        }
    }

    /// Whether the file may have been changed since then.
    pub(super) fn is_after(&self, since: SystemTime) -> bool {
        let since = since - TICK;
        let modified = self.modified.is_none_or(|modified| modified >= since);
        let since = since
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let changed = (self.changed.0, self.changed.1);
        modified
            || changed
                >= (
                    since.as_secs().cast_signed(),
                    i64::from(since.subsec_nanos()),
                )
    }
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// Reads a file. `None` where there is none; a link counts as what it says together with what it leads to.
pub(super) fn read(path: &Path) -> Option<(Stamp, Digest)> {
    let (stamp, is_link) = look(path)?;
    let mut hasher = DefaultHasher::new();
    if is_link && let Ok(target) = fs::read_link(path) {
        target.hash(&mut hasher);
    }
    if hash_content(path, stamp.len, &mut hasher).is_err() {
        (stamp.len, stamp.modified).hash(&mut hasher);
    }
    Some((stamp, hasher.finish().max(UNREAD + 1)))
}

/// # Errors
///
/// When the file is too large, no plain file, or may not be read.
fn hash_content(path: &Path, len: u64, hasher: &mut DefaultHasher) -> io::Result<()> {
    let mut file = open(path)?;
    if len > LARGEST || !file.metadata()?.is_file() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    // One byte more, so that the end is seen.
    let mut buffer = vec![0; usize::try_from(len + 1).unwrap_or(BUFFER).min(BUFFER)];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => hasher.write(&buffer[..read]),
        }
    }
}
