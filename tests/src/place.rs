//! Where tools, programs and results are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::keeper;

/// The target folder that the running program was built into.
#[must_use]
pub fn target() -> PathBuf {
    profile().parent().expect("target/PROFILE").to_owned()
}

/// The folder of the running program's profile; tests lie in its `deps`.
fn profile() -> PathBuf {
    let exe = env::current_exe().expect("the running program has a path");
    let folder = exe.parent().expect("target/PROFILE");
    let profile = if folder.ends_with("deps") {
        folder.parent().expect("target/PROFILE/deps")
    } else {
        folder
    };
    profile.to_owned()
}

/// Where screenshots of failures and other results go; made where missing.
#[must_use]
pub fn results() -> PathBuf {
    let folder = target().join("e2e");
    fs::create_dir_all(&folder).expect("a folder for results");
    folder
}

/// The repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace's folder")
}

/// The `server-reload` binary: `SERVER_RELOAD_BIN`, else the one of the running program's profile.
#[must_use]
pub fn binary() -> PathBuf {
    let beside = || profile().join("server-reload");
    let path = env::var_os("SERVER_RELOAD_BIN").map_or_else(beside, PathBuf::from);
    assert!(
        path.is_file(),
        "no `{}`\nto build it: cargo build -p server-reload",
        path.display()
    );
    path
}

/// A temporary folder, which goes with its guard, or with the running program.
#[must_use]
pub fn folder() -> TempDir {
    static ROOT: OnceLock<TempDir> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let root = tempfile::tempdir().expect("a temporary folder");
        keeper::hold_folder(root.path());
        root
    });
    tempfile::tempdir_in(root.path()).expect("a temporary folder")
}

/// The program `keeper`, which cargo builds beside the running one.
pub(crate) fn keeper() -> PathBuf {
    let path = profile().join("keeper");
    assert!(
        path.is_file(),
        "no `{}`\nto build it: cargo build -p server-reload-e2e --bins",
        path.display()
    );
    path
}

/// Python with the backends' packages: `SERVER_RELOAD_PYTHON`, else the one in the target folder.
#[must_use]
pub fn python() -> PathBuf {
    let default = || target().join("venv/bin/python");
    let path = env::var_os("SERVER_RELOAD_PYTHON").map_or_else(default, PathBuf::from);
    assert!(
        path.exists(),
        "no `{}`\nto make it: tests/run",
        path.display()
    );
    path
}

/// A tool that `tests/run` installs or that is on the `PATH`.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = tool_folders().into_iter().chain(env::split_paths(&path));
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()));
    found.unwrap_or_else(|| panic!("no `{name}` found\nto install it: tests/run"))
}

/// A package of npm that `tests/run` installs.
#[must_use]
pub fn npm_package(name: &str) -> PathBuf {
    let mut folders = tool_folders().into_iter();
    let found = folders.find_map(|folder| {
        let package = folder.with_file_name("lib/node_modules").join(name);
        Some(package).filter(|package| package.join("package.json").is_file())
    });
    found.unwrap_or_else(|| panic!("no npm package `{name}` found\nto install it: tests/run"))
}

/// The client as npm packs it: `SERVER_RELOAD_NPM_PACKAGE`, else the one in the target folder.
#[must_use]
pub fn packed_client() -> PathBuf {
    let default = || target().join("npm/server-reload-client.tgz");
    let path = env::var_os("SERVER_RELOAD_NPM_PACKAGE").map_or_else(default, PathBuf::from);
    assert!(
        path.is_file(),
        "no `{}`\nto pack it: tests/run pack",
        path.display()
    );
    path
}

fn tool_folders() -> Vec<PathBuf> {
    let set = env::var_os("SERVER_RELOAD_TOOLS").map(PathBuf::from);
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    let default = cache.map(|cache| cache.join("server-reload/tools"));
    set.or(default)
        .map(|tools| tools.join("bin"))
        .into_iter()
        .collect()
}

/// `MiniBrowser`, which lies in a private library folder.
#[must_use]
pub fn mini_browser() -> PathBuf {
    let roots = ["/usr/lib", "/usr/libexec"].map(Path::new);
    let found = roots.iter().find_map(|root| mini_browser_under(root, 2));
    found.expect("no `MiniBrowser` under /usr/lib\nto install it: tests/run")
}

fn mini_browser_under(folder: &Path, depth: usize) -> Option<PathBuf> {
    let here = folder.join("MiniBrowser");
    let private = folder
        .file_name()?
        .to_string_lossy()
        .starts_with("webkit2gtk");
    if private && here.is_file() {
        return Some(here);
    }
    let entries = fs::read_dir(folder).ok().filter(|_| depth > 0)?;
    let mut folders = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir());
    folders.find_map(|path| mini_browser_under(&path, depth - 1))
}
