//! What services need of one another.

use super::entry::{Entry, Need};
use super::keys::nearest;
use super::problem::Problem;

/// Names that are none, and ways that lead back to where they began.
pub(super) fn check(services: &[Entry]) -> Vec<Problem> {
    let names: Vec<String> = services.iter().map(|entry| entry.name.clone()).collect();
    let mut problems = Vec::new();
    for entry in services {
        for need in &entry.needs {
            if !names.contains(&need.dependency.service) {
                problems.push(unknown(entry, need, &names));
            }
        }
    }
    let mut known: Vec<Vec<&str>> = Vec::new();
    for entry in services {
        let Some((way, at)) = circle(services, entry) else {
            continue;
        };
        let mut members = way.clone();
        members.sort_unstable();
        if known.contains(&members) {
            continue;
        }
        problems.push(Problem::new(
            at,
            told(&way),
            "one of them has to start first: leave out one `depends_on`",
        ));
        known.push(members);
    }
    problems
}

fn unknown(entry: &Entry, need: &Need, names: &[String]) -> Problem {
    let name = &need.dependency.service;
    let near = nearest(name, names).map(|near| format!("did you mean `{near}`? "));
    Problem::new(
        need.at.clone(),
        format!(
            "`{}` depends on `{name}`, and there is no such service",
            entry.name
        ),
        format!(
            "{}The services are {}",
            near.unwrap_or_default(),
            names.join(", ")
        ),
    )
}

/// The shortest way from a service back to itself, and where its first step stands.
fn circle<'a>(
    services: &'a [Entry],
    from: &'a Entry,
) -> Option<(Vec<&'a str>, std::ops::Range<usize>)> {
    let find = |name: &str| services.iter().find(|entry| entry.name == name);
    let mut ways: Vec<(Vec<&str>, &Need)> = from
        .needs
        .iter()
        .map(|need| (vec![from.name.as_str()], need))
        .collect();
    let mut seen = Vec::new();
    let mut next = 0;
    while let Some((way, need)) = ways.get(next).cloned() {
        next += 1;
        let name = need.dependency.service.as_str();
        if name == from.name {
            let first = from.needs.iter().find(|need| {
                way.get(1).copied().unwrap_or(from.name.as_str()) == need.dependency.service
            });
            return first.map(|need| (way, need.at.clone()));
        }
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let Some(entry) = find(name) else { continue };
        let longer: Vec<&str> = way.iter().copied().chain([name]).collect();
        ways.extend(entry.needs.iter().map(|need| (longer.clone(), need)));
    }
    None
}

fn told(way: &[&str]) -> String {
    match way {
        [one] => format!("`{one}` depends on itself"),
        [first, rest @ ..] => {
            let rest: Vec<_> = rest
                .iter()
                .map(|name| format!("`{name}`, which needs "))
                .collect();
            format!("`{first}` needs {}`{first}`", rest.concat())
        }
        [] => String::new(),
    }
}
