//! From the files of a folder to the services that are written down for it.

#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::cli::file;

/// The file for a folder with these files, read again: name, command, folder and check of each service.
fn written(files: &[(&str, &str)]) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let here = fs::canonicalize(folder.path()).unwrap();
    for (name, content) in files {
        let path = here.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let stacks = folders::search(&here);
    let text = text::of(&here, &stacks);
    let path = here.join(NAME);
    fs::write(&path, &text).unwrap();
    // It has to be right, with all that it names.
    let read = file::File::read(path, text.clone()).and_then(|file| file.checked());
    assert!(read.is_ok(), "{}", read.unwrap_err());
    let told = stacks.iter().map(|stack| {
        let check = stack.check.as_ref().map(|check| format!(" ? {check}"));
        let (name, dir) = (&stack.name, stack.dir.display());
        let command = &stack.command;
        format!(
            "{} {name}@{dir}: {command}{}",
            stack.kind,
            check.unwrap_or_default()
        )
    });
    (text, told.collect())
}

/// Files, and what is found in them.
const KNOWN: &[(&[(&str, &str)], &str)] = &[
    (
        &[("app.py", "from fastapi import FastAPI\napp = FastAPI()\n")],
        "FastAPI api@: uvicorn app:app --port 8000 ? python -m py_compile app.py",
    ),
    (
        &[
            ("app/__init__.py", ""),
            ("app/main.py", "api: FastAPI = fastapi.FastAPI(title='x')\n"),
            ("uv.lock", ""),
        ],
        "FastAPI api@: uv run uvicorn app.main:api --port 8000 ? uv run python -m py_compile app/main.py",
    ),
    (
        &[("src/main.py", "app = FastAPI()\n")],
        "FastAPI api@: uvicorn main:app --app-dir src --port 8000 ? python -m py_compile src/main.py",
    ),
    (
        &[(
            "hello.py",
            "from flask import Flask\nweb = Flask(__name__)\n",
        )],
        "Flask api@: flask --app hello:web run --port 8000 ? python -m py_compile hello.py",
    ),
    (
        &[("manage.py", "")],
        "Django api@: python manage.py runserver --noreload 8000 ? python manage.py check",
    ),
    (
        &[
            ("package.json", r#"{"dependencies": {"express": "5"}}"#),
            ("app.js", ""),
        ],
        "Express api@: node app.js ? node --check app.js",
    ),
    (
        &[
            (
                "package.json",
                r#"{"scripts": {"dev": "nodemon x.js", "start": "node src/x.js"}}"#,
            ),
            ("src/x.js", ""),
        ],
        "Node api@: node src/x.js ? node --check src/x.js",
    ),
    (
        &[
            (
                "package.json",
                r#"{"scripts": {"dev": "vite --port 3000"}}"#,
            ),
            ("yarn.lock", ""),
        ],
        "Vite web@: yarn run dev",
    ),
    (
        &[(
            "package.json",
            r#"{"scripts": {"dev": "tsx watch a.ts", "start": "tsx a.ts"}}"#,
        )],
        "Node api@: npm run start",
    ),
    (
        &[("go.mod", "module x"), ("main.go", "package main\n")],
        "Go api@: go run . ? go build -o /dev/null .",
    ),
    (
        &[
            ("go.mod", "module x"),
            ("lib.go", "package x\n"),
            ("cmd/server/main.go", "package main\n"),
        ],
        "Go api@: go run ./cmd/server ? go build -o /dev/null ./cmd/server",
    ),
    (
        &[("Cargo.toml", "[package]"), ("src/main.rs", "")],
        "Rust api@: cargo run ? cargo build",
    ),
    (
        &[("config.ru", "run App")],
        "Rack api@: bundle exec rackup -p 8000 ? ruby -c config.ru",
    ),
    (&[("bin/rails", "")], "Rails api@: bin/rails server -p 8000"),
    (
        &[("web.rb", "require 'sinatra'\n")],
        "Sinatra api@: ruby web.rb -p 8000 ? ruby -c web.rb",
    ),
    (
        &[("index.php", "")],
        "PHP api@: php -S localhost:8000 ? php -l index.php",
    ),
    (
        &[("public/index.php", "")],
        "PHP api@: php -S localhost:8000 -t public ? php -l public/index.php",
    ),
    (
        &[("artisan", "")],
        "Laravel api@: php artisan serve --port 8000",
    ),
];

#[test]
fn each_stack_is_known() {
    for (files, told) in KNOWN {
        let (text, found) = written(files);
        assert_eq!(found, [*told], "{text}");
    }
}

#[test]
fn several_folders_have_a_service_each() {
    let (text, found) = written(&[
        (
            "compose.yaml",
            "services:\n  core:\n    build: ./services/core\n    depends_on: [db]\n  \
          front:\n    build: front\n    depends_on: [core]\n  db:\n    image: postgres\n",
        ),
        ("services/core/main.py", "app = FastAPI()\n"),
        ("services/core/.env", "A=1\n"),
        ("front/package.json", r#"{"scripts": {"dev": "next dev"}}"#),
        ("mail er/manage.py", ""),
        ("node_modules/x/index.php", ""),
        ("www/index.html", ""),
    ]);
    let expected = [
        "FastAPI core@services/core: uvicorn main:app --port 8000 ? python -m py_compile main.py",
        "Next.js front@front: npm run dev",
        "Django mail-er@mail er: python manage.py runserver --noreload 8002 ? python manage.py check",
    ];
    assert_eq!(found, expected, "{text}");
    for part in [
        "depends_on = [\"core\"]",
        "env_file = \"services/core/.env\"",
        "dir = \"mail er\"",
        "\nfolder = \"www\"",
        "reload = false",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn where_nothing_is_known_there_is_an_example() {
    let (text, found) = written(&[("notes.txt", "")]);
    assert!(found.is_empty());
    assert!(text.contains("# [service.api]\n# command = "), "{text}");
    // Without its comment signs the example is right too.
    let example = text.split("\n\n").last().unwrap();
    let named = ["dir", "env_file", "watch", "depends_on"];
    let example = example.lines().filter_map(|line| line.strip_prefix("# "));
    let example = example.filter(|line| !named.iter().any(|key| line.starts_with(key)));
    let example = example.collect::<Vec<_>>().join("\n");
    let read = file::File::read("/x.toml".into(), example);
    let read = read.and_then(|file| file.checked());
    assert!(read.is_ok(), "{}", read.unwrap_err());
}
