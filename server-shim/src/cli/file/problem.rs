//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Text {
    /// As it was named.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// From which byte to which.
    pub(super) at: Range<usize>,
    pub(super) what: String,
    /// What to write instead.
    pub(super) cure: String,
}

/// All that is wrong, in the order of the lines.
#[derive(Debug)]
pub(in crate::cli) struct Problems {
    text: Arc<Text>,
    all: Vec<Problem>,
}

impl Problem {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            cure: cure.into(),
        }
    }
}

impl Text {
    /// Line and column, from 1 on.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        (
            line,
            before.get(start..).unwrap_or_default().chars().count() + 1,
        )
    }

    /// The line with a mark below what is meant.
    fn quote(&self, at: &Range<usize>) -> String {
        let (number, column) = self.place(at.start);
        let line = self.text.lines().nth(number - 1).unwrap_or_default();
        let clean: String = line.chars().map(shown).collect();
        let meant = self.text.get(at.clone()).unwrap_or_default();
        let meant = meant.lines().next().unwrap_or_default();
        let (gap, mark) = (
            " ".repeat(column - 1),
            "^".repeat(meant.chars().count().max(1)),
        );
        let margin = " ".repeat(number.to_string().len());
        format!(
            "  {number} | {}\n  {margin} | {gap}{mark}",
            clean.trim_end()
        )
    }
}

/// A tab would move the mark, and other such characters the cursor.
fn shown(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

impl Problems {
    /// `None` where nothing is wrong.
    pub(super) fn of(text: &Arc<Text>, mut all: Vec<Problem>) -> Result<(), Self> {
        all.sort_by_key(|problem| problem.at.start);
        all.dedup();
        if all.is_empty() {
            return Ok(());
        }
        Err(Self {
            text: Arc::clone(text),
            all,
        })
    }

    fn path(&self) -> &Path {
        &self.text.path
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        if self.all.len() > 1 {
            write!(f, "{} things are wrong in `{path}`\n\n", self.all.len())?;
        }
        for (index, problem) in self.all.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            let (line, column) = self.text.place(problem.at.start);
            let quote = self.text.quote(&problem.at);
            let Problem { what, cure, .. } = problem;
            write!(f, "{gap}{path}:{line}:{column}: {what}\n{quote}\n{cure}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
