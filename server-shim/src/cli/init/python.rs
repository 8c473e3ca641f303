//! Python: Django, Flask and `FastAPI`.

use super::stack::{Look, Stack, word};

/// Where an application is looked for first.
const FIRST: [&str; 8] = [
    "app.py",
    "main.py",
    "server.py",
    "api.py",
    "wsgi.py",
    "asgi.py",
    "app/main.py",
    "src/main.py",
];

pub(super) fn find(look: Look<'_>) -> Option<Stack> {
    let run = runner(look);
    let port = look.port;
    if look.has("manage.py") {
        let command = format!("{run}python manage.py runserver --noreload {port}");
        let django = Stack::new("Django", "manage.py", command);
        return Some(django.checked(format!("{run}python manage.py check")));
    }
    let first = FIRST.map(str::to_owned).into_iter();
    let rest = look.ending(".py").into_iter();
    let files = first.chain(rest).filter(|file| look.has(file));
    files
        .into_iter()
        .find_map(|file| application(look, &file, run))
}

fn application(look: Look<'_>, file: &str, run: &str) -> Option<Stack> {
    let text = look.text(file);
    let port = look.port;
    let module = file.strip_suffix(".py")?;
    // A package is named with dots, a mere folder is gone to.
    let (dir, module) = match module.split_once('/') {
        Some((dir, inner)) if !look.has(&format!("{dir}/__init__.py")) => {
            (Some(dir), inner.to_owned())
        }
        _ => (None, module.replace('/', ".")),
    };
    let check = format!("{run}python -m py_compile {}", word(file));
    if let Some(name) = assigned(&text, "FastAPI(") {
        let dir = dir
            .map(|dir| format!(" --app-dir {dir}"))
            .unwrap_or_default();
        let command = format!("{run}uvicorn {module}:{name}{dir} --port {port}");
        return Some(Stack::new("FastAPI", file, command).checked(check));
    }
    let name = assigned(&text, "Flask(")?;
    let path = dir.map(|dir| format!("{dir}/")).unwrap_or_default();
    let app = match name.as_str() {
        "app" => format!("{path}{module}"),
        name => format!("{path}{module}:{name}"),
    };
    // Which it finds by itself.
    let app = match app.as_str() {
        "app" | "wsgi" => String::new(),
        app => format!("--app {app} "),
    };
    let command = format!("{run}flask {app}run --port {port}");
    Some(Stack::new("Flask", file, command).checked(check))
}

/// The variable that this is assigned to.
fn assigned(text: &str, call: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut calls = lines.filter(|(_, right)| {
        let right = right.trim_start();
        let right = right
            .strip_prefix("fastapi.")
            .or(right.strip_prefix("flask."))
            .unwrap_or(right);
        right.starts_with(call)
    });
    // `app: FastAPI = FastAPI()`
    let name = calls.next()?.0.split(':').next()?.trim();
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// By which programs of the project are run.
fn runner(look: Look<'_>) -> &'static str {
    if look.has("uv.lock") {
        "uv run "
    } else if look.has("poetry.lock") {
        "poetry run "
    } else if look.has("Pipfile.lock") {
        "pipenv run "
    } else {
        ""
    }
}
