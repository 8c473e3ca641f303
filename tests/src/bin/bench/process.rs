//! Save → a new process that has read the whole file.

mod contender;
mod marks;
mod save;
mod site;

use contender::{ANY_PROGRAM, Contender, Entry, Kind, Outcome, UVICORN};
use save::Style;

use crate::figures::Figures;
use crate::options::Options;
use crate::report::{Section, milliseconds};

/// What the table adds to the quantiles.
const EXTRA: [&str; 3] = ["half-read", "missed", "runs/save"];

/// Saves beside all contenders in turns.
pub(crate) async fn measure(options: &Options) -> Vec<Section> {
    let styles = [Style::AtOnce, Style::InChunks(2), Style::InChunks(20)];
    let mut sections = compare("process", &ANY_PROGRAM, &styles, options).await;
    sections.extend(compare("process-uvicorn", &UVICORN, &styles[..1], options).await);
    sections
}

/// What a contender made of one style's saves.
#[derive(Default, Clone)]
struct Tally {
    took: Figures,
    saves: u32,
    runs: u32,
    half_read: u32,
    missed: u32,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        match outcome.took {
            Some(took) => self.took.add(took),
            None => self.missed += 1,
        }
        self.saves += 1;
        self.runs += outcome.runs;
        self.half_read += outcome.half_read;
    }

    fn extra(&self) -> Vec<String> {
        let runs = f64::from(self.runs) / f64::from(self.saves);
        vec![
            self.half_read.to_string(),
            self.missed.to_string(),
            format!("{runs:.1}"),
        ]
    }
}

async fn compare(
    key: &'static str,
    entries: &[Entry],
    styles: &[Style],
    options: &Options,
) -> Vec<Section> {
    let mut contenders = Vec::new();
    for entry in entries {
        contenders.push(entry.start().await);
    }
    let mut all = vec![vec![Tally::default(); contenders.len()]; styles.len()];
    // The first round is for the caches.
    for round in 0..=options.rounds {
        for (style, tallies) in styles.iter().zip(&mut all) {
            let mut times = Vec::new();
            for (contender, tally) in contenders.iter_mut().zip(tallies) {
                let outcome = contender.save(*style).await;
                times.push(outcome.took.map_or("–".to_owned(), milliseconds));
                if round > 0 {
                    tally.add(outcome);
                }
            }
            let times = times.join("  ");
            eprintln!("{key} {round} of {}: {times} ms", options.rounds);
        }
    }
    let sections = styles.iter().zip(&all);
    let sections = sections.map(|(style, tallies)| section(key, *style, &contenders, tallies));
    sections.collect()
}

fn section(
    key: &'static str,
    style: Style,
    contenders: &[Contender],
    tallies: &[Tally],
) -> Section {
    let key = match style {
        Style::AtOnce => key.to_owned(),
        Style::InChunks(pause) => format!("{key}-chunks-{pause}"),
    };
    let mut section = Section::new(&key, &format!("{} → new process, ms", style.name()));
    section.extra(&EXTRA);
    for (contender, tally) in contenders.iter().zip(tallies) {
        section.figures_and(contender.name, &tally.took, milliseconds, tally.extra());
    }
    if let Some(first) = first(contenders, tallies) {
        section.value(
            "first of the defaults that read whole files",
            first,
            first.into(),
        );
    }
    let saves = tallies.first().map_or(0, |tally| tally.saves);
    section.note(format!(
        "{saves} saves each, in turns; from the file's close to the first act of the first process \
         that then reads all of it; half-read: processes that found an unfinished file"
    ));
    section
}

/// The fastest among those as their makers have set them whose processes all found a whole file.
fn first(contenders: &[Contender], tallies: &[Tally]) -> Option<&'static str> {
    let entered = contenders.iter().zip(tallies).filter(|(contender, tally)| {
        contender.kind == Kind::Default && tally.half_read + tally.missed == 0
    });
    entered
        .min_by(|(_, one), (_, other)| one.took.median().total_cmp(&other.took.median()))
        .map(|(contender, _)| contender.name)
}
