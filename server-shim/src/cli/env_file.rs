//! `--env-file`: variables for the backend.

use std::path::{Path, PathBuf};

use super::usage::Usage;

/// Reads them all; of a variable that stands in several the last counts.
///
/// What our own environment has is left out: what was typed for this run beats what stands in a file.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<(String, String)>, Usage> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for file in files {
        for (name, value) in read_one(file)? {
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value));
        }
    }
    variables.retain(|(name, _)| std::env::var_os(name).is_none());
    Ok(variables)
}

fn read_one(file: &Path) -> Result<Vec<(String, String)>, Usage> {
    let text = std::fs::read_to_string(file).map_err(|source| Usage::EnvFile {
        file: file.to_owned(),
        source,
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let variables = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<_, _>>();
    variables.map_err(|error| {
        let (number, line) = place(text, &error);
        Usage::EnvLine {
            file: file.to_owned(),
            number,
            line,
        }
    })
}

/// The parser gives the text of the line, and not its number.
fn place(text: &str, error: &dotenvy::Error) -> (usize, String) {
    let dotenvy::Error::LineParse(found, _) = error else {
        return (1, error.to_string());
    };
    // A value that is not closed goes on to the end of the file.
    let first = found.trim().lines().next().unwrap_or_default();
    let number = text.lines().position(|line| line.trim() == first);
    (number.map_or(1, |before| before + 1), first.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn error(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, text).unwrap();
        let error = read(&[file]).unwrap_err().to_string();
        error.replace(&*folder.path().to_string_lossy(), "")
    }

    #[test]
    fn the_last_file_counts_and_the_environment_more() {
        let folder = tempfile::tempdir().unwrap();
        let files = [folder.path().join("a"), folder.path().join("b")];
        std::fs::write(
            &files[0],
            "\u{feff}export A=1\n# no\nPATH=x\nB='two words'\n",
        )
        .unwrap();
        std::fs::write(&files[1], "A=2\r\nC=\"a\nb\"\n").unwrap();
        let found = read(&files).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, [("B", "two words"), ("A", "2"), ("C", "a\nb")]);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(
            error("A=1\n\n  no value\nB=2\n"),
            "`/.env:3` is no variable: `no value`\n\nwrite lines such as `NAME=value` or `NAME=\"two words\"`"
        );
        let open = error("A=1\nB='open\nC=3\n");
        assert!(
            open.starts_with("`/.env:2` is no variable: `B='open`"),
            "{open}"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(&[PathBuf::from("no/.env")]).unwrap_err().to_string();
        assert!(error.starts_with("cannot read `no/.env`: "), "{error}");
    }
}
