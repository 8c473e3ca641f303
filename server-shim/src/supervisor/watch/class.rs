//! What a changed file is for, and how a page would request it.

use std::fmt::Write;
use std::path::{Component, Path};

use super::scope::Scope;
use crate::supervisor::Globs;
use crate::supervisor::machine::Class;

impl Scope {
    pub(super) fn class(&self, path: &Path) -> Class {
        let given = &self.given;
        if self.matches(&given.style, path) {
            return Class::Style;
        }
        let pages = self.roots.pages.as_ref();
        let is_page = if given.page.0.is_empty() {
            pages.is_some_and(|pages| path.starts_with(pages))
        } else {
            self.matches(&given.page, path)
        };
        if is_page { Class::Page } else { Class::Code }
    }

    fn matches(&self, globs: &Globs, path: &Path) -> bool {
        let mut inside = self.bases().filter_map(|base| path.strip_prefix(base).ok());
        inside.any(|inside| globs.0.is_match(inside))
    }

    /// As a page would request it: from the served folder, else from the watched one.
    pub(super) fn url(&self, path: &Path) -> String {
        let inside = self.bases().find_map(|base| path.strip_prefix(base).ok());
        let mut url = String::new();
        for part in inside.unwrap_or(path).components() {
            if let Component::Normal(name) = part {
                url.push('/');
                encode(&mut url, name.as_encoded_bytes());
            }
        }
        url
    }

    /// The folders that paths are told from, in the order in which they count.
    fn bases(&self) -> impl Iterator<Item = &Path> {
        let pages = self.roots.pages.as_deref();
        let folders = self.roots.folders.iter().map(std::path::PathBuf::as_path);
        pages.into_iter().chain(folders).chain(self.roots.holders())
    }
}

/// As browsers write a path, and `%` too, so that the text can be taken back.
fn encode(url: &mut String, name: &[u8]) {
    for &byte in name {
        let plain = byte.is_ascii_graphic() && !b"\"#<>?^`{}%\\".contains(&byte);
        if plain {
            url.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn urls_are_written_as_browsers_do() {
        for (name, url) in [
            ("style.css", "style.css"),
            ("a b.css", "a%20b.css"),
            ("[id]@2x(1).js", "[id]@2x(1).js"),
            ("100%.html", "100%25.html"),
            ("ä?#.html", "%C3%A4%3F%23.html"),
        ] {
            let mut written = String::new();
            encode(&mut written, name.as_bytes());
            assert_eq!(written, url);
        }
    }
}
