//! Go and Rust.

use super::stack::{Look, Stack};

pub(super) fn go(look: Look<'_>) -> Option<Stack> {
    if !look.has("go.mod") {
        return None;
    }
    let is_main = |file: &String| {
        look.text(file)
            .lines()
            .any(|line| line.trim() == "package main")
    };
    let package = if look.ending(".go").iter().any(is_main) {
        ".".to_owned()
    } else {
        let folder = look.folder.join("cmd");
        let commands = Look {
            folder: &folder,
            ..look
        }
        .ending("");
        format!("./cmd/{}", commands.first()?)
    };
    let check = format!("go build -o /dev/null {package}");
    Some(Stack::new("Go", "go.mod", format!("go run {package}")).checked(check))
}

pub(super) fn rust(look: Look<'_>) -> Option<Stack> {
    let runs = look.has("src/main.rs") || look.text("Cargo.toml").contains("[[bin]]");
    (look.has("Cargo.toml") && runs)
        .then(|| Stack::new("Rust", "Cargo.toml", "cargo run").checked("cargo build"))
}
