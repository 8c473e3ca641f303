//! Which of those that run is meant.

use std::path::Path;

use super::ControlError;
use crate::cli::presence::{self, Presence};

/// The one in this folder, or in the nearest above; with a port the one at that port, wherever it is.
pub(super) fn find(port: Option<u16>) -> Result<Presence, ControlError> {
    // A variable that lets the system choose a port names none.
    let port = port.filter(|port| *port != 0);
    choose(presence::all(), &presence::here(), port)
}

fn choose(
    mut all: Vec<Presence>,
    here: &Path,
    port: Option<u16>,
) -> Result<Presence, ControlError> {
    all.sort_by_key(|it| it.port);
    let candidates = all.iter();
    let candidates = candidates.filter(|it| port.is_none_or(|port| it.port == port));
    let candidates: Vec<&Presence> = candidates.collect();
    let nearest = here.ancestors().find_map(|folder| {
        let its = candidates.iter().filter(|it| it.folder == folder);
        let its: Vec<Presence> = its.map(|it| (*it).clone()).collect();
        (!its.is_empty()).then_some((folder, its))
    });
    match (nearest, port) {
        (Some((_, found)), _) if found.len() == 1 => found.into_iter().next(),
        (Some((folder, found)), _) => {
            let folder = folder.to_owned();
            return Err(ControlError::Several { folder, found });
        }
        (None, Some(_)) => candidates.first().map(|it| (*it).clone()),
        (None, None) => None,
    }
    .ok_or_else(|| match port {
        Some(port) => ControlError::NotAtPort { port, others: all },
        None => ControlError::NotRunning {
            folder: here.to_owned(),
            others: all,
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::cli::presence::tests::presence;

    fn all() -> Vec<Presence> {
        let places = [("/a", 1), ("/a/b", 2), ("/c", 4), ("/c", 3)];
        places.map(|(folder, port)| presence(folder, port)).into()
    }

    fn chosen(here: &str, port: Option<u16>) -> Result<u16, String> {
        let chosen = choose(all(), Path::new(here), port);
        chosen.map(|it| it.port).map_err(|error| error.to_string())
    }

    #[test]
    fn the_nearest_is_meant() {
        for (here, port) in [("/a", 1), ("/a/x/y", 1), ("/a/b", 2), ("/a/b/src", 2)] {
            assert_eq!(chosen(here, None), Ok(port), "{here}");
        }
    }

    #[test]
    fn a_port_names_one_wherever_it_is() {
        assert_eq!(chosen("/c", Some(4)), Ok(4));
        assert_eq!(chosen("/nowhere", Some(2)), Ok(2));
        let error = chosen("/a", Some(9)).unwrap_err();
        assert!(
            error.starts_with(
                "no server-reload runs at port `9`\n\nname one that does:\n  --port 1      /a\n"
            ),
            "{error}"
        );
    }

    #[test]
    fn who_is_not_there_is_not_made_up() {
        let error = chosen("/ab", None).unwrap_err();
        assert!(
            error.starts_with("no server-reload runs in `/ab`\n\nstart one there: "),
            "{error}"
        );
        assert!(error.ends_with("elsewhere:\n  --port 1      /a\n  --port 2      /a/b\n  --port 3      /c\n  --port 4      /c"), "{error}");
        let error = choose(Vec::new(), Path::new("/a"), None).unwrap_err();
        assert!(error.to_string().ends_with("-- COMMAND"), "{error}");
    }

    #[test]
    fn two_in_one_folder_want_a_port() {
        assert_eq!(
            chosen("/c/d", None).unwrap_err(),
            "2 server-reloads run in `/c`\n\nsay which by its port:\n  --port 3      /c\n  --port 4      /c"
        );
    }
}
