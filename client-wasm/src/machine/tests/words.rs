//! The browser side has the same words, in the same order.

use std::fs;
use std::path::Path;

use super::*;
use crate::machine::memory::Key;

/// The list of this name in the browser side's files.
fn list(wanted: &str) -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let files = fs::read_dir(&dir).expect("the browser side's files");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()));
    let found: Vec<_> = texts
        .filter_map(|text| in_text(&text.expect("text"), wanted))
        .collect();
    assert_eq!(found.len(), 1, "{wanted} in {}", dir.display());
    found.into_iter().flatten().collect()
}

/// What stands between the brackets after `NAME = `, or after `NAME: `.
fn in_text(text: &str, wanted: &str) -> Option<Vec<String>> {
    let mut places = text.match_indices(wanted);
    places.find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = text[at + wanted.len()..]
            .trim_start_matches('"')
            .trim_start();
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        let (words, _) = rest.strip_prefix('[')?.split_once(']')?;
        let whole = before.is_none_or(|it| !it.is_alphanumeric() && it != '_');
        let words = words
            .split(',')
            .map(|it| it.trim().trim_matches(['"', '\'']))
            .map(|it| it.trim_start_matches("acts."));
        whole.then(|| {
            words
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect()
        })
    })
}

/// What a value is called where its Rust name is one word.
fn lower(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

#[test]
fn the_words_are_the_same_on_both_sides() {
    let words = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let statuses: Vec<_> = Status::ALL.iter().map(|it| it.as_str()).collect();
    let phases: Vec<_> = Phase::ALL.iter().map(|it| it.as_str()).collect();
    let kinds: Vec<_> = ChangeKind::ALL.iter().map(|it| it.as_str()).collect();
    let ends: Vec<_> = OperationStatus::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(list("STATUSES"), words(&statuses));
    assert_eq!(list("PHASES"), words(&phases));
    assert_eq!(list("CHANGE_KINDS"), words(&kinds));
    assert_eq!(list("OPERATION_STATUSES"), words(&ends));
    assert_eq!(list("TIMINGS"), words(Timing::NAMES));
    let remarks = [
        Remark::Unreached,
        Remark::Workers,
        Remark::Paused,
        Remark::Forbidden,
        Remark::Refused,
    ];
    assert_eq!(list("REMARKS"), remarks.map(lower));
    let named = [Key::Left, Key::Id, Key::Revision].map(|it| it as u32);
    assert!(include_str!("../../../js/page.js").contains(&format!("NAMED = {named:?};")));
}

#[test]
fn what_is_told_by_its_place_has_it_in_the_list() {
    let place = |words: &[String], word: &str| words.iter().position(|it| it == word);
    let effects = list("EFFECTS");
    for (effect, word) in crate::wire::samples::effects() {
        let at = usize::try_from(effect.kind()).ok();
        assert_eq!(at, place(&effects, word), "{effect:?}");
    }
    let notices = list("NOTICES");
    for notice in crate::wire::samples::notices() {
        let debugged = format!("{notice:?}");
        let word = debugged.split([' ', '(']).next().unwrap_or_default();
        let at = usize::try_from(notice.number()).ok();
        assert_eq!(at, place(&notices, &word.to_lowercase()), "{notice:?}");
    }
}
