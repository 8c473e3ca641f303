//! `server-reload status`.

use serde_json::{Value, json};

use super::{pid, ready, runs, said, terminal};
use crate::processes::eventually;
use crate::shim::Shim;

#[test]
fn a_table_says_how_each_service_is() {
    let shim = ready(runs(""));
    let status = shim.at_another_terminal(&["status"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    let url = format!("runs at http://localhost:{}/", shim.port);
    assert!(status.line("server-reload").ends_with(&url), "{status:?}");
    let folder = shim.folder.path().canonicalize().unwrap();
    assert_eq!(
        status.line("folder"),
        format!("folder  {}", folder.display())
    );
    let up = status.line("pid");
    assert!(
        up.starts_with(&format!("pid     {}, up ", shim.pid())),
        "{up}"
    );
    let headings: Vec<&str> = status.line("service").split_whitespace().collect();
    let expected = [
        "service", "phase", "pid", "up", "restarts", "last", "restart",
    ];
    assert_eq!(headings, expected);
    let row: Vec<&str> = status.line("app").split_whitespace().collect();
    assert_eq!(row[..3], ["app", "ready", &pid(&shim).to_string()]);
    assert_eq!(row[row.len() - 2..], ["0", "-"]);
    assert!(!status.out.contains('\u{1b}'), "no colors: {status:?}");
}

#[test]
fn its_json_is_for_programs() {
    let shim = ready(runs(""));
    let status = shim.at_another_terminal(&["status", "--json"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    let json = status.json();
    let folder = shim.folder.path().canonicalize().unwrap();
    let told = [
        ("running", json!(true)),
        ("ready", json!(true)),
        ("pid", json!(shim.pid())),
        ("port", json!(shim.port)),
        ("url", json!(format!("http://localhost:{}/", shim.port))),
        ("folder", json!(folder)),
        ("log_file", Value::Null),
    ];
    for (name, value) in told {
        assert_eq!(json[name], value, "{name}");
    }
    assert!(json["started_at"].is_u64(), "{json}");
    assert_eq!(json["health"]["services"][0]["pid"], pid(&shim));
}

#[test]
fn who_is_not_ready_has_a_code_of_its_own() {
    let shim = runs("waits=go").start();
    let waiting = |shim: &Shim| {
        let services = &shim.health()["services"];
        services[0]["phase"] == "waiting_until_ready"
    };
    eventually("its start", || waiting(&shim));
    let status = shim.at_another_terminal(&["status"]);
    assert_eq!(status.code, Some(5), "{status:?}");
    assert!(
        status.line("app").contains("waiting until ready"),
        "{status:?}"
    );
    let json = shim.at_another_terminal(&["status", "--json"]);
    assert_eq!((json.code, &json.json()["ready"]), (Some(5), &json!(false)));
    shim.open_gate("go");
    eventually("ready", || shim.health()["status"] == "ready");
    assert_eq!(shim.at_another_terminal(&["status"]).code, Some(0));
}

#[test]
fn a_shim_without_a_backend_has_no_table() {
    let shim = Shim::builder().serves_nothing().start();
    let status = shim.at_another_terminal(&["status"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    assert!(status.out.ends_with("\nit runs no backend\n"), "{status:?}");
}

#[test]
fn where_none_runs_it_says_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().canonicalize().unwrap();
    for command in ["status", "restart", "stop"] {
        let said = said(terminal(&here, &here.join("state")).arg(command));
        assert_eq!((said.code, said.out.as_str()), (Some(4), ""), "{said:?}");
        let expected = format!(
            "error: no server-reload runs in `{}`\n\nstart one there: server-reload -- COMMAND\n",
            here.display()
        );
        assert_eq!(said.err, expected);
    }
    let json = said(terminal(&here, &here.join("state")).args(["status", "--json"]));
    assert_eq!(json.code, Some(4));
    assert_eq!(json.json(), json!({"running": false, "folder": here}));
}
