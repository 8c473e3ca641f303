//! The path of a request, decoded exactly once and free of everything that could lead out.

use std::fmt;
use std::path::PathBuf;

use http::StatusCode;

/// Names inside the folder, in order. None is empty, `.`, `..`, hidden, or has a separator in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestPath {
    names: Vec<String>,
    /// Ends with `/`, or is `/` alone: a folder is meant.
    pub(crate) folder: bool,
}

/// Why a path is not looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathError {
    #[error("the path does not begin with `/`")]
    NotAbsolute,
    #[error("a `%` in the path is not followed by two hexadecimal digits; write it as `%25`")]
    BadEscape,
    #[error("the path is not UTF-8")]
    NotUtf8,
    #[error("the path has `{0}` in a name")]
    Forbidden(&'static str),
    #[error("the path has an empty name, `.` or `..` in it")]
    NotPlain,
    #[error("names that begin with a dot are never served")]
    Hidden,
}

impl PathError {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Hidden => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl RequestPath {
    /// Reads the path as it stood in the request, without the query.
    pub(crate) fn parse(raw: &str) -> Result<Self, PathError> {
        let raw = raw.strip_prefix('/').ok_or(PathError::NotAbsolute)?;
        if raw.is_empty() {
            return Ok(Self {
                names: Vec::new(),
                folder: true,
            });
        }
        let (raw, folder) = match raw.strip_suffix('/') {
            Some(front) => (front, true),
            None => (raw, false),
        };
        let names = raw.split('/').map(name).collect::<Result<_, _>>()?;
        Ok(Self { names, folder })
    }

    /// Relative to the folder.
    pub(crate) fn to_path(&self) -> PathBuf {
        self.names.iter().collect()
    }
}

/// For people, relative to the folder.
impl fmt::Display for RequestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join("/"))?;
        match (self.folder, self.names.is_empty()) {
            (true, true) => f.write_str("index.html"),
            (true, false) => f.write_str("/index.html"),
            _ => Ok(()),
        }
    }
}

fn name(raw: &str) -> Result<String, PathError> {
    let name = decode(raw)?;
    for (character, shown) in [('/', "/"), ('\\', "\\"), ('\0', "NUL")] {
        if name.contains(character) {
            return Err(PathError::Forbidden(shown));
        }
    }
    // On Windows a colon starts a drive or an alternate stream of the file.
    if cfg!(windows) && name.contains(':') {
        return Err(PathError::Forbidden(":"));
    }
    match name.as_str() {
        "" | "." | ".." => Err(PathError::NotPlain),
        hidden if hidden.starts_with('.') => Err(PathError::Hidden),
        _ => Ok(name),
    }
}

fn decode(raw: &str) -> Result<String, PathError> {
    let mut parts = raw.split('%');
    let mut bytes = Vec::from(parts.next().unwrap_or_default());
    for part in parts {
        let escape = part
            .get(..2)
            .filter(|escape| escape.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = escape.and_then(|escape| u8::from_str_radix(escape, 16).ok());
        bytes.push(byte.ok_or(PathError::BadEscape)?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).map_err(|_| PathError::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    #[test]
    fn plain_paths() {
        for (raw, path, folder) in [
            ("/", "", true),
            ("/a.html", "a.html", false),
            ("/a/b/", "a/b", true),
            ("/a%20b.txt", "a b.txt", false),
            ("/%F0%9F%9A%80.txt", "🚀.txt", false),
            ("/100%25.txt", "100%.txt", false),
            ("/%2525", "%25", false),
            ("/a.b..c", "a.b..c", false),
        ] {
            let parsed = RequestPath::parse(raw);
            let parsed = parsed.map(|parsed| (parsed.to_path(), parsed.folder));
            assert_eq!(parsed, Ok((PathBuf::from(path), folder)), "{raw}");
        }
    }

    #[test]
    fn evil_paths() {
        for (raw, error) in [
            ("", PathError::NotAbsolute),
            ("*", PathError::NotAbsolute),
            ("//", PathError::NotPlain),
            ("//evil.example/", PathError::NotPlain),
            ("/a//b", PathError::NotPlain),
            ("/../etc/passwd", PathError::NotPlain),
            ("/a/%2e%2E/b", PathError::NotPlain),
            ("/./a", PathError::NotPlain),
            ("/..%2fetc", PathError::Forbidden("/")),
            ("/a%2Fb", PathError::Forbidden("/")),
            ("/a\\b", PathError::Forbidden("\\")),
            ("/..%5c..%5cetc", PathError::Forbidden("\\")),
            ("/a%00.html", PathError::Forbidden("NUL")),
            ("/%zz", PathError::BadEscape),
            ("/%", PathError::BadEscape),
            ("/%4", PathError::BadEscape),
            ("/%+1", PathError::BadEscape),
            ("/%ff", PathError::NotUtf8),
            ("/.git/config", PathError::Hidden),
            ("/a/%2eenv", PathError::Hidden),
        ] {
            assert_eq!(RequestPath::parse(raw), Err(error), "{raw}");
        }
    }

    #[test]
    fn shown_relative_to_the_folder() -> Result<(), PathError> {
        for (raw, shown) in [
            ("/", "index.html"),
            ("/a/", "a/index.html"),
            ("/a%20b", "a b"),
        ] {
            assert_eq!(RequestPath::parse(raw)?.to_string(), shown);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn never_leads_out(raw in "(/|\\.|%2e|%2f|%5c|%00|\\\\|%|[a-z]|\\PC){0,24}") {
            if let Ok(path) = RequestPath::parse(&raw) {
                let path = path.to_path();
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
            }
        }
    }
}
