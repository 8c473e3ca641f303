//! The file that is written.

use std::path::Path;

use super::stack::Stack;

const HEAD: &str = "\
# What `server-reload` runs here. It finds this file from here and from every folder below.
# Paths are told from this file's folder on. What is typed beats what stands here.
# `server-reload check-config` says what is wrong with it.

# port = 10021                 # where pages find reload.js
# host = \"0.0.0.0\"             # for a browser on a second machine
# open = true                  # open the page once it is ready
# ignore = [\"data/\"]           # files that count for no service
";

/// What can be said of a service, once for all of them.
const MORE: &str = "\
# ready = \"http://localhost:8000/\"  # when it is ready; else as soon as it listens
# env = { DEBUG = \"1\" }
# env_file = \".env\"
# watch = [\"src\"]              # else the service's folder
# page = \"templates/\"          # files for which pages are reloaded, and nothing is restarted
# depends_on = [\"db\"]          # or { service = \"db\", restart = true } to be restarted with it
# reload = false               # pages do not depend on it
# stop_timeout = \"3s\"
";

const EXAMPLE: &str = "
# [service.api]
# command = \"uvicorn app:app --port 8000\"
# dir = \"backend\"              # else this folder
# check = \"python -m py_compile app.py\"  # must pass before a restart
";

/// For what was found in this folder.
pub(super) fn of(here: &Path, stacks: &[Stack]) -> String {
    let mut parts = vec![HEAD.to_owned(), folder(here)];
    if stacks.is_empty() {
        parts.extend([EXAMPLE.to_owned(), MORE.to_owned()]);
    }
    for (index, stack) in stacks.iter().enumerate() {
        let service = service(here, stack);
        let more = (index == 0).then(|| more(&service));
        parts.extend([service].into_iter().chain(more));
    }
    parts.concat()
}

/// What is served beside the services.
fn folder(here: &Path) -> String {
    let mut sites = ["www", "public"].into_iter();
    let line = match sites.find(|folder| is_site(&here.join(folder))) {
        Some(folder) => format!("folder = {}", quoted(folder)),
        None => "# folder = \"www\"".to_owned(),
    };
    format!("{line:30} # a folder to serve beside the services\n")
}

/// What is not said of it yet.
fn more(service: &str) -> String {
    let key = |line: &str| line.split(" = ").next().unwrap_or_default().to_owned();
    let said: Vec<_> = service.lines().map(key).collect();
    let new = |line: &&str| !said.contains(&key(line.trim_start_matches("# ")));
    let more = MORE.lines().filter(new).flat_map(|line| [line, "\n"]);
    more.collect()
}

/// Pages, and no program that makes them.
fn is_site(folder: &Path) -> bool {
    folder.join("index.html").is_file() && !folder.join("index.php").exists()
}

fn service(here: &Path, stack: &Stack) -> String {
    let Stack { kind, name, .. } = stack;
    // Letters of other alphabets need quotes in a key.
    let key = if name.is_ascii() && !name.contains('.') {
        name.clone()
    } else {
        quoted(name)
    };
    let mut lines = vec![
        String::new(),
        format!("# {kind}, found in {}", one_line(&stack.place())),
        format!("[service.{key}]"),
        format!("command = {}", quoted(&stack.command)),
    ];
    if !stack.dir.as_os_str().is_empty() {
        lines.push(format!("dir = {}", path(&stack.dir)));
    }
    if let Some(check) = &stack.check {
        let check = quoted(check);
        lines.push(format!("check = {check}  # must pass before a restart"));
    }
    let env_file = stack.dir.join(".env");
    if here.join(&env_file).is_file() {
        lines.push(format!("env_file = {}", path(&env_file)));
    }
    if !stack.depends_on.is_empty() {
        let needs: Vec<_> = stack.depends_on.iter().map(|need| quoted(need)).collect();
        let needs = needs.join(", ");
        lines.push(format!(
            "depends_on = [{needs}]  # is started once these are ready"
        ));
    }
    if stack.own_pages {
        lines.push("watch = []  # it follows its files by itself".to_owned());
        lines.push("reload = false  # and so do its pages".to_owned());
    }
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

/// With slashes, which every system takes.
fn path(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    quoted(&parts.collect::<Vec<_>>().join("/"))
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, "?")
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
