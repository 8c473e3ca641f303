//! A static file saved → a new document, or the style applied.

mod contender;

use contender::Contender;

use crate::figures::Figures;
use crate::observer::{Observer, UNDISTURBED};
use crate::options::Options;
use crate::report::{Section, milliseconds};

/// What a contender's saves led to, in milliseconds.
#[derive(Default, Clone)]
struct Times {
    page: Figures,
    /// How often no new document showed the saved page.
    pages_missed: u32,
    sheet: Figures,
    sheets_missed: u32,
    /// How often a saved style sheet loaded the page anew.
    loads: u32,
}

impl Times {
    fn add_page(&mut self, took: Option<f64>) {
        match took {
            Some(took) => self.page.add(took),
            None => self.pages_missed += 1,
        }
    }

    fn add_sheet(&mut self, took: Option<f64>, loaded: bool) {
        match took {
            Some(took) => self.sheet.add(took),
            None => self.sheets_missed += 1,
        }
        self.loads += u32::from(loaded);
    }
}

/// Saves beside all contenders in turns.
pub(crate) async fn measure(options: &Options) -> Vec<Section> {
    let mut observer = Observer::start().await;
    let mut contenders = [
        Contender::ours().await,
        Contender::livereload_npm().await,
        Contender::livereload_python().await,
        Contender::vite().await,
    ];
    let mut all = vec![Times::default(); contenders.len()];
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let mut shown = Vec::new();
        for (contender, times) in contenders.iter_mut().zip(&mut all) {
            let (sheet, loaded) = save_sheet(contender, &mut observer).await;
            let page = save_page(contender, &mut observer).await;
            let text = |took: Option<f64>| took.map_or("–".to_owned(), milliseconds);
            shown.push(format!("{}, css {}", text(page), text(sheet)));
            if round > 0 {
                times.add_page(page);
                times.add_sheet(sheet, loaded);
            }
        }
        eprintln!(
            "static {round} of {}: {} ms",
            options.rounds,
            shown.join("  ")
        );
    }
    let mut sections = sections(&contenders, &all);
    if let Some(last) = sections.last_mut() {
        last.note(format!("{} saves each, in turns", options.rounds));
        last.note(observer.note().await);
    }
    sections
}

/// Milliseconds from the save to the computed style, and whether the page was loaded for it.
async fn save_sheet(contender: &mut Contender, observer: &mut Observer) -> (Option<f64>, bool) {
    let old = observer.open(&contender.url, contender.connected).await;
    contender.rest().await;
    let (saved, seen) = contender.save_sheet();
    tokio::time::sleep(UNDISTURBED).await;
    let applied = observer.number(&seen).await;
    (
        applied.map(|applied| applied - saved),
        observer.has_left(old).await,
    )
}

/// Milliseconds from the save to the new document.
async fn save_page(contender: &mut Contender, observer: &mut Observer) -> Option<f64> {
    let old = observer
        .connected(&contender.url, contender.connected)
        .await;
    contender.rest().await;
    let (saved, ready) = contender.save_page();
    tokio::time::sleep(UNDISTURBED).await;
    let document = observer.next(old, &ready).await;
    document.map(|document| document - saved)
}

fn sections(contenders: &[Contender], all: &[Times]) -> Vec<Section> {
    let mut pages = Section::new("static-page", "static page saved → new document, ms");
    let mut sheets = Section::new("static-style", "style sheet saved → style computed, ms");
    pages.extra(&["missed"]);
    sheets.extra(&["missed", "loads"]);
    for (contender, times) in contenders.iter().zip(all) {
        let missed = vec![times.pages_missed.to_string()];
        pages.figures_and(contender.name, &times.page, milliseconds, missed);
        let counts = [times.sheets_missed, times.loads].map(|count| count.to_string());
        sheets.figures_and(contender.name, &times.sheet, milliseconds, counts.into());
    }
    sheets.note("loads: how often the page was loaded anew instead of its style swapped");
    vec![pages, sheets]
}
