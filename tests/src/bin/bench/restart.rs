//! The server's first answer → a new document.

use std::time::Duration;

use crate::contender::Contender;
use crate::figures::Figures;
use crate::observer::{Observer, UNDISTURBED};
use crate::options::Options;
use crate::probe::Probe;
use crate::report::{Section, milliseconds};

/// What the table calls them.
const LETTERS: [char; 5] = ['a', 'b', 'c', 'd', 'e'];

/// Restarts all contenders in turns.
pub(crate) async fn measure(options: &Options) -> Section {
    let mut observer = Observer::start().await;
    let mut contenders = contenders(options).await;
    let mut all = vec![Figures::default(); contenders.len()];
    // The first round is for the caches.
    for round in 0..=options.rounds {
        let mut times = Vec::new();
        let entries = LETTERS.iter().zip(&mut contenders).zip(&mut all);
        for ((letter, contender), figures) in entries {
            let took = restart(contender, &mut observer, options.downtime()).await;
            times.push(format!("{letter} {took:.1}"));
            if round > 0 {
                figures.add(took);
            }
        }
        let times = times.join("  ");
        eprintln!("restart {round} of {}: {times} ms", options.rounds);
    }
    let mut section = section(options, &contenders, &all);
    section.note(observer.note().await);
    section
}

async fn contenders(options: &Options) -> Vec<Contender> {
    let mut contenders = vec![
        Contender::own_endpoint(),
        Contender::shim().await,
        Contender::page_script(),
    ];
    if options.refused {
        contenders.push(Contender::own_endpoint_refused());
        contenders.push(Contender::page_script_refused());
    }
    contenders
}

/// One restart; the time from the first answer to the new document, in milliseconds.
async fn restart(contender: &mut Contender, observer: &mut Observer, downtime: Duration) -> f64 {
    let old = observer.open(&contender.url(), contender.connected).await;
    let probe = Probe::hold(contender.port());
    contender.restart(downtime).await;
    let answered = probe.first_answer();
    tokio::time::sleep(UNDISTURBED).await;
    let document = observer.next(old, "true").await;
    document.expect("a new document after the restart") - answered
}

fn section(options: &Options, contenders: &[Contender], all: &[Figures]) -> Section {
    let mut section = Section::new("restart", "server's first answer → new document, ms");
    for ((letter, contender), figures) in LETTERS.iter().zip(contenders).zip(all) {
        let name = format!("{letter}  {}", contender.name);
        section.figures(&name, figures, milliseconds);
    }
    for (ours, theirs) in [(0, 2), (1, 2), (3, 4)] {
        if let Some(other) = all.get(theirs) {
            let ratio = other.median() / all[ours].median();
            let name = format!("{} / {}, of the medians", LETTERS[theirs], LETTERS[ours]);
            section.value(&name, ratio, format!("{ratio:.0} times"));
        }
    }
    section.note(format!("{} restarts each, in turns", options.rounds));
    section.note(
        "a, c: `uvicorn --reload --timeout-graceful-shutdown 0`, its program saved; \
         it keeps the listening socket",
    );
    section.note(format!(
        "b{}: SIGTERM, and started again on the same port {} ms after the exit",
        if options.refused { ", d, e" } else { "" },
        options.downtime().as_millis()
    ));
    section
}
