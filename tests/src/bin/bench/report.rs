//! One table, and JSON.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use serde_json::{Map, Value, json};

use crate::figures::Figures;

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Section>);

/// One part of the table.
#[derive(Debug)]
pub(crate) struct Section {
    key: String,
    title: String,
    /// Whether there are rows with quantiles.
    spread: bool,
    /// What such rows have beside them.
    extra: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
    notes: Vec<String>,
    /// Notes on what takes more than it may.
    over: Vec<String>,
    values: Map<String, Value>,
}

impl Section {
    /// An empty one; `key` names it in JSON.
    pub(crate) fn new(key: &str, title: &str) -> Self {
        Self {
            key: key.to_owned(),
            title: title.to_owned(),
            spread: false,
            extra: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            over: Vec::new(),
            values: Map::new(),
        }
    }

    /// Names what rows have beside their quantiles, or instead of them.
    pub(crate) fn extra(&mut self, headings: &[&str]) {
        self.extra = headings.iter().map(ToString::to_string).collect();
    }

    /// Adds a row of median, least, quartiles and greatest.
    pub(crate) fn figures(&mut self, name: &str, figures: &Figures, show: fn(f64) -> String) {
        self.figures_and(name, figures, show, Vec::new());
    }

    /// The same with a cell for each of [`Self::extra`].
    pub(crate) fn figures_and(
        &mut self,
        name: &str,
        figures: &Figures,
        show: fn(f64) -> String,
        extra: Vec<String>,
    ) {
        let mut value = figures.json();
        for (heading, cell) in self.extra.iter().zip(&extra) {
            value[heading] = json!(cell);
        }
        let cells = [0.5, 0.0, 0.25, 0.75, 1.0].map(|share| show(figures.quantile(share)));
        self.spread = true;
        self.rows
            .push((name.to_owned(), cells.into_iter().chain(extra).collect()));
        self.values.insert(name.to_owned(), value);
    }

    /// Adds a row of numbers of bytes or the like, one for each of [`Self::extra`]; none is a dash.
    pub(crate) fn counts(&mut self, name: &str, counts: &[Option<usize>]) {
        let shown = counts
            .iter()
            .map(|count| count.map_or("–".to_owned(), grouped));
        self.rows.push((name.to_owned(), shown.collect()));
        let named = self
            .extra
            .iter()
            .cloned()
            .zip(counts.iter().map(|count| json!(count)));
        self.values
            .insert(name.to_owned(), Value::Object(named.collect()));
    }

    /// Adds a row with one value, `shown` for people.
    pub(crate) fn value(&mut self, name: &str, value: impl Into<Value>, shown: String) {
        self.rows.push((name.to_owned(), vec![shown]));
        self.values.insert(name.to_owned(), value.into());
    }

    /// Takes note of whether what has `taken` so much keeps to its budget.
    pub(crate) fn budget(&mut self, what: &str, taken: f64, most: f64) {
        let line = format!("{what}: {taken:.1}, at most {most}");
        self.note(&*line);
        if taken > most {
            self.over.push(line);
        }
    }

    /// Adds a line below the rows.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl Display for Section {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{:NAME$}", self.title)?;
        if self.spread {
            for heading in ["median", "min", "¼", "¾", "max"] {
                write!(out, "{heading:>CELL$}")?;
            }
        }
        for heading in &self.extra {
            write!(out, "{heading:>CELL$}")?;
        }
        writeln!(out)?;
        for (name, cells) in &self.rows {
            write!(out, "  {name:width$}", width = NAME - 2)?;
            for cell in cells {
                write!(out, "{cell:>CELL$}")?;
            }
            writeln!(out)?;
        }
        for note in &self.notes {
            writeln!(out, "  ({note})")?;
        }
        Ok(())
    }
}

/// Widths of the columns.
const NAME: usize = 58;
const CELL: usize = 10;

impl Report {
    /// Adds a part.
    pub(crate) fn add(&mut self, section: Section) {
        self.0.push(section);
    }

    /// Adds several parts.
    pub(crate) fn extend(&mut self, sections: Vec<Section>) {
        self.0.extend(sections);
    }

    /// What takes more than it may.
    pub(crate) fn over(&self) -> Vec<&str> {
        let sections = self.0.iter();
        let over = sections.flat_map(|section| &section.over);
        over.map(String::as_str).collect()
    }

    /// Saves it as JSON.
    pub(crate) fn save(&self, file: &Path) {
        let mut all = Map::new();
        all.insert("machine".into(), machine().into());
        for section in &self.0 {
            let Section {
                key,
                title,
                values,
                notes,
                ..
            } = section;
            let value = json!({ "title": title, "values": values, "notes": notes });
            all.insert(key.clone(), value);
        }
        let text = format!("{:#}\n", Value::Object(all));
        if let Err(error) = fs::write(file, text) {
            panic!("can't write `{}`: {error}", file.display());
        }
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", machine())?;
        for section in &self.0 {
            write!(out, "\n{section}")?;
        }
        Ok(())
    }
}

/// What it was measured on, in words.
fn machine() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or_else(String::new, |(_, name)| format!(" ({name})"));
    let system = std::env::consts::OS;
    format!("measured on {cores} cores{model}, {system}{}", load())
}

/// What else the machine has been doing in the last minute, where it tells.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = averages.split(' ').next().filter(|load| !load.is_empty());
    last_minute.map_or_else(String::new, |load| format!(", load {load} at the end"))
}

/// With one decimal; a dash where there is none.
pub(crate) fn milliseconds(value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    format!("{value:.1}")
}

/// With two decimals.
pub(crate) fn seconds(value: f64) -> String {
    format!("{value:.2}")
}

/// With a comma between thousands.
pub(crate) fn grouped(value: usize) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (value, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(value), shown);
        }
    }
}
