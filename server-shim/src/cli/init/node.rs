//! Node: what `package.json` says.

use serde_json::Value;

use super::stack::{Look, Stack, word};

/// Scripts that run it, the best first.
const SCRIPTS: [&str; 4] = ["dev", "start", "serve", "server"];

/// What brings fresh pages by itself.
const OWN_PAGES: [&str; 9] = [
    "vite",
    "next",
    "nuxt",
    "astro",
    "webpack",
    "react-scripts",
    "ng serve",
    "svelte-kit",
    "parcel",
];

/// What restarts it by itself.
const OWN_RESTART: [&str; 5] = ["nodemon", "--watch", "tsx watch", "ts-node-dev", "pm2"];

/// What it is where no script says how it is run.
const FILES: [&str; 4] = ["server.js", "app.js", "index.js", "server.mjs"];

pub(super) fn find(look: Look<'_>) -> Option<Stack> {
    let package: Value = serde_json::from_str(&look.text("package.json")).ok()?;
    let scripts = SCRIPTS.iter().filter_map(|name| {
        let script = package["scripts"][name].as_str()?;
        Some((*name, script))
    });
    let scripts: Vec<_> = scripts.collect();
    let is = |script: &str, all: &[&str]| all.iter().any(|part| script.contains(part));
    if let Some((name, _)) = scripts.iter().find(|(_, script)| is(script, &OWN_PAGES)) {
        let mut stack = Stack::new("a frontend", "package.json", script(look, name));
        stack.kind = frontend(&scripts);
        "web".clone_into(&mut stack.name);
        stack.own_pages = true;
        return Some(stack);
    }
    let kind = if package["dependencies"]["express"].is_string() {
        "Express"
    } else {
        "Node"
    };
    // Plain `node app.js` is run as it is: one process less, and a file to check.
    let plain = scripts
        .iter()
        .find_map(|(_, script)| script.strip_prefix("node "));
    let plain = plain
        .filter(|file| !file.contains(' ') && look.has(file))
        .map(str::to_owned);
    let main = || package["main"].as_str().map(str::to_owned);
    let other = || FILES.map(str::to_owned).into_iter().chain(main());
    let alone = || other().find(|file| scripts.is_empty() && look.has(file));
    if let Some(file) = plain.or_else(alone) {
        let file = word(&file);
        let node = Stack::new(kind, "package.json", format!("node {file}"));
        return Some(node.checked(format!("node --check {file}")));
    }
    let calm = scripts.iter().find(|(_, script)| !is(script, &OWN_RESTART));
    let (name, _) = calm.or(scripts.first())?;
    Some(Stack::new(kind, "package.json", script(look, name)))
}

fn script(look: Look<'_>, name: &str) -> String {
    let manager = if look.has("pnpm-lock.yaml") {
        "pnpm"
    } else if look.has("yarn.lock") {
        "yarn"
    } else if look.has("bun.lock") || look.has("bun.lockb") {
        "bun"
    } else {
        "npm"
    };
    format!("{manager} run {name}")
}

fn frontend(scripts: &[(&str, &str)]) -> &'static str {
    let says = |part: &str| scripts.iter().any(|(_, script)| script.contains(part));
    if says("vite") {
        "Vite"
    } else if says("next") {
        "Next.js"
    } else {
        "a frontend with pages of its own"
    }
}
