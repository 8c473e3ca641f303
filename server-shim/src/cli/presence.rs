//! That a server-reload runs, and how another terminal of this user reaches it: a file, as long as it runs.
//!
//! A process id alone says nothing after a while, so that a file only counts while the process of that id has
//! the start that the file tells. It is removed only once there is no process of that id: a clock that is set
//! changes the starts of all that run, and a home folder may be shared by machines that do not see each
//! other's processes.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, fs, io};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::supervisor::{is_same, start_of};

/// This process's file, until it is removed.
static FILE: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A server-reload that runs, or has run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Presence {
    pub(super) pid: u32,
    /// Where that process is.
    #[serde(default)]
    pub(super) host: Option<String>,
    /// By the system, in seconds since the Unix epoch.
    pub(super) started_at: u64,
    pub(super) url: String,
    pub(super) port: u16,
    /// Where it listens.
    #[serde(default)]
    pub(super) addresses: Vec<IpAddr>,
    /// What lets its holder restart and stop it.
    pub(super) token: String,
    /// That of `server-reload.toml` where there is one, else the one it was started in.
    pub(super) folder: PathBuf,
    pub(super) log_file: Option<PathBuf>,
    /// It has ended so long after it is told to, in milliseconds.
    pub(super) ends_within_ms: u64,
}

/// As long as it lives, others know that we run.
#[must_use = "nobody knows any more when it is dropped"]
#[derive(Debug)]
pub(super) struct Announced(());

impl Drop for Announced {
    fn drop(&mut self) {
        withdraw();
    }
}

/// Removes our file; for where the program ends without an [`Announced`] to drop.
pub(super) fn withdraw() {
    if let Some(file) = own_file().take() {
        // Somebody may have removed it.
        let _ = fs::remove_file(file);
    }
}

/// Nothing panics while it is held.
fn own_file() -> MutexGuard<'static, Option<PathBuf>> {
    FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Presence {
    /// Lets others know that we run; whoever is gone without a word is forgotten.
    pub(super) fn announce(&self) -> io::Result<Announced> {
        let folder = folder().ok_or_else(no_home)?;
        make_private(&folder)?;
        all_in(&folder);
        *own_file() = Some(self.save(&folder)?);
        Ok(Announced(()))
    }

    /// At once or not at all, and readable by the user alone.
    fn save(&self, folder: &Path) -> io::Result<PathBuf> {
        // Such a file is never watched, wherever the folder is.
        let name = format!(".server-reload-{}-{}.json", self.pid, self.started_at);
        let file = folder.join(name);
        let temporary = NamedTempFile::with_prefix_in(".server-reload-", folder)?;
        serde_json::to_writer_pretty(temporary.as_file(), self)?;
        temporary.persist(&file)?;
        Ok(file)
    }

    pub(super) fn ends_within(&self) -> Duration {
        Duration::from_millis(self.ends_within_ms)
    }

    pub(super) fn lives(&self) -> bool {
        start_of(self.pid).is_some_and(|start| is_same(start, self.started_at))
    }

    /// Whether nobody can be meant by it any more, whatever the clock says.
    fn is_stale(&self) -> bool {
        self.host == host() && start_of(self.pid).is_none()
    }
}

/// All that run.
pub(super) fn all() -> Vec<Presence> {
    folder().as_deref().map(all_in).unwrap_or_default()
}

/// What we keep for this user. `None` where the system has no home for us.
pub(super) fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let folder = base.state_dir().unwrap_or_else(|| base.cache_dir());
    Some(folder.join("server-reload"))
}

/// The folder by its one name, so that it is known again.
pub(super) fn canonical(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// The working folder.
pub(super) fn here() -> PathBuf {
    canonical(&env::current_dir().unwrap_or_default())
}

/// The name of this machine, or of this container.
pub(super) fn host() -> Option<String> {
    sysinfo::System::host_name().ok()
}

fn folder() -> Option<PathBuf> {
    Some(state_folder()?.join("running"))
}

/// Why nothing can be kept.
pub(super) fn no_home() -> io::Error {
    let message = "this user has no home folder; set XDG_STATE_HOME";
    io::Error::new(io::ErrorKind::NotFound, message)
}

/// A folder that nobody else may look into.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Those in a folder that live; the files of those that are gone are removed.
fn all_in(folder: &Path) -> Vec<Presence> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let files = files.filter(|file| file.extension().is_some_and(|it| it == "json"));
    files.filter_map(|file| read(&file)).collect()
}

/// `None` where nobody runs any more, or nobody that we can reach.
fn read(file: &Path) -> Option<Presence> {
    let text = fs::read(file).ok()?;
    let presence: Presence = serde_json::from_slice(&text).ok()?;
    if presence.is_stale() {
        // Its removal may be somebody else's, too.
        let _ = fs::remove_file(file);
    }
    presence.lives().then_some(presence)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    pub(in crate::cli) fn presence(folder: &str, port: u16) -> Presence {
        Presence {
            pid: std::process::id(),
            host: host(),
            started_at: start_of(std::process::id()).unwrap_or_default(),
            url: format!("http://localhost:{port}/"),
            port,
            addresses: Vec::new(),
            token: "secret".to_owned(),
            folder: folder.into(),
            log_file: None,
            ends_within_ms: 1000,
        }
    }

    #[test]
    fn only_who_lives_is_known_and_only_who_is_gone_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let living = presence("/app", 1);
        // As after the clock was set.
        let other_start = Presence {
            started_at: 5,
            ..living.clone()
        };
        // No process has such an id.
        let pid = u32::MAX >> 1;
        let gone = Presence {
            pid,
            ..living.clone()
        };
        let elsewhere = Presence {
            pid: pid - 1,
            host: Some("another.machine".to_owned()),
            ..living.clone()
        };
        let kept = [&living, &other_start, &elsewhere].map(|it| it.save(folder.path()).unwrap());
        let removed = gone.save(folder.path()).unwrap();
        let broken = folder.path().join("broken.json");
        fs::write(&broken, "{").unwrap();
        assert_eq!(all_in(folder.path()), [living]);
        assert!(!removed.exists());
        for file in kept.iter().chain([&broken]) {
            assert!(file.exists(), "{}", file.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new").join("running");
        make_private(&folder).unwrap();
        let file = presence("/app", 1).save(&folder).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    }
}
