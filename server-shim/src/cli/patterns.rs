//! Patterns of files, as they can be typed.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::gitignore::GitignoreBuilder;

use super::usage::Usage;
use crate::supervisor::Globs;

/// Patterns from one value: several are parted by commas outside of braces; blank ones do not count.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut depth) = (vec![String::new()], 0_usize);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    let items = items.iter().map(|item| item.trim().to_owned());
    items.filter(|item| !item.is_empty()).collect()
}

/// A value of `--style` or `--page`.
pub(super) fn globs(text: &str) -> Result<Vec<Glob>, String> {
    items(text).iter().map(|item| glob(item)).collect()
}

/// Like a line of `.gitignore`, a pattern without a slash is meant for every folder.
fn glob(item: &str) -> Result<Glob, String> {
    let path = item.strip_prefix("./").unwrap_or(item);
    let below = if path.trim_end_matches('/').contains('/') {
        ""
    } else {
        "**/"
    };
    let all = if path.ends_with('/') { "**" } else { "" };
    let pattern = format!("{below}{}{all}", path.trim_start_matches('/'));
    let built = GlobBuilder::new(&pattern).literal_separator(true).build();
    built.map_err(|error| {
        format!(
            "`{item}`: {}; write such as `static/**/*.css`",
            error.kind()
        )
    })
}

/// All patterns of an option at once.
pub(super) fn set(globs: &[Vec<Glob>]) -> Result<Globs, Usage> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs.iter().flatten() {
        builder.add(glob.clone());
    }
    let set: Result<GlobSet, _> = builder.build();
    set.map(Globs).map_err(Usage::Globs)
}

/// A value of `--ignore`: lines of a `.gitignore`.
pub(super) fn ignored(text: &str) -> Result<Vec<String>, String> {
    let lines = items(text);
    for line in &lines {
        let added = GitignoreBuilder::new(".").add_line(None, line).map(drop);
        added.map_err(|error| format!("{error}; write it as in `.gitignore`, such as `data/`"))?;
    }
    Ok(lines)
}

/// An item of `--ext`, with or without its dot.
pub(super) fn extension(text: &str) -> Result<String, String> {
    let text = text.trim();
    let bare = text.trim_start_matches("*.").trim_start_matches('.');
    if bare.contains(['*', '/', '{', '[', '?', ' ']) {
        return Err(format!("`{text}` is no extension; write such as `py`"));
    }
    Ok(bare.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        set(&[globs(pattern).unwrap()]).unwrap().0.is_match(path)
    }

    #[test]
    fn commas_part_patterns_outside_of_braces() {
        assert_eq!(
            items("*.css, *.{scss,sass} ,,a"),
            ["*.css", "*.{scss,sass}", "a"]
        );
        assert!(items(" , ").is_empty());
    }

    #[test]
    fn globs_match_as_in_a_gitignore() {
        for (pattern, path, expected) in [
            ("*.css", "app.css", true),
            ("*.css", "static/deep/app.css", true),
            ("**/*.css", "app.css", true),
            ("static/*.css", "static/app.css", true),
            ("./static/*.css", "static/app.css", true),
            ("static/*.css", "static/deep/app.css", false),
            ("/*.css", "app.css", true),
            ("/*.css", "static/app.css", false),
            ("templates/", "app/templates/a/b.html", true),
            ("*.{css,scss}", "a.scss", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn bad_patterns_say_why() {
        let error = globs("[").unwrap_err();
        assert_eq!(
            error,
            "`[`: unclosed character class; missing ']'; write such as `static/**/*.css`"
        );
        let error = ignored("a,{b").unwrap_err();
        assert!(error.contains("write it as in `.gitignore`"), "{error}");
        let error = extension("*.{a}").unwrap_err();
        assert_eq!(error, "`*.{a}` is no extension; write such as `py`");
    }

    #[test]
    fn extensions_have_no_dot() {
        for text in ["py", ".py", "*.py", " py "] {
            assert_eq!(extension(text).as_deref(), Ok("py"));
        }
    }
}
