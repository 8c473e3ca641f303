//! `server-reload.toml`: several services, and the two commands that are about the file.

mod commands;

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::backend;
use crate::http::{Answer, Connection};
use crate::ports::free_port;
use crate::shim::{Builder, Shim};
use crate::story::{Event, Story};

/// A file with services, and what they leave for the test.
struct File {
    text: String,
    /// A folder for each service.
    aside: TempDir,
}

/// Two services that answer the first line of a file in their own folder.
struct Two {
    story: Story,
    shim: Shim,
    /// Of `api` and of `web`.
    ports: [u16; 2],
    // Last: it is used until the services have ended.
    aside: TempDir,
}

impl File {
    fn new(top: &str) -> Self {
        Self {
            text: format!("{top}\n"),
            aside: TempDir::new().unwrap(),
        }
    }

    /// A test backend that does what these words say.
    fn service(mut self, name: &str, words: &str, more: &str) -> Self {
        let aside = self.aside.path().join(name);
        std::fs::create_dir_all(&aside).unwrap();
        // As JSON a list of texts is one of TOML, too.
        let command: Vec<_> = backend::command()
            .iter()
            .map(|it| it.to_str().unwrap().to_owned())
            .collect();
        let command = serde_json::to_string(&command).unwrap();
        let env = format!("BACKEND = '{words}', ASIDE = '{}'", aside.display());
        writeln!(
            self.text,
            "[service.{name}]\ncommand = {command}\nenv = {{ {env} }}\n{more}"
        )
        .unwrap();
        self
    }

    fn builder(&self) -> Builder {
        Shim::builder()
            .serves_nothing()
            .file("server-reload.toml", &self.text)
    }
}

impl Two {
    fn start(top: &str, more: [&str; 2], with: impl FnOnce(Builder) -> Builder) -> Self {
        let ports = [free_port(), free_port()];
        let words = ports.map(|port| format!("source=app.txt shows=EXTRA port={port}"));
        let [api, web] = more.map(str::to_owned);
        let file = File::new(top)
            .service("api", &words[0], &format!("dir = 'api'\n{api}"))
            .service("web", &words[1], &format!("dir = 'web'\n{web}"));
        let builder = file
            .builder()
            .file("api/app.txt", "one\n")
            .file("web/app.txt", "two\n");
        let shim = with(builder).start();
        let mut story = Story::open(&shim);
        story.id();
        Self {
            story,
            shim,
            ports,
            aside: file.aside,
        }
    }

    fn answers(&self) -> [String; 2] {
        self.ports.map(|port| ask(port, "/").text())
    }

    fn pids(&self) -> [u64; 2] {
        ["api", "web"].map(|name| service(&self.shim.health(), name)["pid"].as_u64().unwrap())
    }

    /// How often each was started.
    fn starts(&self) -> [usize; 2] {
        ["api", "web"].map(|name| starts(self.aside.path(), name))
    }
}

fn starts(aside: &Path, name: &str) -> usize {
    let started = std::fs::read_to_string(aside.join(name).join("started"));
    started.unwrap_or_default().lines().count()
}

fn ask(port: u16, path: &str) -> Answer {
    Connection::to(port).answer(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
}

fn service<'a>(health: &'a Value, name: &str) -> &'a Value {
    let services = health["services"].as_array().unwrap();
    services.iter().find(|it| it["name"] == name).unwrap()
}

fn names(shim: &Shim) -> Vec<String> {
    let health = shim.health();
    let services = health["services"].as_array().unwrap();
    services
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

fn is_ready(event: &Event, name: &str) -> bool {
    event.name == "phase" && {
        let phase = event.json();
        phase["service"] == name && phase["phase"] == "ready"
    }
}

#[test]
fn each_has_its_own_folder_and_variables_and_is_restarted_for_its_own_files() {
    let extra = ["env_file = 'api/.env'", "ignore = ['*.log']"];
    let mut two = Two::start("port = 1", extra, |builder| {
        builder
            .file("api/.env", "EXTRA=extra\n")
            .env("EXTRA_OF_OURS", "x")
    });
    two.shim.line("runs 2 services of server-reload.toml");
    two.shim.line("api | EXTRA is extra");
    two.shim.line("web | EXTRA is unset");
    assert_eq!(two.answers(), ["one", "two"]);
    let before = two.pids();

    two.shim.write("web/x.log", "noise\n");
    two.shim.write("api/app.txt", "three\n");
    two.story
        .until("api is ready", |event| is_ready(event, "api"));
    two.story.id();
    assert_eq!(two.answers(), ["three", "two"]);
    let after = two.pids();
    assert!(
        after[0] != before[0] && after[1] == before[1],
        "{before:?} {after:?}"
    );
    two.shim.line("api: api/app.txt changed: restarting");

    two.shim.write("web/app.txt", "four\n");
    two.story
        .until("web is ready", |event| is_ready(event, "web"));
    two.story.id();
    assert_eq!(two.answers(), ["three", "four"]);
    assert_eq!(two.starts(), [2, 2]);
}

#[test]
fn what_is_shared_restarts_those_who_watch_it() {
    let watch = [
        "watch = ['api', 'shared']",
        "watch = ['web', 'shared']\npage = ['pages/']",
    ];
    let mut two = Two::start("", watch, |builder| {
        builder
            .file("shared/lib.txt", "1\n")
            .file("web/pages/a.html", "1\n")
    });
    two.shim.write("shared/lib.txt", "2\n");
    two.story.id();
    assert_eq!(two.starts(), [2, 2]);
    // A page of one is none of the other's business, and nobody is restarted for it.
    two.shim.write("web/pages/a.html", "2\n");
    let change = two
        .story
        .until("a change", |event| event.name == "change")
        .json();
    assert_eq!(
        (change["kind"].as_str(), change["paths"][0].as_str()),
        (Some("page"), Some("/pages/a.html"))
    );
    assert_eq!(two.starts(), [2, 2]);
}

#[test]
fn a_change_of_the_file_itself_is_told_and_restarts_nobody() {
    let file = File::new("").service("all", "port=0", "");
    let shim = file.builder().start();
    let mut story = Story::open(&shim);
    story.id();
    let text = format!("{}\n# more\n", file.text);
    shim.write("server-reload.toml", &text);
    shim.line("server-reload.toml changed: it counts after a restart of server-reload");
    // A fence: what comes after it is told after it.
    shim.write("a.txt", "1\n");
    story.id();
    assert_eq!(starts(file.aside.path(), "all"), 2);
}

#[test]
fn one_without_a_folder_watches_all_but_those_of_others() {
    let file = File::new("")
        .service("all", "port=0", "")
        .service("api", "port=0", "dir = 'api'");
    let shim = file
        .builder()
        .file("api/a.txt", "1\n")
        .file("lib/a.txt", "1\n")
        .start();
    let mut story = Story::open(&shim);
    story.id();
    shim.write("api/a.txt", "2\n");
    story.id();
    let started = |name| starts(file.aside.path(), name);
    assert_eq!([started("all"), started("api")], [1, 2]);
    shim.write("lib/a.txt", "2\n");
    story.id();
    assert_eq!([started("all"), started("api")], [2, 2]);
}

#[cfg(unix)]
#[test]
fn it_is_found_from_a_folder_below_and_its_paths_are_told_from_where_it_lies() {
    let two = Two::start("heartbeat = '50ms'\nfolder = 'web'", ["", ""], |builder| {
        builder.after("cd api")
    });
    assert_eq!(two.answers(), ["one", "two"]);
    assert_eq!(two.shim.get("/app.txt").text(), "two\n");
    let mut story = Story::open(&two.shim);
    assert_eq!(story.named("hello").json()["heartbeat_ms"], 50);
}

#[test]
fn what_is_typed_beats_the_environment_which_beats_the_file() {
    let heartbeat = |with: fn(Builder) -> Builder| {
        let file = File::new("heartbeat = '1s'\nport = 1").service("all", "port=0", "");
        let shim = with(file.builder()).start();
        let hello = Story::open(&shim).named("hello").json();
        // The file is used until here.
        drop(shim);
        hello["heartbeat_ms"].as_u64()
    };
    assert_eq!(heartbeat(|builder| builder), Some(1000));
    let environment = |builder: Builder| builder.env("SERVER_RELOAD_HEARTBEAT", "2s");
    assert_eq!(heartbeat(environment), Some(2000));
    let typed = |builder: Builder| {
        builder
            .env("SERVER_RELOAD_HEARTBEAT", "2s")
            .args(&["--heartbeat", "3s"])
    };
    assert_eq!(heartbeat(typed), Some(3000));
}

#[test]
fn services_can_be_chosen_and_left_out() {
    let file = || {
        File::new("")
            .service("db", "port=0", "reload = false")
            .service("api", "port=0", "depends_on = ['db']")
            .service("web", "port=0", "depends_on = ['api']")
    };
    let chosen = file();
    let shim = chosen.builder().args(&["--service", "api"]).start();
    assert_eq!(names(&shim), ["db", "api"]);
    Story::open(&shim).id();
    drop(shim);
    let none = file();
    let shim = none.builder().args(&["--no-config"]).start();
    assert_eq!(names(&shim), Vec::<String>::new());
    drop(shim);
    let other = file();
    let shim = other
        .builder()
        .backend("port=0")
        .args(&["--name", "other"])
        .start();
    assert_eq!(names(&shim), ["other"]);
    shim.line("the services of server-reload.toml are not run: -- ");
}
