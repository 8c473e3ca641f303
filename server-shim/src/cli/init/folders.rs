//! Where backends are looked for: here, one folder below, and where a compose file builds.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::compose::{self, Composed};
use super::stack::{Look, Stack};
use super::{compiled, node, python, scripted};

/// What is given to the first; each further one has the next.
const PORT: u16 = 8000;

/// Folders that hold no backend of one's own.
const OTHERS: [&str; 8] = [
    "node_modules",
    "target",
    "vendor",
    "venv",
    "dist",
    "build",
    "tests",
    "docs",
];

/// All that is found, each with a name of its own.
pub(super) fn search(here: &Path) -> Vec<Stack> {
    let composed = compose::read(here);
    let mut stacks: Vec<Stack> = Vec::new();
    for dir in candidates(here, &composed) {
        if stacks.iter().any(|stack| stack.is_of(&dir)) {
            continue;
        }
        let count = u16::try_from(stacks.len()).unwrap_or_default();
        let folder = here.join(&dir);
        let look = Look {
            folder: &folder,
            port: PORT.saturating_add(count),
        };
        let Some(mut stack) = find(look) else {
            continue;
        };
        stack.dir = dir;
        stack.name = free_name(&stack, &composed, &stacks);
        stacks.push(stack);
    }
    connect(&mut stacks, &composed);
    stacks
}

fn find(look: Look<'_>) -> Option<Stack> {
    let finders = [
        python::find,
        compiled::go,
        compiled::rust,
        scripted::ruby,
        scripted::php,
        node::find,
    ];
    finders.iter().find_map(|find| find(look))
}

fn candidates(here: &Path, composed: &[Composed]) -> Vec<PathBuf> {
    let built = composed.iter().filter_map(|it| it.folder.as_deref());
    let mut all: Vec<PathBuf> = built.filter_map(inside).collect();
    all.insert(0, PathBuf::new());
    let entries = fs::read_dir(here).into_iter().flatten().flatten();
    let mut below: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && !OTHERS.contains(&name.as_str()))
        .map(PathBuf::from)
        .collect();
    below.sort_unstable();
    for dir in below {
        if !all.contains(&dir) {
            all.push(dir);
        }
    }
    all
}

/// A folder that does not lead out of this one.
fn inside(folder: &str) -> Option<PathBuf> {
    let parts = Path::new(folder).components();
    let parts = parts.filter(|part| *part != Component::CurDir);
    let parts: Vec<_> = parts.collect();
    let plain = parts
        .iter()
        .all(|part| matches!(part, Component::Normal(_)));
    (plain && !parts.is_empty()).then(|| parts.iter().collect())
}

/// As the compose file calls it, else its folder, else what it is.
fn free_name(stack: &Stack, composed: &[Composed], taken: &[Stack]) -> String {
    let builds =
        |it: &&Composed| it.folder.as_deref().and_then(inside).as_ref() == Some(&stack.dir);
    let folder = stack
        .dir
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let of_compose = composed.iter().find(builds).map(|it| it.name.clone());
    let name = of_compose.or(folder).unwrap_or_else(|| stack.name.clone());
    let plain = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(30).collect();
    let is_free = |name: &String| taken.iter().all(|other| other.name != *name);
    let more = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone())
        .chain(more)
        .find(is_free)
        .unwrap_or(name)
}

/// Only what is run here can be waited for.
fn connect(stacks: &mut [Stack], composed: &[Composed]) {
    let names: Vec<String> = stacks.iter().map(|stack| stack.name.clone()).collect();
    for stack in stacks {
        let its = composed.iter().find(|it| it.name == stack.name);
        let needs = its.map(|it| it.depends_on.as_slice()).unwrap_or_default();
        let known = needs
            .iter()
            .filter(|need| names.contains(need) && **need != stack.name);
        stack.depends_on = known.cloned().collect();
    }
}
