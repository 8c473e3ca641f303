//! A backend that was found.

use std::fs;
use std::path::{Path, PathBuf};

/// A backend that was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    /// For people: `FastAPI`.
    pub(super) kind: &'static str,
    /// Its folder, from the working folder on; empty where it is that.
    pub(super) dir: PathBuf,
    /// The file that told so, in its folder.
    pub(super) file: String,
    pub(super) name: String,
    pub(super) command: String,
    pub(super) check: Option<String>,
    /// What it says of its own pages.
    pub(super) own_pages: bool,
    pub(super) depends_on: Vec<String>,
}

impl Stack {
    pub(super) fn new(
        kind: &'static str,
        file: impl Into<String>,
        command: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            file: file.into(),
            name: "api".to_owned(),
            command: command.into(),
            ..Self::default()
        }
    }

    pub(super) fn checked(mut self, check: impl Into<String>) -> Self {
        self.check = Some(check.into());
        self
    }

    /// Whether this folder is a part of it.
    pub(super) fn is_of(&self, dir: &Path) -> bool {
        let file = self.dir.join(&self.file);
        file.parent().is_some_and(|part| part.starts_with(dir))
    }

    /// For people: the file, from the working folder on.
    pub(super) fn place(&self) -> String {
        self.dir.join(&self.file).display().to_string()
    }
}

/// A folder that is looked at, and the port that its backend may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) folder: &'a Path,
    pub(super) port: u16,
}

impl Look<'_> {
    pub(super) fn has(self, file: &str) -> bool {
        self.folder.join(file).exists()
    }

    /// Empty where it cannot be read. A file that is large is no source that somebody has written.
    pub(super) fn text(self, file: &str) -> String {
        let path = self.folder.join(file);
        let small = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() < 1 << 20);
        if small {
            fs::read_to_string(path).unwrap_or_default()
        } else {
            String::new()
        }
    }

    /// The names in it that end so, in order.
    pub(super) fn ending(self, end: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| name.ends_with(end)).collect();
        names.sort_unstable();
        names
    }
}

/// Quoted as a shell would need it.
pub(super) fn word(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}
