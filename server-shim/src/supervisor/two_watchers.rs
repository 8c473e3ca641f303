//! Commands that restart themselves when a file changes.
//!
//! Beside such a command we are the second watcher: each save restarts the backend twice.

use std::path::Path;

use super::CommandLine;

/// What to change in the command so that only one watcher is at work, for people, to be read
/// after "leave out". `env`: the variables that it sees, the last of a name counts.
pub(crate) fn flag(command: &CommandLine, env: &[(String, String)]) -> Option<String> {
    let words = words(command);
    let by_words = RULES.iter().find_map(|rule| rule(&words));
    by_words
        .or_else(|| by_variable(&words, env))
        .map(str::to_owned)
}

/// Of a line for the shell, roughly: it is only looked for names and flags.
fn words(command: &CommandLine) -> Vec<String> {
    match command {
        CommandLine::Words(words) => {
            let lossy = |word: &std::ffi::OsString| word.to_string_lossy().into_owned();
            words.iter().map(lossy).collect()
        }
        CommandLine::Shell(line) => {
            let split = line.split(|c: char| c.is_whitespace() || ";&|()".contains(c));
            let words = split.map(|word| word.trim_matches(['"', '\'']).to_owned());
            words.filter(|word| !word.is_empty()).collect()
        }
    }
}

type Rule = fn(&[String]) -> Option<&'static str>;

/// The first that applies tells.
const RULES: &[Rule] = &[
    |words| {
        reload_flag(
            words,
            &["uvicorn", "hypercorn", "granian", "litestar", "quart"],
        )
    },
    |words| reload_flag(words, &["gunicorn"]),
    |words| {
        let flask = after(words, &["flask"])?;
        let debugs = has(flask, &["--debug"]) || has(flask, &["--reload"]);
        let off = has(flask, &["--no-reload"]) || !has(flask, &["run"]);
        (debugs && !off).then_some(if has(flask, &["--debug"]) {
            "`--debug` (or add `--no-reload`)"
        } else {
            "`--reload`"
        })
    },
    |words| {
        let django = after(words, &["manage.py", "django-admin", "django"])?;
        let reloads = has(django, &["runserver"]) && !has(django, &["--noreload"]);
        reloads.then_some("the reloader of `runserver`: add `--noreload`")
    },
    |words| {
        let fastapi = after(words, &["fastapi"])?;
        let reloads = has(fastapi, &["dev"]) && !has(fastapi, &["--no-reload"]);
        let flagged = has(fastapi, &["run"]) && has(fastapi, &["--reload"]);
        reloads
            .then_some("the reloader of `fastapi dev`: add `--no-reload`")
            .or(flagged.then_some("`--reload`"))
    },
    |words| after(words, &["nodemon"]).map(|_| "`nodemon`: run `node` itself"),
    |words| {
        let node = after(words, &["node", "bun", "deno"])?;
        let flag = |flag: &'static str, told| {
            let with_value = node
                .iter()
                .any(|word| word.starts_with(&format!("{flag}=")));
            (has(node, &[flag]) || with_value).then_some(told)
        };
        flag("--watch", "`--watch`")
            .or_else(|| flag("--hot", "`--hot`"))
            .or_else(|| flag("--watch-path", "`--watch-path`"))
    },
    |words| {
        let tsx = after(words, &["tsx", "ts-node-dev", "tsnd"])?;
        let dev = after(words, &["ts-node-dev", "tsnd"]).is_some();
        dev.then_some("`ts-node-dev`: run `ts-node`")
            .or(has(tsx, &["watch"]).then_some("`watch`"))
    },
    |words| after(words, &["air"]).map(|_| "`air`: run the program that it builds"),
    |words| after(words, &["cargo-watch"]).map(|_| "`cargo watch`: run the command after `-x`"),
    |words| {
        let cargo = after(words, &["cargo"])?;
        let watches = cargo.first().is_some_and(|word| word == "watch");
        watches.then_some("`cargo watch`: run the command after `-x`")
    },
    |words| after(words, &["bacon"]).map(|_| "`bacon`: run the command of its job"),
    |words| after(words, &["watchexec"]).map(|_| "`watchexec`: run the command after it"),
    |words| after(words, &["entr"]).map(|_| "`entr`: run the command after it"),
    |words| after(words, &["watchmedo"]).map(|_| "`watchmedo`: run the command after it"),
    |words| after(words, &["reflex"]).map(|_| "`reflex`: run the command after it"),
    |words| after(words, &["rerun"]).map(|_| "`rerun`: run the command after it"),
    |words| after(words, &["pm2"]).and_then(|pm2| has(pm2, &["--watch"]).then_some("`--watch`")),
];

fn reload_flag(words: &[String], names: &[&str]) -> Option<&'static str> {
    has(after(words, names)?, &["--reload"]).then_some("`--reload`")
}

/// The words after the first that names one of these programs.
fn after<'a>(words: &'a [String], names: &[&str]) -> Option<&'a [String]> {
    let at = words.iter().position(|word| names.contains(&name(word)))?;
    words.get(at + 1..)
}

/// The file's name, without what Windows adds.
fn name(word: &str) -> &str {
    let name = Path::new(word).file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or(word);
    let mut known = [".exe", ".cmd", ".bat"].into_iter();
    known.find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

fn has(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|word| any.contains(&word.as_str()))
}

fn by_variable(words: &[String], env: &[(String, String)]) -> Option<&'static str> {
    let set = |name: &str| {
        let value = env.iter().rev().find(|(its, _)| its == name)?;
        Some(!matches!(value.1.as_str(), "" | "0" | "false" | "no"))
    };
    let flask =
        after(words, &["flask"]).filter(|words| !has(words, &["--no-reload", "--no-debug"]));
    if flask.is_some() && set("FLASK_DEBUG") == Some(true) {
        return Some("`FLASK_DEBUG` (or add `--no-reload`)");
    }
    let uvicorn = after(words, &["uvicorn"]).is_some();
    (uvicorn && set("UVICORN_RELOAD") == Some(true)).then_some("`UVICORN_RELOAD`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, env: &[(&str, &str)]) -> Option<String> {
        let env: Vec<_> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let words = CommandLine::Words(line.split(' ').map(Into::into).collect());
        let told = flag(&words, &env);
        let shell = flag(&CommandLine::Shell(line.to_owned()), &env);
        assert_eq!(told, shell, "{line}");
        told
    }

    #[test]
    fn the_word_to_leave_out_is_named() {
        let cases = [
            ("uvicorn app:app --reload --port 8000", "`--reload`"),
            (".venv/bin/uvicorn app:app --reload", "`--reload`"),
            ("python -m uvicorn app:app --reload", "`--reload`"),
            ("poetry run gunicorn --reload app:app", "`--reload`"),
            ("flask --app app run --debug", "`--debug`"),
            ("flask --app app --debug run", "`--debug`"),
            ("python manage.py runserver 8000", "`--noreload`"),
            ("python -m django runserver", "`--noreload`"),
            ("fastapi dev main.py", "`--no-reload`"),
            ("nodemon app.js", "`node`"),
            ("npx nodemon app.js", "`node`"),
            ("node --watch app.js", "`--watch`"),
            ("node --watch-path=src app.js", "`--watch-path`"),
            ("bun --hot app.ts", "`--hot`"),
            ("tsx watch app.ts", "`watch`"),
            ("npx tsx watch app.ts", "`watch`"),
            ("ts-node-dev app.ts", "`ts-node-dev`"),
            ("air -c .air.toml", "`air`"),
            ("cargo watch -x run", "`cargo watch`"),
            ("watchexec -r node app.js", "`watchexec`"),
        ];
        for (line, expected) in cases {
            let told = told(line, &[]).unwrap_or_default();
            assert!(told.contains(expected), "{line}: {told}");
        }
    }

    #[test]
    fn nothing_is_said_of_a_command_that_stays() {
        let cases = [
            "uvicorn app:app --port 8000",
            "flask --app app run",
            "flask --app app run --debug --no-reload",
            "python manage.py runserver --noreload",
            "python manage.py migrate",
            "fastapi run main.py",
            "fastapi dev --no-reload main.py",
            "node app.js",
            "node watch.js",
            "tsx app.ts",
            "cargo run",
            "php -S localhost:8000",
            "python app.py --reload",
            "./serve",
        ];
        for line in cases {
            assert_eq!(told(line, &[]), None, "{line}");
        }
        assert_eq!(flag(&CommandLine::Words(Vec::new()), &[]), None);
    }

    #[test]
    fn variables_count_too() {
        let flask = "flask --app app run";
        let debug = |value| told(flask, &[("FLASK_DEBUG", value)]);
        assert_eq!(
            debug("1"),
            Some("`FLASK_DEBUG` (or add `--no-reload`)".to_owned())
        );
        assert_eq!(debug("0"), None);
        assert_eq!(told("node app.js", &[("FLASK_DEBUG", "1")]), None);
        let last = [("FLASK_DEBUG", "1"), ("FLASK_DEBUG", "0")];
        assert_eq!(told(flask, &last), None, "the last one counts");
    }
}
