//! What nobody edits by hand, whatever a `.gitignore` says.

/// Gitignore patterns; `--ignore '!…'` takes one back.
pub(super) const PATTERNS: &[&str] = &[
    // Version control.
    ".git",
    ".hg/",
    ".jj/",
    ".svn/",
    // Dependencies, build output and caches.
    "node_modules/",
    "bower_components/",
    "target/",
    "__pycache__/",
    "*.py[cod]",
    "*.egg-info/",
    ".eggs/",
    ".venv/",
    ".tox/",
    ".nox/",
    ".cache/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".ipynb_checkpoints/",
    ".coverage",
    ".coverage.*",
    ".next/",
    ".nuxt/",
    ".svelte-kit/",
    ".parcel-cache/",
    ".turbo/",
    ".angular/",
    ".gradle/",
    // Databases in a file, which a backend writes while it works.
    "*.db",
    "*.db-*",
    "*.sqlite",
    "*.sqlite-*",
    "*.sqlite3",
    "*.sqlite3-*",
    // Browser profiles.
    "chrome-debug-profile/",
    "Policy/",
    "GCM Store/",
    // Editors: their settings, swap files, backups and trials.
    ".idea/",
    ".vscode/",
    ".*.sw[a-px]",
    ".*.swpx",
    "4913",
    "*~",
    ".#*",
    "\\#*#",
    "*___jb_tmp___",
    "*___jb_old___",
    ".*.kate-swp",
    ".goutputstream-*",
    ".~lock.*#",
    // The system.
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    ".directory",
    ".fuse_hidden*",
    ".nfs*",
    ".Trash-*/",
    // Our own records and probe files.
    ".server-reload*",
];

/// Files that say what is ignored; they are read, and never a change.
pub(super) const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// What makes a folder a Python virtual environment, whatever its name.
pub(super) const VIRTUAL_ENVIRONMENT: &str = "pyvenv.cfg";

/// What git has in the uppermost folder of a work tree: a folder, or a file that names one.
pub(super) const GIT: &str = ".git";
