//! `check-config` and `init`.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::output;
use crate::shim::binary;

/// Runs it in this folder: exit code, what it says, and what it complains of.
fn run(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    output(binary().args(words).current_dir(folder))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

#[test]
fn a_file_that_is_right_is_summed_up() {
    let text = "port = 1\n[service.db]\nattach = 5432\n[service.api]\ncommand = \"uvicorn 'a b:app'\"\n\
                depends_on = [{ service = 'db', restart = true }]\n[service.web]\ncommand = 'npm start'\ndepends_on = ['api', 'db']\n";
    let folder = folder(&[("server-reload.toml", text), ("inside/x", "")]);
    let said = "server-reload.toml: ok, 3 services\n  \
                db: watches localhost:5432\n  \
                api: runs uvicorn 'a b:app', after db (restarted with it)\n  \
                web: runs npm start, after api, db\n";
    let right = (Some(0), said.to_owned(), String::new());
    assert_eq!(run(folder.path(), &["check-config"]), right);
    assert_eq!(
        run(folder.path(), &["check-config", "server-reload.toml"]),
        right
    );
    let (code, said, _) = run(&folder.path().join("inside"), &["check-config"]);
    assert_eq!(code, Some(0));
    assert!(
        said.contains("server-reload.toml: ok, 3 services"),
        "{said}"
    );
}

#[test]
fn each_error_is_told_with_its_line_by_the_check_and_by_a_run() {
    let text = "prot = 8080\n\n[service.api]\ncommand = 'a'\nready = '8000'\ndepends_on = ['web']\n\n\
                [service.web]\ncommand = 'b && c'\ndepends_on = ['api']\n";
    let folder = folder(&[("server-reload.toml", text)]);
    for words in [&["check-config"][..], &[], &["--port", "0"]] {
        let (code, _, error) = run(folder.path(), words);
        assert_eq!(code, Some(2), "{error}");
        for part in [
            "error: 4 things are wrong in `server-reload.toml`\n",
            "server-reload.toml:1:1: `prot` is no key of the top level\n  1 | prot = 8080\n    | ^^^^\ndid you mean `port`? ",
            "server-reload.toml:5:9: `ready`: `8000` does not say how to ask\n",
            "server-reload.toml:6:15: `api` needs `web`, which needs `api`\n",
            "server-reload.toml:9:11: service `web`: `command` is run without a shell, and only a shell understands `&&`\n  \
             9 | command = 'b && c'\n    |           ^^^^^^^^\nadd: shell = true\n",
        ] {
            assert!(error.contains(part), "{part}\nin {error}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_asked_for() {
    let folder = folder(&[]);
    let (code, _, error) = run(folder.path(), &["check-config"]);
    assert_eq!(code, Some(2));
    assert!(
        error.starts_with("error: there is no `server-reload.toml` from here upward"),
        "{error}"
    );
    let (code, _, error) = run(folder.path(), &["--config", "no.toml"]);
    assert_eq!(code, Some(2));
    assert!(
        error.starts_with("error: cannot read `no.toml`: "),
        "{error}"
    );
    let (code, _, error) = run(folder.path(), &["--service", "api"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("write one: server-reload init"), "{error}");
}

fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recipes")
}

/// All but what says how it is run.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if name == "command" || name == "target" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn what_is_written_for_each_stack_is_what_the_readme_says_and_is_right() {
    for stack in ["fastapi", "flask", "django", "express", "go", "axum", "php"] {
        let folder = folder(&[]);
        let recipe = recipes().join(stack);
        copy(&recipe, folder.path());
        let (code, said, error) = run(folder.path(), &["init"]);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{stack}: {said}");
        assert!(
            said.starts_with("found ") && said.contains("\nwrote server-reload.toml\n"),
            "{said}"
        );

        let (code, said, error) = run(folder.path(), &["check-config"]);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{stack}: {said}");
        let typed = fs::read_to_string(recipe.join("command")).unwrap();
        let (before, command) = typed.trim().split_once(" -- ").unwrap();
        assert_eq!(
            said,
            format!("server-reload.toml: ok, 1 service\n  api: runs {command}\n")
        );
        let check = before.strip_prefix("server-reload --check ").unwrap();
        let written = fs::read_to_string(folder.path().join("server-reload.toml")).unwrap();
        assert!(
            written.contains(&format!("\ncheck = {check}  #")),
            "{stack}: {written}"
        );
    }
}

#[test]
fn a_folder_for_each_service_is_written_down_with_what_it_needs() {
    let compose = "services:\n  api:\n    build: ./backend\n    depends_on: [db]\n  web:\n    build:\n      \
                   context: frontend\n    depends_on:\n      - api\n  db:\n    image: postgres\n";
    let folder = folder(&[
        ("docker-compose.yml", compose),
        ("backend/manage.py", ""),
        ("frontend/package.json", r#"{"scripts": {"dev": "vite"}}"#),
    ]);
    let (code, said, _) = run(folder.path(), &["init"]);
    assert_eq!(code, Some(0));
    assert!(
        said.starts_with(
            "found Django in backend/manage.py\nfound Vite in frontend/package.json\n"
        ),
        "{said}"
    );
    let (code, said, error) = run(folder.path(), &["check-config"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let expected = "server-reload.toml: ok, 2 services\n  \
                    api: runs python manage.py runserver --noreload 8000\n  \
                    web: runs npm run dev, after api\n";
    assert_eq!(said, expected);
}

#[test]
fn a_file_that_is_there_is_not_replaced_unless_that_is_asked_for() {
    let folder = folder(&[("server-reload.toml", "port = 1\n"), ("index.php", "")]);
    let (code, _, error) = run(folder.path(), &["init"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        error,
        "error: `server-reload.toml` is there already\n\nto replace it: server-reload init --force\n"
    );
    let read = || fs::read_to_string(folder.path().join("server-reload.toml")).unwrap();
    assert_eq!(read(), "port = 1\n");
    assert_eq!(run(folder.path(), &["init", "--force"]).0, Some(0));
    assert!(read().contains("php -S localhost:8000"), "{}", read());
}

#[test]
fn where_nothing_is_known_an_example_is_written() {
    let folder = folder(&[("notes.txt", "")]);
    let (code, said, _) = run(folder.path(), &["init"]);
    assert_eq!(code, Some(0));
    assert!(
        said.starts_with("found no backend that is known here"),
        "{said}"
    );
    let (code, said, _) = run(folder.path(), &["check-config"]);
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "server-reload.toml: ok, and no service in it\n")
    );
}
