//! Rows under one another.

use anstyle::Style;

/// One value, as it is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A number, or a minus where there is none.
    pub(super) fn number(number: Option<impl ToString>) -> Self {
        Self {
            right: true,
            ..Self::new(number.map_or_else(|| "-".to_owned(), |it| it.to_string()))
        }
    }

    pub(super) fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// With blanks up to this width.
    fn padded(&self, width: usize) -> String {
        let Self { text, style, right } = self;
        let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
        if *right {
            format!("{blanks}{style}{text}{style:#}")
        } else {
            format!("{style}{text}{style:#}{blanks}")
        }
    }
}

/// Lines of which each column begins, or ends, at one place. A heading stands as its numbers do.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[Cell; N]]) -> String {
    let dimmed = Style::new().dimmed();
    let first = rows.first();
    let mut at = 0;
    let headings = headings.map(|text| {
        let right = first.is_some_and(|row| row[at].right);
        at += 1;
        Cell {
            right,
            ..Cell::new(text).style(dimmed)
        }
    });
    let all: Vec<&[Cell; N]> = std::iter::once(&headings).chain(rows).collect();
    let mut lines = String::new();
    for row in &all {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let widths = all.iter().map(|row| row[column].text.chars().count());
            let last = column + 1 == N;
            cell.padded(if last && !cell.right {
                0
            } else {
                widths.max().unwrap_or_default()
            })
        });
        lines += &cells.collect::<Vec<_>>().join("  ");
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_one_another() {
        let row = |name, pid, note| [Cell::new(name), Cell::number(pid), Cell::new(note)];
        let rows = [row("api", Some(12345), "good"), row("worker", None, "")];
        let bold = Style::new().bold();
        let mut rows = rows;
        rows[0][0] = rows[0][0].clone().style(bold);
        let shown = table(["service", "pid", "note"], &rows);
        let bare = anstream::adapter::strip_str(&shown).to_string();
        assert_eq!(
            bare,
            "service    pid  note\napi      12345  good\nworker       -  \n"
        );
        assert!(
            shown.contains(&format!("{bold}api{bold:#}    ")),
            "{shown:?}"
        );
    }
}
