//! Several services: in the order of who needs whom, one id, and one operation for those that go together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::page::{Page, phases, receipt, record, strings};
use crate::backend;
use crate::http::Connection;
use crate::ports::free_port;
use crate::processes::{await_gone, eventually, is_alive};
use crate::shim::Shim;
use crate::story::{Event, Story};

/// All services, and what each says beside its command. Each waits for a gate of its name, but for the one that
/// ends at once.
const SERVICES: [(&str, &str); 8] = [
    ("db", ""),
    ("cache", ""),
    ("mail", ""),
    ("docs", "dir = \"docs\"\n"),
    (
        "api",
        "depends_on = [{ service = \"db\", restart = true }, \"cache\"]\n",
    ),
    ("worker", "depends_on = [\"db\"]\nreload = false\n"),
    (
        "web",
        "depends_on = [{ service = \"api\", restart = true }]\n",
    ),
    ("broken", "reload = false\n"),
];

struct Eight {
    shim: Shim,
    /// Where `docs` answers.
    port: u16,
}

impl Eight {
    /// `words` for each backend.
    fn start(words: &str) -> Self {
        let port = free_port();
        let mut config = String::new();
        let mut builder = Shim::builder();
        for (name, more) in SERVICES {
            let does = match name {
                "docs" => format!("waits=docs source=text.txt port={port}"),
                "broken" => "errs=boom dies=0".to_owned(),
                "db" => "plan=db.txt".to_owned(),
                _ => format!("waits={name} port=0"),
            };
            let (line, does) = (backend::line(), format!("role={name} {words} {does}"));
            // Each has files of its own.
            writeln!(
                config,
                "[service.{name}]\ncommand = '''{line}'''\nenv = {{ BACKEND = \"{does}\" }}\n\
                 watch = [\"{name}\"]\n{more}"
            )
            .unwrap();
            builder = builder.file(&format!("{name}/text.txt"), "of its own\n");
        }
        let builder = builder.file("server-reload.toml", &config);
        let builder = builder.file("db.txt", "waits=db port=0");
        let shim = builder.serves_nothing().start();
        Self { shim, port }
    }

    /// All but one are ready.
    fn ready(words: &str) -> (Self, Page) {
        let eight = Self::start(words);
        for (name, _) in SERVICES {
            eight.shim.open_gate(name);
        }
        let mut page = Page::open(&eight.shim);
        page.story.id();
        eventually("ready", || eight.phase("worker") == "ready");
        (eight, page)
    }

    fn health(&self, name: &str) -> Value {
        let health = self.shim.health();
        let mut all = health["services"].as_array().unwrap().iter();
        all.find(|it| it["name"] == name).unwrap().clone()
    }

    fn phase(&self, name: &str) -> String {
        self.health(name)["phase"].as_str().unwrap().to_owned()
    }

    /// What the next process of `db` does; nobody watches that.
    fn next_db_does(&self, words: &str) {
        self.shim.write("db.txt", words);
    }

    /// The operations that crashes of `db` have begun.
    fn crashes_of_db(&self) -> Vec<Value> {
        let list = self.shim.get("/_reload/restart");
        let list: Value = serde_json::from_slice(&list.body).unwrap();
        let mut all = list["operations"].as_array().unwrap().clone();
        all.retain(|it| it["cause"] == "crash" && it["services"][0] == "db");
        all
    }

    /// How often it was started.
    fn starts(&self, name: &str) -> usize {
        self.shim.started(name).len()
    }

    /// How often each was, but for the one that ends again and again.
    fn all_starts(&self) -> BTreeMap<&'static str, usize> {
        let steady = SERVICES.iter().filter(|(name, _)| *name != "broken");
        steady.map(|(name, _)| (*name, self.starts(name))).collect()
    }

    /// Each was started once, but for these: twice.
    fn only_these_were_restarted(&self, restarted: &[&str]) {
        for (name, starts) in self.all_starts() {
            assert_eq!(starts, 1 + usize::from(restarted.contains(&name)), "{name}");
        }
    }
}

/// Where the service is told to do this first.
fn place(told: &[Event], service: &str, phase: &str) -> usize {
    let is = |event: &Event| {
        event.name == "phase"
            && event.json()["service"] == service
            && event.json()["phase"] == phase
    };
    let place = told.iter().position(is);
    place.unwrap_or_else(|| panic!("{service} is never {phase}: {told:#?}"))
}

#[test]
fn all_start_at_once_but_those_that_need_others() {
    let eight = Eight::start("");
    let mut page = Page::open(&eight.shim);
    // Nobody is ready: none of them has waited for another.
    for name in ["db", "cache", "mail", "docs", "broken"] {
        eventually(name, || eight.starts(name) > 0);
    }
    for name in ["api", "worker", "web"] {
        eventually(name, || eight.phase(name) == "waiting_for_service");
        assert_eq!(eight.starts(name), 0);
    }
    for name in ["mail", "docs", "db"] {
        eight.shim.open_gate(name);
        let is_it = |event: &Event| event.name == "phase" && event.json()["service"] == name;
        while page.story.until(name, is_it).json()["phase"] != "ready" {}
    }
    eventually("worker", || eight.starts("worker") == 1);
    assert_eq!(
        eight.phase("api"),
        "waiting_for_service",
        "the cache is missing"
    );
    assert_eq!(eight.shim.health()["id"], Value::Null);
    for name in ["web", "api", "cache"] {
        eight.shim.open_gate(name);
    }
    // Neither the one that is not ready nor the one that crashes counts for pages.
    let id = page.story.id();
    assert_eq!(eight.shim.health()["id"], id);
    assert_eq!(eight.shim.health()["status"], "ready");
    let told = &page.story.told;
    assert!(place(told, "cache", "ready") < place(told, "api", "starting"));
    assert!(place(told, "api", "ready") < place(told, "web", "starting"));
    assert_eq!(page.story.count(""), 1);
    assert_eq!(eight.phase("worker"), "waiting_until_ready");
    eight.shim.open_gate("worker");
    eventually("worker", || eight.phase("worker") == "ready");
    assert_eq!(eight.shim.health()["id"], id);
    eight.only_these_were_restarted(&[]);
    let docs = Connection::to(eight.port).answer("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_eq!(docs.text(), "of its own", "it runs in its own folder");
}

#[test]
fn one_that_crashes_is_nobody_elses_matter() {
    let (eight, page) = Eight::ready("");
    let problem = eight.shim.line("broken");
    assert!(!problem.is_empty());
    eventually("the end of it", || eight.phase("broken") == "crashed");
    assert_eq!(eight.health("broken")["last_status"], "exited");
    assert_eq!(eight.shim.health()["status"], "ready");
    let record = page.restart(&eight.shim, &json!({"service": "broken"}));
    assert_eq!(record["status"], "exited");
    let output = record["output"].as_str().unwrap();
    assert!(output.contains("boom"), "{output}");
    eight.only_these_were_restarted(&[]);
}

#[test]
fn each_is_restarted_alone() {
    let (eight, mut page) = Eight::ready("");
    let before = eight.shim.health()["id"].clone();
    let record = page.restart(&eight.shim, &json!({"service": "worker"}));
    assert_eq!(record["status"], "restarted");
    assert_eq!(record["service"], "worker");
    assert_eq!(
        eight.shim.health()["id"],
        before,
        "pages do not depend on it"
    );
    assert_eq!(record["id_after"], Value::Null);
    let record = page.restart(&eight.shim, &json!({"service": "mail"}));
    assert_eq!(record["status"], "restarted");
    assert_ne!(record["id_after"], before);
    assert_eq!(record["id_after"], page.story.id());
    assert_eq!(record["pid_after"], eight.health("mail")["pid"]);
    eight.only_these_were_restarted(&["worker", "mail"]);
    eight.shim.write("cache/text.txt", "changed\n");
    page.story.id();
    assert_eq!(eight.health("cache")["restarts"], 1);
    eight.only_these_were_restarted(&["worker", "mail", "cache"]);
}

#[test]
fn those_that_want_it_are_restarted_with_it_by_one_operation() {
    let (eight, mut page) = Eight::ready("");
    let from = page.story.told.len();
    let accepted = page.ask(&eight.shim, &json!({"service": "db"}));
    assert!(strings(&accepted["plan"]).contains(&"waiting_for_service"));
    let again = page.ask(&eight.shim, &json!({"service": "web"}));
    assert_eq!(again["op_id"], accepted["op_id"], "it is part of that");
    let record = receipt(&eight.shim, &accepted);
    assert_eq!(record["status"], "restarted");
    assert_eq!(strings(&record["services"]), ["db", "api", "web"]);
    let phases = phases(&record);
    let place = |phase: &str| phases.iter().position(|it| it == phase).unwrap();
    assert!(place("db ready") < place("api starting"), "{phases:?}");
    assert!(place("api ready") < place("web starting"), "{phases:?}");
    assert_eq!(phases.last().unwrap(), "web ready");
    assert_eq!(record["id_after"], page.story.id());
    let ids = page.story.told[from..]
        .iter()
        .filter(|event| event.name.is_empty());
    assert_eq!(ids.count(), 1, "the id moves once");
    eight.only_these_were_restarted(&["db", "api", "web"]);
}

#[test]
fn all_that_pages_depend_on_are_restarted_by_one_operation() {
    let (eight, mut page) = Eight::ready("");
    let accepted = page.ask(&eight.shim, &json!({}));
    let record = receipt(&eight.shim, &accepted);
    assert_eq!(record["status"], "restarted");
    let all = ["db", "cache", "mail", "docs", "api", "web"];
    assert_eq!(strings(&record["services"]), all);
    assert_eq!(record["id_after"], page.story.id());
    eight.only_these_were_restarted(&all);
}

fn pid(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn those_that_want_it_are_restarted_with_one_that_has_crashed() {
    let (eight, mut page) = Eight::ready("");
    let from = page.story.told.len();
    // It has not ended yet: the number is still its own.
    let db = i32::try_from(pid(&eight.health("db")["pid"])).unwrap();
    let db = rustix::process::Pid::from_raw(db).unwrap();
    rustix::process::kill_process(db, Signal::KILL).unwrap();
    let id = page.story.id();
    eventually("the end of it", || {
        eight
            .crashes_of_db()
            .iter()
            .all(|it| it["status"] == "restarted")
    });
    let crashes = eight.crashes_of_db();
    let [record] = crashes.as_slice() else {
        panic!("not one operation: {crashes:#?}");
    };
    assert_eq!(strings(&record["services"]), ["db", "api", "web"]);
    assert_eq!(record["id_after"], id.as_str());
    let record = page.restart(&eight.shim, &json!({"service": "worker"}));
    assert_eq!(record["id_before"], id.as_str(), "the id has moved once");
    let ids = page.story.told[from..]
        .iter()
        .filter(|event| event.name.is_empty());
    assert_eq!(ids.count(), 1);
    eight.only_these_were_restarted(&["db", "api", "web", "worker"]);
}

#[test]
fn who_waits_for_one_that_stays_down_has_failed_with_it_and_starts_when_it_comes() {
    let (eight, mut page) = Eight::ready("");
    eight.next_db_does("dies=0");
    let record = page.restart(&eight.shim, &json!({"service": "db"}));
    assert_eq!(record["status"], "exited");
    assert_eq!(record["reason"], "db: exited with code 7");
    assert_eq!(strings(&record["services"]), ["db", "api", "web"]);
    for name in ["api", "web"] {
        eventually(name, || eight.phase(name) == "waiting_for_service");
        assert_eq!(eight.starts(name), 1);
    }
    assert_eq!(eight.shim.health()["id"], Value::Null);
    eight.next_db_does("waits=db port=0");
    let id = page.story.id();
    eventually("all of them", || eight.phase("web") == "ready");
    assert_eq!(eight.shim.health()["id"], id.as_str());
    for name in ["api", "web"] {
        assert_eq!(eight.starts(name), 2);
    }
}

#[test]
fn a_restart_of_several_is_cancelled_when_everything_ends() {
    let (mut eight, page) = Eight::ready("");
    eight.next_db_does("waits=never port=0");
    let accepted = page.ask(&eight.shim, &json!({"service": "db"}));
    eventually("waiting", || {
        eight.phase("db") == "waiting_until_ready" && eight.phase("web") == "waiting_for_service"
    });
    let file = record(&eight.shim, &accepted)["record"].clone();
    let mut stream = Story::of(&eight.shim, accepted["events_url"].as_str().unwrap());
    eight.shim.signal(Signal::TERM);
    stream.named("shutdown");
    assert!(eight.shim.wait().success());
    let record = std::fs::read(file.as_str().unwrap()).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["status"], "cancelled");
    assert_eq!(record["reason"], "db: server-reload was ended");
    let pids = SERVICES
        .iter()
        .flat_map(|(name, _)| eight.shim.started(name));
    assert!(
        !pids.clone().any(is_alive),
        "{:?}",
        pids.collect::<Vec<_>>()
    );
}

/// Pages say which restart they see, and people mean the one that they have asked for.
#[test]
fn a_phase_names_the_restart_that_was_asked_for() {
    let (eight, mut page) = Eight::ready("");
    eight.next_db_does("waits=next port=0");
    eight.shim.write("db/text.txt", "changed\n");
    let by_file = page.story.phase("waiting_until_ready")["op_id"].clone();
    let asked = page.ask(&eight.shim, &json!({}))["op_id"].clone();
    assert_ne!(asked, by_file, "it restarts more than that");
    eight.shim.open_gate("next");
    let is_db = |event: &Event| {
        let phase = || event.json();
        event.name == "phase" && phase()["service"] == "db" && phase()["phase"] == "ready"
    };
    let ready = page.story.until("db is ready", is_db).json();
    assert_eq!(ready["op_id"], asked);
}

/// One after the other they would need longer than they have, and be killed.
#[test]
fn all_end_together() {
    let (mut eight, _page) = Eight::ready("slow=700");
    let pids: Vec<u32> = SERVICES
        .iter()
        .flat_map(|(name, _)| eight.shim.started(name))
        .collect();
    eight.shim.signal(Signal::TERM);
    assert!(eight.shim.wait().success());
    pids.iter()
        .copied()
        .filter(|pid| is_alive(*pid))
        .for_each(await_gone);
    let output = eight.shim.output();
    assert!(!output.contains("killed"), "{output}");
}
