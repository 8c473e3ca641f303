//! From the text of a file to services, or to what is wrong with it.

#![allow(clippy::unwrap_used)]

use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::cli::args::{Args, Refusal};
use crate::cli::plan::Plan;
use crate::config::Config;
use crate::supervisor::{CommandLine, Program, Ready, Service, Source, StopSignal};

/// A folder with this file and these folders in it.
fn folder(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for inside in ["api/src", "api/worker", "web", "www"] {
        fs::create_dir_all(folder.path().join(inside)).unwrap();
    }
    fs::write(folder.path().join("www/index.html"), "").unwrap();
    fs::write(folder.path().join(".env"), "A=file\nB=file\n").unwrap();
    fs::write(folder.path().join(NAME), text).unwrap();
    folder
}

fn plan(folder: &TempDir, words: &[&str]) -> Result<Plan, String> {
    let file = folder.path().join(NAME);
    let named = [
        "server-reload".into(),
        "--config".into(),
        file.into_os_string(),
    ];
    let words = named.into_iter().chain(words.iter().map(OsString::from));
    let args = match Args::read(&words.collect::<Vec<_>>()) {
        Ok(args) => args,
        Err(Refusal::Usage(usage)) => return Err(usage.to_string()),
        Err(Refusal::Clap(error)) => return Err(error.to_string()),
        Err(Refusal::File(error)) => return Err(error.to_string()),
    };
    let plan = args.serve.into_plan(Config::new());
    plan.map_err(|error| error.to_string())
}

fn planned(text: &str, words: &[&str]) -> Plan {
    plan(&folder(text), words).unwrap()
}

/// Each line that begins with the place of an error, without the folder.
fn errors(text: &str) -> Vec<String> {
    let folder = folder(text);
    let path = format!("{}/", folder.path().display());
    let file = File::read(folder.path().join(NAME), text.to_owned());
    let error = file.and_then(|file| file.checked()).unwrap_err();
    let error = error.to_string().replace(&path, "");
    let lines = error
        .lines()
        .filter_map(|line| line.strip_prefix("server-reload.toml:"));
    lines.map(str::to_owned).collect()
}

fn program(service: &Service) -> &Program {
    match &service.source {
        Source::Run(program) => program,
        Source::Attach(_) => panic!("attached"),
    }
}

fn names(plan: &Plan) -> Vec<&str> {
    let services = plan.supervision.services.iter();
    services.map(|service| service.name.as_str()).collect()
}

#[test]
fn all_that_can_be_said_of_a_service_arrives() {
    let folder = folder(
        r#"
        [service.db]
        attach = "5432"
        reload = false

        [service.api]
        command = "uvicorn 'a b:app'"
        dir = "api"
        env = { PORT = 8001, B = "table", ON = true }
        env_file = ".env"
        watch = ["api/src", "web"]
        ignore = "data/"
        ext = ["py"]
        style = []
        page = ["templates/"]
        check = "make test"
        check_timeout = "5s"
        ready = "tcp:8001"
        ready_timeout = "1m"
        stop_signal = "INT"
        stop_timeout = "0s"
        depends_on = ["db", { service = "job", restart = true }]

        [service.job]
        command = ["sh", "-c", "sleep 1"]
        "#,
    );
    let plan = plan(&folder, &[]).unwrap();
    assert_eq!(names(&plan), ["db", "api", "job"]);
    let [db, api, job] = plan.supervision.services.as_slice() else {
        panic!("three services");
    };
    assert!(!db.reload && matches!(&db.source, Source::Attach(at) if at.port == 5432));
    assert!(api.reload && matches!(&api.ready, Ready::Tcp(_)));
    let run = program(api);
    let words = |words: &[&str]| CommandLine::Words(words.iter().map(OsString::from).collect());
    assert_eq!(run.command, words(&["uvicorn", "a b:app"]));
    assert_eq!(run.dir, Some(folder.path().join("api")));
    let env = [
        ("A", "file"),
        ("PORT", "8001"),
        ("B", "table"),
        ("ON", "true"),
    ];
    let found: Vec<_> = run
        .env
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, env);
    assert_eq!(run.stop_signal, StopSignal::Int);
    assert_eq!(run.stop_timeout, Duration::ZERO);
    let check = api.check.as_ref().unwrap();
    assert_eq!(
        (&check.command, check.timeout),
        (&words(&["make", "test"]), Duration::from_secs(5))
    );
    assert_eq!(api.ready_timeout, Duration::from_mins(1));
    assert_eq!(
        api.watch.roots,
        [folder.path().join("api/src"), folder.path().join("web")]
    );
    assert_eq!(api.watch.ignore, ["data/"]);
    assert_eq!(api.watch.extensions, ["py"]);
    assert!(api.watch.style.0.is_empty() && api.watch.page.0.is_match("templates/x"));
    let needs: Vec<_> = api
        .depends_on
        .iter()
        .map(|it| (it.service.as_str(), it.restart))
        .collect();
    assert_eq!(needs, [("db", false), ("job", true)]);
    assert_eq!(program(job).command, words(&["sh", "-c", "sleep 1"]));
    assert_eq!(program(job).dir.as_deref(), Some(folder.path()));
    assert_eq!(plan.supervision.file, Some(folder.path().join(NAME)));
    assert_eq!(plan.folder, None);
}

#[test]
fn each_watches_its_own_folder_without_those_of_others() {
    let folder = folder(
        "folder = 'www'\nignore = ['*.log']\n\
         [service.all]\ncommand = 'a'\n\
         [service.api]\ncommand = 'a'\ndir = 'api'\n\
         [service.worker]\ncommand = 'a'\ndir = 'api/worker'\n\
         [service.both]\ncommand = 'a'\ndir = 'web'\nwatch = ['web', 'api']\n\
         [service.none]\ncommand = 'a'\nwatch = []\n",
    );
    let plan = plan(&folder, &[]).unwrap();
    let at = |inside: &str| folder.path().join(inside);
    let watched = |no: usize| {
        let rules = &plan.supervision.services[no].watch;
        (rules.roots.clone(), rules.ignore.join(" "))
    };
    let others = "/api/ /api/worker/ /web/ *.log".to_owned();
    assert_eq!(watched(0), (vec![folder.path().to_path_buf()], others));
    assert_eq!(watched(1), (vec![at("api")], "/worker/ *.log".to_owned()));
    assert_eq!(watched(2), (vec![at("api/worker")], "*.log".to_owned()));
    assert_eq!(watched(3), (vec![at("web"), at("api")], "*.log".to_owned()));
    assert_eq!(watched(4).0, Vec::<PathBuf>::new());
    assert_eq!(plan.supervision.watch.roots, [at("www")]);
    let pages = plan.supervision.services[0].watch.pages_root.clone();
    assert_eq!(pages, Some(at("www")));
}

#[test]
fn what_is_typed_beats_the_file() {
    let text = "port = 10444\nheartbeat = '5s'\nstop_timeout = '7s'\nopen = true\nhost = ['127.0.0.1']\n\
                [service.a]\ncommand = 'a'\n[service.b]\ncommand = 'b'\nstop_timeout = '8s'\n";
    let plan = planned(text, &[]);
    assert_eq!((plan.port, plan.open), (10_444, true));
    assert_eq!(plan.config.heartbeat, Duration::from_secs(5));
    let timeouts = |plan: &Plan| {
        let services = plan.supervision.services.iter();
        services
            .map(|it| program(it).stop_timeout.as_secs())
            .collect::<Vec<_>>()
    };
    assert_eq!(timeouts(&plan), [7, 8]);
    let plan = planned(
        text,
        &["--port", "0", "--stop-timeout", "1s", "--heartbeat", "1s"],
    );
    assert_eq!((plan.port, timeouts(&plan)), (0, vec![1, 1]));
    assert_eq!(plan.config.heartbeat, Duration::from_secs(1));
    let plan = planned(text, &["--no-watch"]);
    assert!(!plan.watches());
    let text = "[service.a]\ncommand = 'a'\next = ['py']\nwatch = ['api']\n";
    assert!(!planned(text, &["--no-watch"]).watches());
    let text = "watch = []\n[service.a]\ncommand = 'a'\n";
    assert!(!planned(text, &[]).watches());
    let watch = planned(text, &["--watch", "src"])
        .supervision
        .services
        .remove(0)
        .watch;
    assert_eq!(watch.roots, [PathBuf::from("src")]);
}

#[test]
fn a_backend_that_is_typed_is_run_in_place_of_the_services() {
    let text = "port = 10444\n[service.a]\ncommand = 'a'\n";
    let plan = planned(text, &["--", "b", "c"]);
    assert_eq!((names(&plan), plan.port), (vec!["b"], 10_444));
    let note = plan.note.unwrap();
    assert!(
        note.ends_with("are not run: -- b c was asked for"),
        "{note}"
    );
    for (words, start) in [
        (
            &["--ready", "tcp:1"][..],
            "`--ready` is said of one backend, and `",
        ),
        (&["--stdin"], "`--stdin` is said of one backend, and `"),
        (
            &["--service", "a", "--", "b"],
            "`--service a` runs a service of `server-reload.toml`, and `-- b` is about another",
        ),
        (&["--service", "b"], "no service is called `b`\n\n`"),
        (
            &["--no-config", "--service", "a"],
            "`--service` chooses from the services of a `server-reload.toml`, and",
        ),
    ] {
        let error = super::tests::plan(&folder(text), words).unwrap_err();
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn what_is_wanted_comes_with_what_it_depends_on() {
    let text = "[service.web]\ncommand = 'a'\ndepends_on = ['api']\n\
                [service.other]\ncommand = 'a'\n\
                [service.api]\ncommand = 'a'\ndepends_on = 'db'\n\
                [service.db]\ncommand = 'a'\n";
    assert_eq!(names(&planned(text, &["--service", "api"])), ["api", "db"]);
    assert_eq!(
        names(&planned(text, &["--service", "web"])),
        ["web", "api", "db"]
    );
    assert_eq!(
        names(&planned(text, &["--service", "other,db"])),
        ["other", "db"]
    );
}

#[test]
fn a_file_without_services_says_how_to_serve() {
    let folder = folder("port = 10444\nignore = ['a', 'b']\n");
    let plan = plan(&folder, &[]).unwrap();
    assert_eq!(plan.port, 10_444);
    assert!(plan.backends.is_empty() && plan.file.is_none());
    assert_eq!(plan.supervision.watch.roots, [folder.path().join("www")]);
    assert_eq!(plan.supervision.watch.ignore, ["a", "b"]);
}

/// The file, and the beginning of each error in it.
const WRONG: &[(&str, &[&str])] = &[
    (
        "port = 70000\n",
        &["1:8: `port`: 70000 is not in 0..=65535"],
    ),
    (
        "port = true",
        &["1:8: `port` takes a text in quotes, and this is `true` or `false`"],
    ),
    (
        "open = 'yes'",
        &["1:8: `open` takes `true` or `false`, and this is a text"],
    ),
    (
        "heartbeat = 10\ngrace = '2h'",
        &[
            "1:13: `heartbeat`: `10` is no duration",
            "2:9: `grace`: `2h` is out of bounds",
        ],
    ),
    ("prot = 1\n", &["1:1: `prot` is no key of the top level"]),
    (
        "command = 'a'\n",
        &["1:1: `command` is no key of the top level"],
    ),
    (
        "a = \nb = ]\n",
        &["1:5: this is no TOML: ", "2:5: this is no TOML: "],
    ),
    (
        "port = 1\nport = 2\n",
        &["2:1: this is no TOML: duplicate key"],
    ),
    (
        "service = 1\n",
        &["1:11: `service` takes a table for each service, and this is a number"],
    ),
    (
        "[service]\ncommand = 'a'\n",
        &["2:11: `service` takes a table for each service, and this is a text"],
    ),
    ("[service.a]\n", &["1:10: service `a` has no `command`"]),
    (
        "[service.a]\ncommand = 'a'\nattach = 8000\n",
        &["1:10: service `a` has a `command` and an `attach`"],
    ),
    (
        "[service.a]\ncomand = 'a'\n",
        &["2:1: `comand` is no key of a service"],
    ),
    (
        "[service.a]\ncommand = ''\n",
        &["2:11: the command is empty"],
    ),
    (
        "[service.'a b']\ncommand = 'a'\n",
        &["1:10: a service cannot be called `a b`"],
    ),
    (
        "[service.a]\ncommand = 'a && b'\n",
        &["2:11: service `a`: `command` is run without a shell, and only a shell understands `&&`"],
    ),
    (
        "[service.a]\ncommand = \"a 'b\"\n",
        &["2:11: service `a`: the quotes in `command` are not closed: a 'b"],
    ),
    (
        "[service.a]\ncommand = ['a b']\n",
        &["2:11: service `a`: no program is called `a b`"],
    ),
    (
        "[service.a]\ncommand = 'X=1 a'\n",
        &["2:11: service `a`: `X=1` is a variable, not a program"],
    ),
    (
        "[service.a]\nshell = true\ncommand = ['a', 'b']\n",
        &["3:11: service `a`: a shell takes the whole line as one text"],
    ),
    (
        "[service.a]\ncommand = 'a'\ndir = 'no'\n",
        &["3:7: there is no folder `no`"],
    ),
    (
        "[service.a]\ncommand = 'a'\nwatch = ['web', 'no']\n",
        &["3:9: service `a`: cannot watch `no`: "],
    ),
    (
        "[service.a]\ncommand = 'a'\nenv_file = 'no'\n",
        &["3:12: service `a`: cannot read `no`: "],
    ),
    (
        "[service.a]\ncommand = 'a'\nenv = { 'A=B' = '1' }\n",
        &["3:9: `A=B` is no variable"],
    ),
    (
        "[service.a]\ncommand = 'a'\nready = 'up'\ncheck = 'a | b'\n",
        &[
            "3:9: `ready`: `up` is no sign of being ready",
            "4:9: service `a`: `check` is run without a shell",
        ],
    ),
    (
        "[service.a]\ncommand = 'a'\nstop_signal = 'STOP'\npage = '['\n",
        &[
            "3:15: `stop_signal`: `STOP` is no signal to stop by",
            "4:8: `page`: `[`: unclosed character class",
        ],
    ),
    (
        "[service.a]\nattach = 8000\nready = 'log:up'\n",
        &["3:9: service `a`: `log:` reads what the backend writes"],
    ),
    (
        "[service.a]\nattach = 8000\ncheck = 'make'\n",
        &["2:10: service `a`: `check` has no meaning with `attach`"],
    ),
    (
        "[service.a]\nattach = 10021\n",
        &["2:10: `a` is on port 10021, on which server-reload itself listens"],
    ),
    (
        "[service.a]\nattach = 8000\n[service.b]\ncommand = 'b'\nready = 'tcp:8000'\n",
        &["5:9: `b` is on port 8000, and so is `a`"],
    ),
    (
        "[service.a]\ncommand = 'a'\ndepends_on = ['ab']\n[service.abc]\ncommand = 'b'\n",
        &["3:15: `a` depends on `ab`, and there is no such service"],
    ),
    (
        "[service.a]\ncommand = 'a'\ndepends_on = ['a']\n",
        &["3:15: `a` depends on itself"],
    ),
    (
        "[service.a]\ncommand = 'a'\ndepends_on = [{ service = 'b' }]\n[service.b]\ncommand = 'a'\ndepends_on = ['c']\n[service.c]\ncommand = 'a'\ndepends_on = ['a']\n",
        &["3:15: `a` needs `b`, which needs `c`, which needs `a`"],
    ),
    (
        "[service.a]\ncommand = 'a'\ndepends_on = [{ name = 'b' }]\n",
        &["3:15: this is no service to depend on"],
    ),
    (
        "[service.a]\ncommand = 'a'\nstdin = true\n[service.b]\ncommand = 'a'\nstdin = true\n",
        &["6:9: `a` and `b` both read what is typed"],
    ),
    (
        "[service.a]\ncommand = 'a'\nport = 1\nreload = 1\n",
        &[
            "3:1: `port` is no key of a service",
            "4:10: `reload` takes `true` or `false`, and this is a number",
        ],
    ),
];

#[test]
fn each_error_has_its_line() {
    for (text, expected) in WRONG {
        let found = errors(text);
        let begins = |(line, start): (&String, &&str)| line.starts_with(start);
        assert_eq!(found.len(), expected.len(), "{text}\n{found:#?}");
        assert!(
            found.iter().zip(*expected).all(begins),
            "{text}\n{found:#?}"
        );
    }
}

#[test]
fn an_error_shows_the_line_and_what_is_meant() {
    let read = |text: &str| {
        let file = File::read(PathBuf::from("/x/server-reload.toml"), text.to_owned());
        file.unwrap_err().to_string()
    };
    assert_eq!(
        read("# ä\n\tprot = 1\n"),
        "/x/server-reload.toml:2:2: `prot` is no key of the top level\n  \
         2 |  prot = 1\n    |  ^^^^\n"
            .to_owned()
            + &read("\n prot = 1\n")
                .lines()
                .skip(3)
                .collect::<Vec<_>>()
                .join("\n")
    );
    let cure = read("prot = 1\n");
    assert!(
        cure.contains("\ndid you mean `port`? The top level takes allow_host, "),
        "{cure}"
    );
    let cure = read("[service.a]\ncommand = 'a'\nport = 1\n");
    assert!(
        cure.contains(
            "\nit belongs above the first `[service.…]`; a service takes attach, check, "
        ),
        "{cure}"
    );
    let two = read("prot = 1\nopem = 2\n");
    assert!(
        two.starts_with("2 things are wrong in `/x/server-reload.toml`\n\n"),
        "{two}"
    );
}
