//! A backend's program saved → a new document.

mod contender;

use contender::Contender;

use crate::figures::Figures;
use crate::observer::{Observer, UNDISTURBED};
use crate::options::Options;
use crate::probe::Probe;
use crate::report::{Section, milliseconds};

/// What a contender's saves led to, in milliseconds.
#[derive(Default, Clone)]
struct Times {
    /// Save → new document.
    document: Figures,
    /// Save → the restarted backend's first answer.
    up: Figures,
    /// That answer → new document.
    told: Figures,
}

/// Saves the program of all contenders in turns.
pub(crate) async fn measure(options: &Options) -> Vec<Section> {
    let mut observer = Observer::start().await;
    let contenders = [
        Contender::ours().await,
        Contender::page_script().await,
        Contender::page_script_with_watchfiles().await,
    ];
    let mut all = vec![Times::default(); contenders.len()];
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let mut shown = Vec::new();
        for (contender, times) in contenders.iter().zip(&mut all) {
            let (up, document) = save(contender, &mut observer).await;
            shown.push(format!("{up:.1} + {:.1}", document - up));
            if round > 0 {
                times.document.add(document);
                times.up.add(up);
                times.told.add(document - up);
            }
        }
        eprintln!(
            "document {round} of {}: {} ms",
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

/// One save; milliseconds from there to the backend's first answer and to the new document.
async fn save(contender: &Contender, observer: &mut Observer) -> (f64, f64) {
    let old = observer.open(&contender.url(), contender.connected).await;
    let probe = Probe::hold_by(contender.question, contender.port);
    let saved = contender.save();
    let answered = tokio::task::block_in_place(|| probe.first_answer());
    tokio::time::sleep(UNDISTURBED).await;
    let document = observer.next(old, "true").await;
    let document = document.expect("a new document after the save");
    (answered - saved, document - saved)
}

fn sections(contenders: &[Contender], all: &[Times]) -> Vec<Section> {
    let part = |key, title, pick: fn(&Times) -> &Figures| {
        let mut section = Section::new(key, title);
        for (contender, times) in contenders.iter().zip(all) {
            section.figures(contender.name, pick(times), milliseconds);
        }
        section
    };
    let title = "FastAPI program saved → new document, ms";
    let mut whole = part("document", title, |times| &times.document);
    for (contender, times) in contenders.iter().zip(all).skip(1) {
        let ratio = times.document.median() / all[0].document.median();
        let name = format!("{} / server-reload, of the medians", contender.name);
        whole.value(&name, ratio, format!("{ratio:.1} times"));
    }
    vec![
        whole,
        part(
            "document-up",
            "of this: save → first answer, ms",
            |times| &times.up,
        ),
        part(
            "document-told",
            "first answer → new document, ms",
            |times| &times.told,
        ),
    ]
}
