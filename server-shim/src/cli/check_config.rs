//! `server-reload check-config [FILE]`: what is wrong with the file, or that nothing is.

use std::path::PathBuf;

use super::error::Error;
use super::file::{Built, File, Wanted};
use super::plan::Backend;
use super::usage::Usage;
use super::voice::Voice;

/// As the file would be read for a run without any option.
pub(super) fn run(file: Option<PathBuf>, voice: Voice) -> Result<(), Error> {
    let wanted = file.map_or(Wanted::Nearest, Wanted::Named);
    let file = File::find(&wanted)?.ok_or(Usage::NoConfig)?;
    let built = file.checked()?;
    voice.say(format!("{}: ok{}", file.path().display(), count(&built)));
    for one in &built {
        voice.say(format!("  {}", summary(one)));
    }
    Ok(())
}

fn count(built: &[Built]) -> String {
    match built.len() {
        0 => ", and no service in it".to_owned(),
        1 => ", 1 service".to_owned(),
        count => format!(", {count} services"),
    }
}

fn summary(built: &Built) -> String {
    let Built { service, backend } = built;
    let what = match backend {
        Backend::Run(line) => format!("runs {line}"),
        Backend::Attached(at) => format!("watches {at}"),
    };
    let needs = service.depends_on.iter().map(|need| {
        let with = if need.restart {
            " (restarted with it)"
        } else {
            ""
        };
        format!("{}{with}", need.service)
    });
    let needs: Vec<_> = needs.collect();
    let after = if needs.is_empty() {
        String::new()
    } else {
        format!(", after {}", needs.join(", "))
    };
    format!("{}: {what}{after}", service.name)
}
